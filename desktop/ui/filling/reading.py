"""What people type and paste becomes what a field holds; what a field holds becomes what people see. Knows no Qt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

from forms import kinds
from forms.definition import Field, Option
from forms.identifiers import fold
from forms.kinds import Value
from forms.written import Taken, read_date, read_number, read_option, read_period

__all__ = [
    "DATES", "LISTED", "NUMBERS", "Ask", "Taken", "copied", "plain_cell", "read_date", "read_number", "read_option",
    "read_period", "read_text", "shown",
]  # fmt: skip

NUMBERS = frozenset({"money", "integer", "decimal", "percent"})
DATES = frozenset({"date", "month", "quarter", "period"})
LISTED = frozenset({"choice", "province", "ward"})


def read_text(field: Field, text: str, today: date, options: Sequence[Option] = (), lang: str = "vi") -> Taken:
    """Read what was typed or pasted for a field of any kind."""
    if field.kind in NUMBERS:
        whole = field.kind in ("money", "integer") and not field.coefficient
        return read_number(text, whole=whole)
    if field.kind == "date":
        return read_date(text, today)
    if field.kind in DATES:
        return read_period(text, field.kind, today)
    if field.kind in LISTED:
        return read_option(text, options, lang)
    if field.kind == "check":
        return Taken(fold(text.strip()) in ("x", "co", "1", "true", "yes", "✓", "v"))
    if field.kind != "multiline":
        text = " ".join(text.split())
    return Taken(text or None)


def shown(field: Field, value: Value, lang: str = "vi") -> str:
    """Return a value as it stands in an editor; 0 that nobody typed is shown by the caller as empty."""
    if field.kind == "percent" and value not in (None, ""):
        return kinds.grouped(str(value), lang)
    return kinds.shown(field, value, lang)


def copied(text: str) -> str:
    """Return a shown number as plain digits for the clipboard, any other text as it is."""
    bare = text.strip()
    if re.fullmatch(r"[−-]?[0-9]{1,3}(\.[0-9]{3})*(,[0-9]+)?", bare):
        return bare.replace(".", "").replace(",", ".").replace("−", "-")
    return text


def plain_cell(value: Value) -> str:
    """Return a value as a spreadsheet takes it: plain digits, dates as dd/MM/yyyy are the caller's."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "x" if value else ""
    return str(value)


Ask = Literal["leave", "check"]
