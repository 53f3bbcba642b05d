"""Every code that signing raises or finds is said in both languages."""

from __future__ import annotations

import ast
import inspect
import json
import re
import unicodedata
from pathlib import Path

import pytest

from signing import certificate, errors

WORDS = json.loads((Path(__file__).parents[2] / "resources" / "i18n" / "messages" / "signing.json").read_text("utf-8"))
FINDINGS = {
    node.args[0].value
    for node in ast.walk(ast.parse(inspect.getsource(certificate)))
    if isinstance(node, ast.Call)
    and getattr(node.func, "id", "") == "Finding"
    and isinstance(node.args[0], ast.Constant)
} | {"OTHER_TAX_CODE", "OTHER_PERSON"}
CLASSES: list[type[errors.SigningError]] = [
    one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.SigningError)
]


@pytest.mark.parametrize("code", sorted({one.code for one in CLASSES} | set(map(str, FINDINGS))))
def test_a_code_has_heading_sentence_and_remedy(code: str) -> None:
    for lang in ("vi", "en"):
        for part in ("heading", "sentence", "remedy"):
            text = WORDS[code][lang][part]
            assert text
            assert unicodedata.is_normalized("NFC", text)
        assert "sai mã PIN" not in str(WORDS[code]) and "wrong PIN" not in str(WORDS[code])  # noqa: PT018


@pytest.mark.parametrize("kind", CLASSES)
def test_words_name_only_facts_that_exist(kind: type[errors.SigningError]) -> None:
    facts = set(kind.__dataclass_fields__)
    for lang in ("vi", "en"):
        assert set(re.findall(r"{(\w+)}", str(WORDS[kind.code][lang].values()))) <= facts


def test_errors_survive_pickling_and_codes_are_their_own() -> None:
    import pickle

    codes = [one.code for one in CLASSES]
    assert len(codes) == len(set(codes))
    error = errors.EarlierSignatureBroken("Signature1", "digest")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.facts) == (type(error), error.facts)
