"""Everything that foreign forms can give has words in both languages."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import forms.acroform
from forms.acroform import errors
from forms.acroform.errors import FieldProblem, ForeignFormError
from forms.bundled import RESOURCES

MESSAGES = json.loads((RESOURCES / "i18n" / "messages" / "acroform.json").read_text(encoding="utf-8"))
SOURCES = [
    *Path(forms.acroform.__file__).parent.glob("*.py"),
    RESOURCES.parent / "desktop" / "filing" / "foreign.py",
    RESOURCES.parent / "signing" / "filling.py",
]


def test_every_code_has_words_and_every_word_a_code() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    used = set(re.findall(r'"((?:FORM|FIELD|FIELDS|FILLING)_[A-Z_]+|FOREIGN_FORM)"', text))
    assert used - {"FIELDS_LIMIT"} == set(MESSAGES)


def test_words_name_only_facts_that_exist() -> None:
    for kind in [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ForeignFormError)]:
        facts = set(kind.__dataclass_fields__) | ({"count", "fields"} if kind is errors.FormValuesRefused else set())
        for words in MESSAGES[kind.code].values():
            assert set(re.findall(r"{(\w+)}", str(words.values()))) <= facts


def test_the_words_are_whole() -> None:
    for entry in MESSAGES.values():
        assert set(entry) == {"vi", "en"}
        named = []
        for words in entry.values():
            assert set(words) == {"heading", "sentence", "remedy"}
            assert all(text and unicodedata.is_normalized("NFC", text) for text in words.values())
            assert words["sentence"].endswith(".")
            assert words["remedy"].endswith((".", "?"))
            assert not words["heading"].endswith(".")
            named.append(set(re.findall(r"{(\w+)}", words["sentence"] + words["remedy"])))
        assert named[0] == named[1]


def test_a_problem_knows_its_field() -> None:
    assert FieldProblem("a", "FIELD_TOO_LONG", {"limit": 3, "length": 4}).facts == {
        "field": "a",
        "limit": 3,
        "length": 4,
    }
