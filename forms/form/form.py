"""The form itself: values go in by path, consequences come out.

A change starts a wave (`forms.form.wave`): only what depends on what changed is worked out again, in the order that
the definition fixed. A property test holds every wave against working everything out anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from forms import kinds, units
from forms.definition import Definition, Field, Group, Option, Table, Text
from forms.errors import DataError, FieldCalculated, FieldUnknown, RowUnknown, TableFull
from forms.expression import MISSING, Operand
from forms.form.cells import Cells, table_problem
from forms.form.problem import Changed, Found, Problem, sentence
from forms.form.progress import Progress, progress
from forms.form.taking import take, take_strictly
from forms.form.wave import Wave
from forms.kinds import Value
from forms.period import Period

if TYPE_CHECKING:
    from forms.template.package import Template

VIETNAM: Final = timezone(timedelta(hours=7), "+07")
_PATH = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[([0-9]{1,5})\](?:\.([A-Za-z_][A-Za-z0-9_]*))?)?")
_ROW = re.compile(r"\[[0-9]{1,5}\]")


class Form:
    """Hold a template's fields with values, and what follows from them."""

    def __init__(
        self,
        template: Template,
        period: Period | None,
        values: Mapping[str, Any] | None = None,
        *,
        previous: Mapping[str, Any] | None = None,
        today: date | None = None,
    ) -> None:
        """Begin with values of our own (entered ones, or all: calculated ones are worked out anew)."""
        self.template = template
        self.period = period
        self.definition: Definition = template.definition
        self.today = (today or datetime.now(VIETNAM).date()).isoformat()
        self.first_day = period.first_day.isoformat() if period else ""
        self.last_day = period.last_day.isoformat() if period else ""
        self.top = Cells(self.definition.form_fields.values())
        self.rows: dict[str, list[Cells]] = {name: [] for name in self.definition.tables}
        self.fields = self.top.operands
        self.row: dict[str, Operand] = {}
        self._totals: dict[tuple[str, str], Decimal] = {}
        self._counts: dict[tuple[str, str], Counter[Operand]] = {}
        self._strays: list[Problem] = []
        self._supplied = False
        self._previous: Mapping[str, Any] | None = None
        self._previous_operands: dict[str, Operand] = {}
        self._told: list[Problem] | None = None
        if previous is not None:
            self._remember(previous)
        take(self, values or {})
        Wave(self).everything()

    @classmethod
    def load(
        cls,
        template: Template,
        period: Period | None,
        data: object,
        *,
        previous: Mapping[str, Any] | None = None,
        today: date | None = None,
    ) -> Form:
        """Return a form with data from outside: what it cannot hold becomes a problem and is left out.

        A value for a calculated field is accepted when it equals what is calculated. Raise `DataError` only for data
        that is no object of fields.
        """
        if not isinstance(data, Mapping):
            found = kinds.found_type(data)
            words = sentence("DATA_NOT_AN_OBJECT", Text("", ""), {"found": found})
            raise DataError((Problem("", "error", "DATA_NOT_AN_OBJECT", words, {"found": found}),))
        form = cls(template, period, previous=previous, today=today)
        form._strays = take_strictly(form, data)
        form._supplied = True
        Wave(form).everything()
        return form

    # --- what an expression sees -----------------------------------------------------------------------------------

    def total(self, table: str, column: str) -> Decimal:
        """Return the sum of a column, in đồng where it is money: coefficients are left out."""
        key = (table, column)
        known = self._totals.get(key)
        if known is None:
            rows = self.live_rows(table)
            if self.definition.tables[table].column[column].coefficient:
                rows = [row for row in rows if not isinstance(row.values[column], str)]
            operands: list[Any] = [row.operands[column] for row in rows]
            known = self._totals[key] = sum(operands, Decimal(0))
        return known

    def count(self, table: str) -> Decimal:
        """Return how many rows a table has."""
        return Decimal(len(self.live_rows(table)))

    def occurrences(self, table: str, column: str, wanted: Operand) -> int:
        """Return how many cells of a column hold a value; counted once for all rows that ask."""
        key = (table, column)
        known = self._counts.get(key)
        if known is None:
            known = self._counts[key] = Counter(row.operands[column] for row in self.live_rows(table))
        return known[wanted]

    def previous_operand(self, name: str, empty: Operand) -> Operand:
        """Return what a field counted as in the last period."""
        return self._previous_operands.get(name, empty)

    def live_rows(self, table: str) -> list[Cells]:
        """Return a table's rows, none while it is hidden."""
        return [] if table in self.top.hidden else self.rows[table]

    def forget_totals(self, table: str, column: str) -> None:
        """Drop a sum and counts that no longer hold."""
        self._totals.pop((table, column), None)
        self._counts.pop((table, column), None)

    # --- values ----------------------------------------------------------------------------------------------------

    @property
    def values(self) -> dict[str, Any]:
        """Return every field, calculated ones included, as JSON holds it; what is hidden is empty."""
        found: dict[str, Any] = {}
        for item in self.definition.items:
            if isinstance(item, Table):
                found[item.name] = [dict(row.values) for row in self.live_rows(item.name)]
            else:
                found[item.name] = self.top.values[item.name]
        return found

    def entered(self) -> dict[str, Any]:
        """Return only what a person entered, hidden values too: `Form(template, period, entered)` is this form."""
        found: dict[str, Any] = {}
        for item in self.definition.items:
            if isinstance(item, Table):
                if self.rows[item.name]:
                    found[item.name] = [dict(row.given) for row in self.rows[item.name]]
            elif item.name in self.top.given:
                found[item.name] = self.top.given[item.name]
        return found

    def value(self, path: str) -> Any:
        """Return the value at a path (a list of rows for a table); raise `FieldUnknown` or `RowUnknown`."""
        if path in self.definition.tables:
            return [dict(row.values) for row in self.live_rows(path)]
        cells, field = self._place(path)
        return cells.values[field.name]

    def entered_value(self, path: str) -> Value:
        """Return what a person entered at a path, None where nothing was."""
        cells, field = self._place(path)
        return cells.given.get(field.name)

    def shown(self, path: str, lang: str = "vi") -> str:
        """Return the value at a path as people read it."""
        cells, field = self._place(path)
        return kinds.shown(field, cells.values[field.name], lang)

    def column_total(self, table: str, column: str) -> Value:
        """Return a column's total, as JSON holds it."""
        field = self.field(f"{table}.{column}")
        return kinds.from_operand(field, self.total(table, column))[0]

    @property
    def previous(self) -> Mapping[str, Any] | None:
        """Return the values of the last period, with which rules compare."""
        return self._previous

    @previous.setter
    def previous(self, values: Mapping[str, Any] | None) -> None:
        self._remember(values)
        Wave(self).changed(("previous", "")).run()

    def _remember(self, values: Mapping[str, Any] | None) -> None:
        self._previous = values
        self._previous_operands = {}
        for name, value in (values or {}).items():
            field = self.definition.form_fields.get(name)
            if field is None or value is None:
                continue
            try:
                self._previous_operands[name] = kinds.read(field, value)[1]
            except kinds.Refused:
                continue  # a version with another kind of field: as good as nothing to compare with

    # --- changes ---------------------------------------------------------------------------------------------------

    def set(self, path: str, value: object) -> Changed:
        """Enter a value at a path; None or "" empties it. Return exactly what changed.

        What the field cannot hold leaves it empty, with a problem. Raise `FieldUnknown`, `RowUnknown`,
        `FieldCalculated`.
        """
        return self.set_many({path: value})

    def set_many(self, values: Mapping[str, object]) -> Changed:
        """Enter several values at once, as a paste does: one wave of consequences."""
        places = [(self._place(path), value) for path, value in values.items()]
        for (_, field), _value in places:
            if field.calculated is not None:
                raise FieldCalculated(field.path)
        wave = self._wave()
        for (cells, field), value in places:
            wave.enter(cells, field, value)
        return wave.run()

    def set_rows(self, table: str, rows: Iterable[Mapping[str, object]]) -> Changed:
        """Replace all rows of a table; what a cell cannot hold, and unknown columns, are left out as in `set`."""
        definition = self._table(table)
        wave = self._wave()
        fresh = [self._new_row(definition, row) for row in rows]
        if len(fresh) > definition.max_rows:
            raise TableFull(table, definition.max_rows)
        self.rows[table] = fresh
        return wave.rows(table, fresh).run()

    def insert_row(self, table: str, index: int, row: Mapping[str, object] | None = None) -> Changed:
        """Put a row before the one at `index` (or at the end); raise `TableFull`."""
        definition = self._table(table)
        rows = self.rows[table]
        if not 0 <= index <= len(rows):
            raise RowUnknown(table, index)
        if len(rows) >= definition.max_rows:
            raise TableFull(table, definition.max_rows)
        wave = self._wave()
        fresh = self._new_row(definition, row or {})
        rows.insert(index, fresh)
        return wave.rows(table, [fresh]).run()

    def delete_row(self, table: str, index: int) -> Changed:
        """Take a row out; raise `RowUnknown`."""
        rows = self.rows[self._table(table).name]
        if not 0 <= index < len(rows):
            raise RowUnknown(table, index)
        wave = self._wave()
        del rows[index]
        return wave.rows(table, []).run()

    def move_row(self, table: str, index: int, to: int) -> Changed:
        """Move a row so that it stands at index `to`."""
        rows = self.rows[self._table(table).name]
        for place in (index, to):
            if not 0 <= place < len(rows):
                raise RowUnknown(table, place)
        wave = self._wave()
        rows.insert(to, rows.pop(index))
        return wave.rows(table, []).run()

    def entered_rows(self, table: str) -> list[dict[str, Value]]:
        """Return what was entered in a table's rows."""
        return [dict(row.given) for row in self.rows[self._table(table).name]]

    def _wave(self) -> Wave:
        """Begin a change by a person: what came from outside with the data is no longer compared or complained of."""
        wave = Wave(self)
        if self._strays:
            self._strays = []
            wave.news = True
        if self._supplied:
            self._supplied = False
            for cells, fields in self._all_cells():
                for name in cells.supplied:
                    wave.recheck(cells, fields[name])
                cells.supplied = {}
        return wave

    def _all_cells(self) -> Iterable[tuple[Cells, Mapping[str, Field]]]:
        yield self.top, self.definition.form_fields
        for name, rows in self.rows.items():
            for row in rows:
                yield row, self.definition.tables[name].column

    def _new_row(self, table: Table, values: Mapping[str, object]) -> Cells:
        row = Cells(table.columns)
        for field in table.columns:
            if field.calculated is None and field.name in values:
                row.enter(field, values[field.name])
        return row

    # --- checks ----------------------------------------------------------------------------------------------------

    def check(self) -> list[Problem]:
        """Return what is wrong, in the order of the form."""
        if self._told is None:
            self._told = [*self._strays, *self._problems()]
        return list(self._told)

    @property
    def errors(self) -> list[Problem]:
        """Return the problems that stand in the way of signing."""
        return [problem for problem in self.check() if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """Return the problems that a person may know better about."""
        return [problem for problem in self.check() if problem.severity == "warning"]

    def problems_at(self, path: str) -> list[Problem]:
        """Return the problems at one path."""
        if path in self.definition.tables:
            return [found.at(path) for found in self.top.at(path)]
        cells, field = self._place(path)
        if field.table is None:
            return [found.at(path) for found in cells.at(field.name)]
        table = self.definition.tables[field.table]
        return [found.at(path, cells.index, table) for found in cells.at(field.name)]

    def _problems(self) -> Iterable[Problem]:
        for item in self.definition.items:
            yield from (found.at(item.name) for found in self.top.at(item.name))
            if isinstance(item, Table):
                for row in self.live_rows(item.name):
                    if row.found:
                        yield from self._row_problems(item, row)

    def _row_problems(self, table: Table, row: Cells) -> tuple[Problem, ...]:
        if row.problems is None or row.problems[0] != row.index:
            told = tuple(
                found.at(f"{table.name}[{row.index}].{column.name}", row.index, table)
                for column in table.columns
                for found in row.at(column.name)
            )
            row.problems = (row.index, told)
        return row.problems[1]

    def stale(self) -> None:
        """Drop the problems as last told: something has changed."""
        self._told = None

    def progress(self) -> dict[str, Progress]:
        """Return how far each section is filled, by its id."""
        return progress(self)

    # --- what the window asks ----------------------------------------------------------------------------------------

    def visible(self, path: str) -> bool:
        """Say whether a field, column cell, table or group is shown."""
        if path in self.definition.form_fields or path in self.definition.tables:
            return path not in self.top.hidden
        group = self.definition.groups.get(_ROW.sub("", path))
        if group is not None:
            return self._group_shown(group, path)
        cells, field = self._place(path)
        if field.table and field.table in self.top.hidden:
            return False
        return field.name not in cells.hidden

    def _group_shown(self, group: Group, path: str) -> bool:
        cells, around = self.top, [*group.within, group.name]
        if group.table is not None:
            match = _PATH.fullmatch(path)
            if match is None or match[2] is None:
                raise FieldUnknown(path[:80])
            if int(match[2]) >= len(self.rows[group.table]):
                raise RowUnknown(group.table, int(match[2]))
            if group.table in self.top.hidden:
                return False
            cells = self.rows[group.table][int(match[2])]
        return not any(name in cells.hidden for name in around)

    def required(self, path: str) -> bool:
        """Say whether a field must be filled, or a table must have rows."""
        if path in self.definition.tables:
            return self.least_rows(self.definition.tables[path]) > 0
        cells, field = self._place(path)
        return field.required or field.name in cells.required

    def least_rows(self, table: Table) -> int:
        """Return how many rows a table must have as things stand."""
        if table.required_when is None and table.required_with is None:
            return table.min_rows
        return max(1, table.min_rows) if table.name in self.top.required else 0

    def options(self, path: str) -> tuple[Option, ...]:
        """Return what a field offers: its choices, the wards of the chosen province, or suggestions from a list."""
        cells, field = self._place(path)
        if field.options:
            return field.options
        listed = field.options_from or kinds.LISTS.get(field.kind)
        if listed is None:
            return ()
        if field.kind == "ward" and field.depends_on:
            province = self.sibling(cells, field, field.depends_on)
            return tuple(_option(unit) for unit in units.wards_of(str(province)))
        return tuple(_option(unit) for unit in (units.entries(listed) or {}).values())

    def explain(self, path: str, lang: str = "vi") -> str | None:
        """Return how a calculated field comes about, such as "[43] = [41] − [42]"; None for the others."""
        _, field = self._place(path) if "." not in path or "[" in path else (None, self.field(path))
        if field.calculated is None:
            return None

        def name(other: str) -> str:
            inside = f"{field.table}.{other}"
            known: Field | Table = (
                self.definition.fields.get(inside) or self.definition.fields.get(other) or self.definition.tables[other]
            )
            return known.code or f"“{known.label.get(lang)}”"

        own = field.code or f"“{field.label.get(lang)}”"
        return f"{own} = {field.calculated.words(name, lang)}"

    def field(self, path: str) -> Field:
        """Return the field that a path names, with or without a row's number."""
        bare = re.sub(r"\[[0-9]*\]", "", path)
        found = self.definition.fields.get(bare)
        if found is None:
            raise FieldUnknown(path[:80])
        return found

    def sibling(self, cells: Cells, field: Field, name: str) -> Operand:
        """Return what a field beside this one counts as: of the same row, else of the form."""
        if field.table and name in cells.operands:
            return cells.operands[name]
        return self.top.operands.get(name, MISSING)

    def _table(self, name: str) -> Table:
        found = self.definition.tables.get(name)
        if found is None:
            raise FieldUnknown(name[:80])
        return found

    def _place(self, path: str) -> tuple[Cells, Field]:
        known = self.definition.form_fields.get(path)
        if known is not None:
            return self.top, known
        match = _PATH.fullmatch(path)
        if match is None or match[3] is None or match[1] not in self.definition.tables:
            raise FieldUnknown(str(path)[:80])
        table = self.definition.tables[match[1]]
        column = table.column.get(match[3])
        if column is None:
            raise FieldUnknown(path[:80])
        rows, index = self.rows[table.name], int(match[2])
        if index >= len(rows):
            raise RowUnknown(table.name, index)
        return rows[index], column

    def table_problems(self, table: Table) -> tuple[Found, ...]:
        """Return what is wrong with a table as a whole: too few rows, or too many."""
        if table.name in self.top.hidden:
            if any(row.given for row in self.rows[table.name]):
                return (table_problem(table, "HIDDEN_VALUE", {}, "warning"),)
            return ()
        count, least = len(self.rows[table.name]), self.least_rows(table)
        if count < least:
            return (table_problem(table, "TOO_FEW_ROWS", {"limit": least, "rows": count}),)
        return ()


def _option(unit: units.Unit) -> Option:
    return Option(unit.code, Text(unit.name, unit.name))
