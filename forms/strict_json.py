"""Read JSON text from outside: bounded in size and depth, exact in its numbers.

The standard reader accepts NaN, lets a later key overwrite an earlier one, and turns amounts into binary
fractions. What is read here holds `int` and `Decimal`, never `float`, and every refusal is a `NotJson`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from forms.errors import NotJson

LIMIT = 16 * 1024 * 1024
"""Bytes of one text."""

DEPTH = 40
"""Levels of nesting: no data or template of ours needs more than ten."""

DIGITS = 60
"""Characters of one number."""


def loads(data: bytes | str, *, limit: int = LIMIT) -> Any:
    """Return the value of a JSON text; raise `NotJson` for anything that is not one."""
    if len(data) > limit:
        raise NotJson("SIZE")
    if isinstance(data, str):
        text = data
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise NotJson("ENCODING") from None
    text = text.removeprefix("\ufeff")
    _bound_depth(text)
    try:
        return json.loads(
            text,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_refuse,
            object_pairs_hook=_unique,
        )
    except json.JSONDecodeError as error:
        raise NotJson("SYNTAX", error.lineno, error.colno) from None
    except RecursionError:
        raise NotJson("DEPTH") from None


def _bound_depth(text: str) -> None:
    """Refuse deep nesting before the recursive reader sees it (brackets inside strings do not count)."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    inside = False
    escaped = False
    for character in text:
        if inside:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside = False
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > DEPTH:
                raise NotJson("DEPTH")
        elif character in "]}":
            depth -= 1


def _whole(text: str) -> int:
    if len(text) > DIGITS:
        raise NotJson("NUMBER")
    return int(text)


def _fraction(text: str) -> Decimal:
    if len(text) > DIGITS:
        raise NotJson("NUMBER")
    value = Decimal(text)
    # 1e999999 is short to write and endless to print.
    if value and abs(value.adjusted()) > DIGITS:
        raise NotJson("NUMBER")
    return value


def _refuse(text: str) -> NoReturn:
    raise NotJson("NUMBER")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJson("DUPLICATE")
    return found
