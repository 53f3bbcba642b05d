"""Every code that forms can give has words in both languages, fit to be read."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import forms
from forms import errors
from forms.bundled import RESOURCES

MESSAGES = json.loads((RESOURCES / "i18n" / "messages" / "forms.json").read_text(encoding="utf-8"))
SOURCES = [
    *Path(forms.__file__).parent.glob("*.py"),
    *(Path(forms.__file__).parent / "form").glob("*.py"),
    *(Path(forms.__file__).parent / "template").glob("*.py"),
]


def classes(parent: type[errors.FormsError]) -> Iterator[type[errors.FormsError]]:
    yield parent
    for child in parent.__subclasses__():
        if child.__module__ == "forms.errors":
            yield from classes(child)


def test_every_error_has_words_and_only_its_own_facts() -> None:
    for kind in classes(errors.FormsError):
        entry = MESSAGES[kind.code]
        facts = set(getattr(kind, "__dataclass_fields__", {})) | ({"place"} if kind is errors.NotJson else set())
        for lang in ("vi", "en"):
            assert set(re.findall(r"\{([a-z_]+)\}", entry[lang]["sentence"] + entry[lang]["remedy"])) <= facts


def test_every_problem_code_in_the_code_has_words() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    used = set(
        re.findall(
            r'(?:Refused|_error|Finding|problem|_table_problem|_stray)\(\s*(?:field, |table, )?"([A-Z_]+)"', text
        )
    )
    assert len(used) > 30
    assert used <= set(MESSAGES)


def test_the_words_are_whole() -> None:
    for code, entry in MESSAGES.items():
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", code)
        assert set(entry) == {"vi", "en"}
        places = []
        for words in entry.values():
            assert set(words) == {"heading", "sentence", "remedy"}
            assert all(words.values())
            assert all(text == unicodedata.normalize("NFC", text).strip() for text in words.values())
            assert not words["heading"].endswith(".")
            assert words["remedy"].endswith((".", "…."))
            places.append(set(re.findall(r"\{([a-z_]+)\}", words["sentence"] + words["remedy"])))
        assert places[0] == places[1]


def test_no_message_speaks_of_a_wrong_pin() -> None:
    assert not re.search(r"mã PIN|wrong PIN", json.dumps(MESSAGES, ensure_ascii=False), re.IGNORECASE)
