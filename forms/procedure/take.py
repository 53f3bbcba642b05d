"""Take what a record from outside holds: each function returns what it was asked for, or nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

from forms.errors import ProcedureUnreadable

TEXT: Final = 20_000
"""Characters of one text."""

LIST: Final = 1_000
"""Entries of one list."""

_T = TypeVar("_T")


def mapping(raw: object) -> Mapping[str, Any]:
    """Return an object; raise `ProcedureUnreadable` for anything else."""
    if not isinstance(raw, Mapping):
        raise ProcedureUnreadable("NOT_AN_OBJECT")
    return cast(Mapping[str, Any], raw)


def mapping_or_empty(raw: object) -> Mapping[str, Any]:
    """Return an object, an empty one for anything else."""
    return cast(Mapping[str, Any], raw) if isinstance(raw, Mapping) else {}


def each(raw: object, make: Callable[[Mapping[str, Any]], _T]) -> tuple[_T, ...]:
    """Return what `make` makes of each object of a list; a bare text counts as an object with that name."""
    if not isinstance(raw, list | tuple):
        return ()
    found = []
    for entry in raw[:LIST]:
        if isinstance(entry, Mapping):
            found.append(make(entry))
        elif isinstance(entry, str) and entry.strip():
            found.append(make({"name": entry, "title": entry}))
    return tuple(found)


def text(raw: object) -> str:
    """Return a text with its lines, NFC, without what no page can show."""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**18:
        return str(raw)
    if not isinstance(raw, str):
        return ""
    found = unicodedata.normalize("NFC", raw[:TEXT]).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not found.isprintable():
        found = "".join(c for c in found if c == "\n" or unicodedata.category(c) not in _UNSEEN)
    return found.strip()


_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def line(raw: object) -> str:
    """Return a text as one line."""
    return " ".join(text(raw).split())


def texts(raw: object) -> tuple[str, ...]:
    """Return the texts of a list (or of one text) that are not empty."""
    entries = raw if isinstance(raw, list | tuple) else [raw]
    return tuple(entry for entry in map(text, entries[:LIST]) if entry)


def lines(raw: object) -> tuple[str, ...]:
    """Return the lines of a list (or of one text), each once."""
    entries = raw if isinstance(raw, list | tuple) else [raw]
    return distinct(entry for entry in map(line, entries[:LIST]) if entry)


def distinct(lines: Iterable[str]) -> tuple[str, ...]:
    """Return each line once."""
    return tuple(dict.fromkeys(lines))


def names(raw: object) -> tuple[str, ...]:
    """Return the names of a list of objects."""
    return distinct(name for name in each(raw, lambda entry: line(entry.get("name"))) if name)


def flag(raw: object) -> bool | None:
    """Return a flag, None for anything else."""
    return raw if isinstance(raw, bool) else None


def day(raw: object) -> date | None:
    """Return an ISO date, None for anything else."""
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == 10 else None
    except ValueError:
        return None


def count(raw: object) -> int:
    """Return a number of copies."""
    return max(0, min(raw, 1_000)) if isinstance(raw, int) and not isinstance(raw, bool) else 0


def amount(raw: object) -> int | None:
    """Return an amount in đồng, None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    number = Decimal(str(raw))
    if not number.is_finite() or not 0 <= number < 10**15:
        return None
    return int(number) if number == int(number) else None


def time(raw: object) -> int | str | None:
    """Return a number of days or hours: whole, or with its fraction as text."""
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", raw.strip()):
        raw = Decimal(raw.strip())
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    number = Decimal(str(raw))
    if not number.is_finite() or not 0 < number < 10_000:
        return None
    return int(number) if number == int(number) else f"{number:f}"


def plain(raw: object) -> Any:
    """Return small plain data: texts, numbers, flags, and lists and objects of them."""
    match raw:
        case None | bool():
            return raw
        case int():
            return raw if abs(raw) < 10**18 else None
        case list() | tuple():
            return [plain(entry) for entry in raw[:50] if not isinstance(entry, list | Mapping)]
        case Mapping():
            return {line(k): line(v) for k, v in list(raw.items())[:50]}
        case _:
            return text(str(raw) if isinstance(raw, float | Decimal) else raw)
