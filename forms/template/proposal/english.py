"""Words of official forms in English, so that a proposal need not be translated from nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from forms.bundled import RESOURCES


@cache
def _phrases() -> Mapping[str, str]:
    known: dict[str, str] = json.loads((RESOURCES / "labels" / "english.json").read_text(encoding="utf-8"))
    return known


def english(text: str) -> str | None:
    """Return the English of a label, heading or title, or None where it is not known."""
    plain = " ".join(unicodedata.normalize("NFC", text).lower().split())
    plain = re.sub(
        r"^(?:\d+(?:\.\d+)*[.)]?|[ivx]+[.)]|[a-zđ][.)]|phần [ivx0-9a-z]+[.:]?|mục [ivx0-9a-z]+[.:]?)\s+", "", plain
    )
    plain = re.sub(r"\([^()]{0,200}\)|\[[^][]{0,20}\]", " ", plain)
    plain = " ".join(plain.replace("uỷ", "ủy").split()).strip(" .:;,-–*")
    return _phrases().get(plain)
