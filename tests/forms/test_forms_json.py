"""JSON from outside: bounded, exact, and refused with a reason."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.errors import NotJson
from forms.strict_json import DEPTH, loads


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "SYNTAX"),
        (b"{", "SYNTAX"),
        (b"nul", "SYNTAX"),
        (b"{'a': 1}", "SYNTAX"),
        (b'{"a": 1} x', "SYNTAX"),
        (b'{"a": 01}', "SYNTAX"),
        (b'"\n"', "SYNTAX"),
        (b"\xff\xfe{\x00}\x00", "ENCODING"),
        (b'"\xc3\x28"', "ENCODING"),
        (b"NaN", "NUMBER"),
        (b"[Infinity]", "NUMBER"),
        (b"-Infinity", "NUMBER"),
        (b"9" * 100_000, "NUMBER"),
        (b"1e999999999", "NUMBER"),
        (b"0." + b"1" * 1_000, "NUMBER"),
        (b'{"a": 1, "a": 2}', "DUPLICATE"),
        (b"[" * 100_000, "DEPTH"),
        (b'{"a":' * 100_000, "DEPTH"),
        (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), "DEPTH"),
    ],
)
def test_what_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(NotJson) as caught:
        loads(data)
    assert caught.value.reason == reason


def test_a_syntax_error_says_where() -> None:
    with pytest.raises(NotJson) as caught:
        loads('{\n  "a": ,\n}')
    assert (caught.value.line, caught.value.column) == (2, 8)


def test_too_much_is_refused_before_it_is_read() -> None:
    with pytest.raises(NotJson) as caught:
        loads(b" " * 101, limit=100)
    assert caught.value.reason == "SIZE"


def test_numbers_are_exact() -> None:
    found = loads("[0.1, 1.50, 999999999999999, -0, 1E3]")
    assert found == [Decimal("0.1"), Decimal("1.50"), 999999999999999, 0, Decimal("1E3")]
    assert not any(isinstance(number, float) for number in found)


def test_brackets_in_texts_are_no_depth_and_a_byte_order_mark_is_no_text() -> None:
    assert loads(json.dumps(["[" * 1_000 + '\\"' + "{" * 1_000])) == ["[" * 1_000 + '\\"' + "{" * 1_000]
    assert loads(b"\xef\xbb\xbf{}") == {}
    assert loads("\ufeff{}") == {}


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes | str) -> None:
    with contextlib.suppress(NotJson):
        loads(data)


_plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(_plain)
def test_what_was_written_is_read(value: object) -> None:
    assert loads(json.dumps(value)) == value
