"""Take data into a form: what its fields cannot hold becomes a problem and is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from forms import kinds
from forms.definition import Field, Table, Text
from forms.form.cells import Cells
from forms.form.problem import Problem, sentence

if TYPE_CHECKING:
    from forms.form.form import Form

MAX_STRAYS: Final = 100
"""Problems with unknown fields and shapeless rows that are told one by one."""


def take(form: Form, values: Mapping[str, Any]) -> None:
    """Take values of our own: what the template has no place for, and calculated values, are passed over."""
    _Taking(form, strict=False).take(values)


def take_strictly(form: Form, data: Mapping[Any, Any]) -> list[Problem]:
    """Take data from outside; return the problems that belong to no cell of the form."""
    taking = _Taking(form, strict=True)
    taking.take(data)
    return taking.strays


class _Taking:
    """Hold what taking one set of data has come to."""

    def __init__(self, form: Form, *, strict: bool) -> None:
        self.form = form
        self.strict = strict
        self.strays: list[Problem] = []

    def take(self, data: Mapping[Any, Any]) -> None:
        known, tables = self.form.definition.form_fields, self.form.definition.tables
        for name, value in data.items():
            if name in known:
                self.one(self.form.top, known[name], value)
            elif name in tables:
                self.rows(tables[name], value)
            else:
                self.unknown(_printable(name), _printable(name))

    def one(self, cells: Cells, field: Field, value: object) -> None:
        if field.calculated is None:
            cells.enter(field, value)
        elif self.strict:
            cells.supply(field, value)

    def rows(self, table: Table, data: object) -> None:
        rows = self.form.rows[table.name] = []
        if data is None:
            return
        if not isinstance(data, list | tuple):
            self.stray("WRONG_TYPE", table.name, {"expected": "table", "found": kinds.found_type(data)}, table)
            return
        if len(data) > table.max_rows:
            self.stray("TOO_MANY_ROWS", table.name, {"limit": table.max_rows, "rows": len(data)}, table)
        columns = table.column
        for index, entry in enumerate(data[: table.max_rows]):
            row = Cells(table.columns)
            rows.append(row)
            if not isinstance(entry, Mapping):
                wrong = {"expected": "row", "found": kinds.found_type(entry)}
                self.stray("WRONG_TYPE", f"{table.name}[{index}]", wrong, table)
                continue
            for name, value in entry.items():
                if name in columns:
                    self.one(row, columns[name], value)
                else:
                    self.unknown(f"{table.name}[{index}].{_printable(name)}", _printable(name))

    def unknown(self, path: str, name: str) -> None:
        if self.strict:
            self.stray("UNKNOWN_FIELD", path, {"name": name})

    def stray(self, code: str, path: str, facts: Mapping[str, Any], table: Table | None = None) -> None:
        """Note a problem that belongs to no cell."""
        if len(self.strays) > MAX_STRAYS:
            return
        if len(self.strays) == MAX_STRAYS:
            code, path, facts, table = "MORE_PROBLEMS", "", {}, None
        label = Text(table.title("vi"), table.title("en")) if table else Text("", "")
        known = {**facts, "label": label.vi} if table else dict(facts)
        self.strays.append(Problem(path, "error", code, sentence(code, label, known), known))


def _printable(name: object) -> str:
    text = str(name)[:80]
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
