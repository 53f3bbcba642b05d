"""One wave of consequences: from what changed to everything that depends on it, each thing once and in order.

Steps are numbered so that each comes after what it reads; the wave takes the lowest pending number first. Checks and
rules read results only, so they come last.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import TYPE_CHECKING

from forms import kinds
from forms.definition import Field, Rule, Source, Step, Text
from forms.expression import MISSING, UNDEFINED, Operand
from forms.form.cells import OWN, Cells, check
from forms.form.problem import Changed, Found, fill

if TYPE_CHECKING:
    from forms.form.form import Form


class _Targets:
    """Gather the cells in which something is to be done: some, or all of a table's."""

    __slots__ = ("all", "some")

    def __init__(self) -> None:
        self.all = False
        self.some: dict[Cells, None] = {}


class Wave:
    """Carry changes through a form."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.definition = form.definition
        self.readers = form.definition.readers
        self.heap: list[int] = []
        self.steps: dict[int, _Targets] = {}
        self.checks: dict[str, _Targets] = {}
        self.rules: dict[int, _Targets] = {}
        self.twins: dict[str, set[Operand] | None] = {}
        """Column → the values that its changed cells had and have, None for any: rules that count them come again."""
        self.messages: dict[tuple[object, ...], Text] = {}
        self.paths: set[str] = set()
        self.shape: set[str] = set()
        self.news = False

    # --- what starts it --------------------------------------------------------------------------------------------

    def enter(self, cells: Cells, field: Field, value: object) -> None:
        """Enter a value, and note what depends on it if it is another one."""
        had = cells.refused.get(field.name), cells.given.get(field.name, _NOTHING)
        cells.enter(field, value)
        if field.name in cells.hidden or had != (cells.refused.get(field.name), cells.given.get(field.name, _NOTHING)):
            self.recheck(cells, field)
        if field.table in self.form.top.hidden:  # its warning looks at whether anything was entered
            self.checks.setdefault(field.table, _Targets()).all = True
        self._take_over(cells, field)

    def rows(self, table: str, fresh: Iterable[Cells]) -> Wave:
        """Note that rows of a table have come, gone or moved; `fresh` are the new ones."""
        definition = self.definition.tables[table]
        for index, row in enumerate(self.form.rows[table]):
            row.index = index
        self.paths.add(table)
        self.news = True
        for cells in fresh:
            for number, step in enumerate(self.definition.steps):
                if step.table == table:
                    self._queue_step(number, cells)
            for field in definition.columns:
                self._begin(cells, field)
                self.recheck(cells, field)
            for number, rule in enumerate(self.definition.rules):
                if rule.each == table:
                    self.rules.setdefault(number, _Targets()).some[cells] = None
        for field in definition.columns:
            self._column_changed(field)
        return self.changed(("rows", table))

    def recheck(self, cells: Cells, field: Field) -> None:
        """Have one cell checked again."""
        self.checks.setdefault(field.path, _Targets()).some[cells] = None

    def changed(self, source: Source, cells: Cells | None = None) -> Wave:
        """Queue whatever reads a source; `cells` are those in which it changed, None for the form's own."""
        for reader in self.readers.get(source, ()):
            if reader.what == "step":
                assert isinstance(reader.at, int)
                self._queue_step(reader.at, None if reader.all_rows else cells or self.form.top)
                continue
            pending: dict[int, _Targets] | dict[str, _Targets]
            pending = self.rules if reader.what == "rule" else self.checks
            targets = pending.setdefault(reader.at, _Targets())  # type: ignore[arg-type]  # numbers for rules
            if reader.all_rows:
                targets.all = True
            else:
                targets.some[cells or self.form.top] = None
        return self

    def everything(self) -> Changed:
        """Work everything out anew."""
        form = self.form
        form.top.found.clear()
        for name, rows in form.rows.items():
            for index, row in enumerate(rows):
                row.index = index
                row.found.clear()
                row.problems = None
                for field in self.definition.tables[name].columns:
                    self._begin(row, field)
            for column in self.definition.tables[name].columns:
                form.forget_totals(name, column.name)
        for field in self.definition.form_fields.values():
            self._begin(form.top, field)
        for number, step in enumerate(self.definition.steps):
            self._queue_step(number, None if step.table else form.top)
        for path in (*self.definition.fields, *self.definition.tables):
            self.checks.setdefault(path, _Targets()).all = True
        for number in range(len(self.definition.rules)):
            self.rules.setdefault(number, _Targets()).all = True
        self.news = True
        return self.run()

    # --- the wave --------------------------------------------------------------------------------------------------

    def run(self) -> Changed:
        """Let the consequences follow, and return what changed."""
        steps = self.definition.steps
        while self.heap:
            number = heapq.heappop(self.heap)
            step = steps[number]
            targets = self.steps.pop(number)
            for cells in self._cells(targets, step.table):
                self._work_out(step, cells)
        for path, targets in self.checks.items():
            self._check(path, targets)
        self._count_twins()
        for number, targets in self.rules.items():
            rule = self.definition.rules[number]
            for cells in self._cells(targets, rule.each):
                if cells.note(rule.path, number, self._rule(rule, cells)):
                    self.news = True
        if self.news:
            self.form.stale()
        return Changed(frozenset(self.paths), self.news, frozenset(self.shape))

    def _cells(self, targets: _Targets, table: str | None) -> Iterable[Cells]:
        if table is None:
            return (self.form.top,)
        return self.form.rows[table] if targets.all else targets.some

    def _queue_step(self, number: int, cells: Cells | None) -> None:
        targets = self.steps.get(number)
        if targets is None:
            targets = self.steps[number] = _Targets()
            heapq.heappush(self.heap, number)
        if cells is None:
            targets.all = True
        else:
            targets.some[cells] = None

    def _work_out(self, step: Step, cells: Cells) -> None:
        name, form = step.name, self.form
        if step.what == "value":
            field = form.definition.tables[step.table].column[name] if step.table else form.definition.form_fields[name]
            self._take_over(cells, field)
            return
        marked = cells.hidden if step.what == "visible" else cells.required
        form.row = cells.operands
        try:
            # What is in a group is shown, and required, only where the group is.
            holds = step.group is None or (step.group in marked) == (step.what == "required")
            holds = holds and (step.expression is None or bool(step.expression.evaluate(form)))
        except UNDEFINED:
            holds = step.what == "visible"
        mark = holds != (step.what == "visible")
        if mark == (name in marked):
            return
        (marked.add if mark else marked.discard)(name)
        path = step.key[1]
        self.shape.add(f"{step.table}[{cells.index}].{name}" if step.table else name)
        self.changed((step.what, path), cells)
        if step.what == "visible" and name in self.definition.tables and step.table is None:
            self.paths.add(name)
            self.news = True  # the problems in its rows are told now, or no longer
            self.changed(("rows", name))
            for column in self.definition.tables[name].columns:
                self._column_changed(column)

    def _take_over(self, cells: Cells, field: Field) -> None:
        """Let a field's value be what it now is: empty when hidden, calculated, or as given."""
        name = field.name
        failed = False
        if name in cells.hidden:
            value, operand = kinds.empty(field)
        elif field.calculated is None:
            value, operand = cells.raw[name]
        else:
            self.form.row = cells.operands
            try:
                value, operand = kinds.from_operand(field, field.calculated.evaluate(self.form))
            except UNDEFINED:
                value, operand = kinds.empty(field)
                failed = True
        before = cells.operands[name]
        if failed != (name in cells.failed):
            (cells.failed.add if failed else cells.failed.discard)(name)
            self.recheck(cells, field)
        if before == operand and (before is MISSING) == (operand is MISSING) and cells.values[name] == value:
            return
        cells.values[name], cells.operands[name] = value, operand
        self.paths.add(f"{field.table}[{cells.index}].{name}" if field.table else name)
        self.changed(("value", field.path), cells)
        if field.table:
            self._column_changed(field, before, operand)

    def _begin(self, cells: Cells, field: Field) -> None:
        """Let a field that is not worked out by any step be what it was given."""
        if field.calculated is None and not field.may_hide:
            cells.values[field.name], cells.operands[field.name] = cells.raw[field.name]

    def _column_changed(self, field: Field, *operands: Operand) -> None:
        """Note that cells of a column have changed: those that held or hold these operands, or any."""
        assert field.table is not None
        self.form.forget_totals(field.table, field.name)
        if field.name in self.definition.tables[field.table].totals:
            self.paths.add(field.path)
        self.changed(("column", field.path))
        if ("twins", field.path) in self.readers:
            known = self.twins.setdefault(field.path, set())
            if known is not None and operands:
                known.update(operands)
            else:
                self.twins[field.path] = None

    def _count_twins(self) -> None:
        """Queue the rules of the rows whose value now occurs more or less often."""
        for path, operands in self.twins.items():
            table, _, column = path.partition(".")
            for reader in self.readers[("twins", path)]:
                assert isinstance(reader.at, int)
                targets = self.rules.setdefault(reader.at, _Targets())
                if operands is None:
                    targets.all = True
                else:
                    targets.some.update(
                        (row, None) for row in self.form.rows[table] if row.operands[column] in operands
                    )

    # --- checks ----------------------------------------------------------------------------------------------------

    def _check(self, path: str, targets: _Targets) -> None:
        form = self.form
        table = self.definition.tables.get(path)
        if table is not None:
            self.news |= form.top.note(path, OWN, form.table_problems(table))
            return
        field = self.definition.fields[path]
        nothing: dict[str, Operand] = {}
        for cells in self._cells(targets, field.table):
            siblings = {name: form.sibling(cells, field, name) for name in field.reads} if field.reads else nothing
            if cells.note(field.name, OWN, check(cells, field, siblings)):
                self.news = True

    def _rule(self, rule: Rule, cells: Cells) -> tuple[Found, ...]:
        """Return what a rule finds: nothing where it holds, is not asked, or its field is hidden."""
        form = self.form
        if rule.path in cells.hidden:
            return ()
        form.row = cells.operands if rule.each else {}
        try:
            if rule.when is not None and not rule.when.evaluate(form):
                return ()
            if rule.check.evaluate(form):
                return ()
        except UNDEFINED:
            pass  # what cannot be worked out cannot be said to hold
        return (Found(rule.severity, rule.code, self._message(rule, cells), {"rule": rule.id}),)

    def _message(self, rule: Rule, cells: Cells) -> Text:
        columns = self.definition.tables[rule.each].column if rule.each else {}
        held = (cells.values.get(name) for name in rule.mentioned if name in columns)
        key = (rule.id, *(repr(value) if isinstance(value, list) else value for value in held))
        known = self.messages.get(key)
        if known is not None:
            return known

        def shown(name: str, lang: str) -> str | None:
            field = columns.get(name) or self.definition.form_fields.get(name)
            if field is None:
                return None
            values = cells.values if name in columns else self.form.top.values
            return kinds.shown(field, values[name], lang) or ("(trống)" if lang == "vi" else "(empty)")

        words = self.messages[key] = fill(rule.message, shown)
        return words


_NOTHING: Operand = "\x00"
