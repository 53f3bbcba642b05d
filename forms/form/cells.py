"""One set of cells: the form's own fields, or one row of a table; and what is wrong with one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from forms import kinds
from forms.definition import Field, Table, Text
from forms.expression import MISSING, Operand
from forms.form.problem import Found, Problem, sentence
from forms.kinds import Value

OWN: Final = -1
"""Stands for a field's own check where rules have their number."""


class Cells:
    """Hold the values of fields that stand together, as they were given and as they count."""

    __slots__ = (
        "failed",
        "found",
        "given",
        "hidden",
        "index",
        "operands",
        "problems",
        "raw",
        "refused",
        "required",
        "supplied",
        "values",
    )

    def __init__(self, fields: Iterable[Field]) -> None:
        self.index = 0
        """Number of the row, from 0."""
        self.given: dict[str, Value] = {}
        """What a person entered; a field that was not touched is not here."""
        self.raw: dict[str, tuple[Value, Operand]] = {}
        """What was given or is the default, with its operand."""
        self.values: dict[str, Value] = {}
        """What counts: the same, but empty where hidden, and calculated."""
        self.operands: dict[str, Operand] = {}
        self.hidden: set[str] = set()
        self.required: set[str] = set()
        self.failed: set[str] = set()
        """Calculated fields that have no value."""
        self.refused: dict[str, kinds.Refused] = {}
        """Fields that were given what they cannot hold."""
        self.supplied: dict[str, tuple[Value, Operand]] = {}
        """Values that came with the data for calculated fields."""
        self.found: dict[str, dict[int, tuple[Found, ...]]] = {}
        """Field → number of the rule, `OWN` for the field's own check → what was found."""
        self.problems: tuple[int, tuple[Problem, ...]] | None = None
        """The problems of a row as last told, with the row's number then."""
        for field in fields:
            value, operand = default(field)
            self.raw[field.name] = value, operand
            self.values[field.name] = value
            self.operands[field.name] = operand

    def enter(self, field: Field, value: object) -> None:
        """Take a value for a field that is not calculated; what it cannot hold is noted, and the field left empty."""
        name = field.name
        self.refused.pop(name, None)
        self.given.pop(name, None)
        if value is None and field.default is None:
            self.raw[name] = kinds.empty(field)
            return
        try:
            taken, operand = kinds.read(field, value)
        except kinds.Refused as refused:
            self.refused[name] = refused
            self.raw[name] = kinds.empty(field)
            if field.default is not None:
                self.given[name] = self.raw[name][0]  # else the default would come back in its place
            return
        if isinstance(operand, str) and not is_given(operand):
            taken, operand = kinds.empty(field)  # blanks alone are nothing, also when they are read back
        self.raw[name] = taken, operand
        if is_given(operand) or field.default is not None:
            self.given[name] = taken

    def supply(self, field: Field, value: object) -> None:
        """Take a value for a calculated field, to be compared with what is calculated."""
        try:
            taken, operand = kinds.read(field, value)
        except kinds.Refused as refused:
            self.refused[field.name] = refused
            return
        if is_given(operand):
            self.supplied[field.name] = taken, operand

    def note(self, name: str, source: int, found: tuple[Found, ...]) -> bool:
        """Keep what one check found at a field; say whether it is news."""
        slots = self.found.get(name)
        if slots is None and not found:
            return False
        old = slots.get(source, ()) if slots else ()
        if old == found:
            return False
        if found:
            self.found.setdefault(name, {})[source] = found
        else:
            assert slots is not None
            del slots[source]
            if not slots:
                del self.found[name]
        self.problems = None
        return True

    def at(self, name: str) -> list[Found]:
        """Return what was found at a field: by its own check first, then by the rules in their order."""
        slots = self.found.get(name)
        return [found for _, founds in sorted(slots.items()) for found in founds] if slots else []


def default(field: Field) -> tuple[Value, Operand]:
    """Return what a field holds before anybody enters anything."""
    return kinds.empty(field) if field.default is None else kinds.read(field, field.default)


def is_given(operand: Operand) -> bool:
    """Say whether an operand is more than an empty field: 0 is, blanks and an unticked box are not."""
    if isinstance(operand, str):
        return bool(operand) and not operand.isspace()
    return operand is not MISSING and operand is not False


def label(field: Field) -> Text:
    """Return how problems name a field."""
    return Text(field.title("vi"), field.title("en"))


def problem(field: Field, code: str, severity: str = "error", facts: Mapping[str, Any] | None = None) -> Found:
    """Return a problem of our own at a field."""
    known = {"label": field.title("vi"), **(facts or {})}
    return Found("warning" if severity == "warning" else "error", code, sentence(code, label(field), known), known)


def table_problem(table: Table, code: str, facts: Mapping[str, Any], severity: str = "error") -> Found:
    """Return a problem of our own at a table."""
    known = {"label": table.title("vi"), **facts}
    words = sentence(code, Text(table.title("vi"), table.title("en")), known)
    return Found("warning" if severity == "warning" else "error", code, words, known)


def check(cells: Cells, field: Field, siblings: Mapping[str, Operand]) -> tuple[Found, ...]:
    """Return what is wrong with one field by itself: its type, its bounds, whether it is missing."""
    name = field.name
    if name in cells.hidden:
        return (
            (problem(field, "HIDDEN_VALUE", "warning"),) if is_given(cells.raw[name][1]) and name in cells.given else ()
        )
    refused = cells.refused.get(name)
    if refused is not None:
        return (problem(field, refused.code, "error", refused.facts),)
    value, operand = cells.values[name], cells.operands[name]
    if field.calculated is not None:
        found = _check_calculated(cells, field)
        if found:
            return found
    if not is_given(operand):
        if field.required or name in cells.required:
            return (problem(field, "NOT_TICKED" if field.kind == "check" else "REQUIRED_MISSING"),)
        return ()
    return tuple(
        problem(field, finding.code, finding.severity, finding.facts)
        for finding in kinds.findings(field, value, operand, siblings)
    )


def _check_calculated(cells: Cells, field: Field) -> tuple[Found, ...]:
    name = field.name
    if name in cells.failed:
        return (problem(field, "CANNOT_CALCULATE"),)
    operand = cells.operands[name]
    if not isinstance(operand, str | bool) and abs(operand) > kinds.LARGEST:
        return (problem(field, "NUMBER_TOO_LARGE", "error", {"limit": kinds.LARGEST}),)
    if name in cells.supplied and cells.supplied[name][1] != operand:
        facts = {
            "supplied": kinds.shown(field, cells.supplied[name][0]),
            "calculated": kinds.shown(field, cells.values[name]),
        }
        return (problem(field, "CALCULATED_DIFFERS", "error", facts),)
    return ()
