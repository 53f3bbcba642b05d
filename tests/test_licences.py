"""What is brought along is named with its licence."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PINNED = re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "packaging/requirements.txt").read_text(encoding="utf-8"), re.M)
WORDS = {
    "apache": "Apache",
    "mit": "MIT",
    "bsd": "BSD",
    "mozilla": "MPL",
    "mpl": "MPL",
    "lesser": "LGPL",
    "lgpl": "LGPL",
}


def listed() -> dict[str, str]:
    text = (ROOT / "docs/licences.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([a-z0-9_.-]+) \| (.+) \|$", text, re.M))


@pytest.mark.parametrize("name", PINNED)
def test_each_pinned_package_is_listed_with_the_licence_that_it_names(name: str) -> None:
    said = listed()[name]
    assert said.strip(), name
    try:
        facts: Any = importlib.metadata.metadata(name)  # a Message, whose declared face has no `get`
    except importlib.metadata.PackageNotFoundError:
        return  # for another system: pinned here, installed there
    classified = [line for line in facts.get_all("Classifier") or [] if line.startswith("License ::")]
    named = facts.get("License-Expression") or " ".join(classified) or facts.get("License") or ""
    for word, short in WORDS.items():
        if re.search(rf"\b{word}\b", named, re.I):
            assert short in said, (name, named)


def test_nothing_is_listed_that_is_not_brought_along() -> None:
    assert set(listed()) == set(PINNED)


def test_every_font_has_its_licence_beside_it() -> None:
    fonts = list((ROOT / "resources/fonts").glob("*.ttf"))
    assert fonts
    for font in fonts:
        family = font.name.split("-")[0]
        assert (font.parent / f"LICENSE-{family}.txt").is_file(), font.name
