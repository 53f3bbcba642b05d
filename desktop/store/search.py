"""Finding by words, with or without diacritics."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, and_, true
from sqlalchemy.sql.elements import ColumnClause

from forms.identifiers import fold


def folded(*parts: str | None) -> str:
    """Return the text that a row is searched by."""
    return fold(" ".join(part for part in parts if part))


def holds_all(column: ColumnClause[str] | ColumnElement[str], words: str) -> ColumnElement[bool]:
    """Match rows whose folded text holds every word, in any order."""
    tests = [column.cast(Text).contains(word, autoescape=True) for word in fold(words[:400]).split()]
    return and_(*tests) if tests else true()
