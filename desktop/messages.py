"""Turns a stable code and its facts into words: heading, sentence and remedy, in Vietnamese and English.

The words are data (`resources/i18n/messages/*.json`), one file for each area of the program. What is not known is still
said in a whole sentence that names the code, so that a person can ask about it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from forms.bundled import RESOURCES

Language = Literal["vi", "en"]
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FOLDER = RESOURCES / "i18n" / "messages"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d")
_PLACE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Message:
    """Words about one thing that happened."""

    code: str
    heading: str
    sentence: str
    remedy: str

    @property
    def text(self) -> str:
        """Return sentence and remedy as one paragraph."""
        return " ".join(part for part in (self.sentence, self.remedy) if part)


Speaker = Literal["program", "practice_portal"]


@cache
def catalogue(speaker: Speaker = "program") -> dict[str, dict[str, dict[str, str]]]:
    """Read every message of the program, by code and language.

    The practice portal's words are its own: they travel with its answers, as any portal's do, and the program that
    asks it does not know them.
    """
    merged: dict[str, dict[str, dict[str, str]]] = {}
    own = FOLDER / "sandbox.json"
    for file in (*sorted(set(FOLDER.glob("*.json")) - {own}), *([own] if speaker == "practice_portal" else [])):
        merged.update(json.loads(file.read_text(encoding="utf-8")))
    return merged


def shown(fact: object, lang: Language = "vi") -> str:
    """Write one fact the way a person writes it: dates by day, money with its dots, lists with commas."""
    if isinstance(fact, bool):
        return {"vi": ("không", "có"), "en": ("no", "yes")}[lang][fact]
    if isinstance(fact, datetime):
        return fact.astimezone(ZONE).strftime("%d/%m/%Y %H:%M")
    if isinstance(fact, date):
        return fact.strftime("%d/%m/%Y")
    if isinstance(fact, int):
        text = f"{fact:,}".replace(",", "." if lang == "vi" else ",")
        return text.replace("-", "−")
    if isinstance(fact, Decimal):
        return str(fact).replace(".", "," if lang == "vi" else ".")
    if isinstance(fact, Path):
        return str(fact)
    if isinstance(fact, (list, tuple, set, frozenset)):
        return ", ".join(shown(item, lang) for item in fact)
    if fact is None:
        return "—"
    vi, en = getattr(fact, "vi", None), getattr(fact, "en", None)
    if isinstance(vi, str) and isinstance(en, str):
        return vi if lang == "vi" else en
    return str(fact)


@cache
def _reasons() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((RESOURCES / "i18n" / "reasons.json").read_text(encoding="utf-8"))
    return found


def _fact(name: str, fact: object, lang: Language) -> str:
    """Write one fact of an error: its stable words for a cause, and its ISO times, as a person writes them."""
    if isinstance(fact, str):
        if name in ("reason", "why") and fact in _reasons():
            return _reasons()[fact][lang]
        if _TIME.fullmatch(fact):
            fact = datetime.fromisoformat(fact)
    return shown(fact, lang)


def known(code: str) -> bool:
    """Say whether there are words for a code."""
    return code in catalogue()


def message(
    problem: BaseException | str,
    facts: Mapping[str, Any] | None = None,
    lang: Language = "vi",
    *,
    speaker: Speaker = "program",
) -> Message:
    """Put an error, or a code and its facts, into words.

    Never raises: a code without words gives a sentence that names the code. What an error was about (`add_note`, such
    as a file's name) stands before its sentence.
    """
    about = ""
    if isinstance(problem, BaseException):
        code = str(getattr(problem, "code", "BUG"))
        about = "".join(f"{note}: " for note in getattr(problem, "__notes__", ()))
        if facts is None:
            facts = getattr(problem, "facts", {})
    else:
        code = problem
    known = catalogue(speaker)
    words = known.get(code, {}).get(lang) or known["UNKNOWN_CODE"][lang]
    values = {"code": code} | {name: _fact(name, value, lang) for name, value in (facts or {}).items()}

    def filled(part: str) -> str:
        # Not str.format: words may show a piece of JSON, whose braces are no place for a fact.
        return _PLACE.sub(lambda match: values.get(match[1], "…"), words.get(part, ""))

    return Message(code, filled("heading"), about + filled("sentence"), filled("remedy"))
