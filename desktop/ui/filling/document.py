"""A form that is being filled: every change goes through here, so that every change can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal

from forms.definition import Table
from forms.errors import FormsError
from forms.form import Form
from forms.form.problem import Changed, Problem
from forms.kinds import Value

STEPS_LIMIT = 500
"""Steps that can be taken back."""


@dataclass
class Step:
    """One change: values at paths, or the rows of a table, before and after."""

    before: dict[str, Any]
    after: dict[str, Any]
    table: str | None = None
    burst: object = None
    """What was typed without leaving the field is one step."""
    place: str = ""
    """The path that gets the focus when the step is taken back or done again."""


@dataclass(frozen=True)
class Snapshot:
    """What was in a form at one moment; saved and printed off the window's thread while the form goes on changing."""

    values: dict[str, Any]
    typed: dict[str, Any] = field(repr=False)

    def entered(self) -> dict[str, Any]:
        """Return only what a person typed, as `Form.entered` does."""
        return self.typed


class FormDocument(QObject):
    """Hold a form, its history, and which of its problems may be told already."""

    changed = Signal(object)
    """A `Changed`: values, shape or problems."""
    history_changed = Signal()
    told_changed = Signal()
    """Other problems are told than before."""

    def __init__(self, form: Form, lang: str = "vi", *, read_only: bool = False) -> None:
        super().__init__()
        self.form = form
        self.lang = lang
        self.read_only = read_only
        self.checked = False
        """Whether the person asked for a check: from then on everything is told."""
        self.unread: dict[str, str] = {}
        """Texts that their field could not take, by path: shown again where they were typed."""
        self._touched: set[str] = set()
        self._left: set[str] = set()
        self._past: list[Step] = []
        self._future: list[Step] = []
        self.revision = 0

    # --- changes -----------------------------------------------------------------------------------------------------

    def enter(self, path: str, value: object, *, burst: object = None, unread: bool = False) -> None:
        """Enter one value; `unread` marks a text that is no value of this field and is kept to be shown."""
        self.enter_many({path: value}, burst=burst, unread=frozenset({path}) if unread else frozenset())

    def enter_many(
        self, values: Mapping[str, object], *, burst: object = None, unread: frozenset[str] = frozenset()
    ) -> None:
        """Enter several values as one step."""
        if self.read_only:
            return
        before = {path: self._given(path) for path in values}
        after = {path: (str(value), True) if path in unread else (value, False) for path, value in values.items()}
        if before == after:
            return
        last = self._past[-1] if self._past else None
        if last is not None and burst is not None and last.burst is burst and set(last.after) == set(after):
            last.after = after
        else:
            self._remember(Step(before, after, None, burst, next(iter(values), "")))
        self._touched.update(values)
        self._apply(Step(before, after))

    def set_rows(self, table: str, rows: Sequence[Mapping[str, object]], place: str = "") -> None:
        """Replace the rows of a table as one step (insert, delete, paste beyond the end)."""
        if self.read_only:
            return
        before = self.form.entered_rows(table)
        after = [dict(row) for row in rows]
        step = Step({table: before}, {table: after}, table, None, place or table)
        self._apply(step)  # raises TableFull before anything is remembered
        self._remember(step)

    def _given(self, path: str) -> tuple[object, bool]:
        if path in self.unread:
            return self.unread[path], True
        value = self.form.entered_value(path)
        # A default that nobody touched is not "entered"; taken back it must be the default again, not empty.
        return (self.form.field(path).default if value is None else value), False

    def _remember(self, step: Step) -> None:
        self._past.append(step)
        del self._past[:-STEPS_LIMIT]
        self._future.clear()
        self.history_changed.emit()

    def _apply(self, step: Step) -> None:
        self.revision += 1
        if step.table is not None:
            changed = self.form.set_rows(step.table, step.after[step.table])
            prefix = f"{step.table}["
            self.unread = {path: text for path, text in self.unread.items() if not path.startswith(prefix)}
        else:
            changed = self.form.set_many({path: value for path, (value, _) in step.after.items()})
            for path, (value, unread) in step.after.items():
                if unread:
                    self.unread[path] = str(value)
                else:
                    self.unread.pop(path, None)
        # The wave names what counts differently; what was typed may look different without counting differently.
        own = frozenset(step.after)
        self.changed.emit(Changed(changed.paths | own, changed.problems_changed, changed.shape))

    # --- history -----------------------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """Say whether there is something to take back."""
        return bool(self._past) and not self.read_only

    @property
    def can_redo(self) -> bool:
        """Say whether there is something to do again."""
        return bool(self._future) and not self.read_only

    def undo(self) -> str | None:
        """Take the last step back; return the path where it happened."""
        return self._turn(self._past, self._future, back=True)

    def redo(self) -> str | None:
        """Do the step that was taken back again; return the path where it happens."""
        return self._turn(self._future, self._past, back=False)

    def _turn(self, source: list[Step], target: list[Step], *, back: bool) -> str | None:
        if not source or self.read_only:
            return None
        step = source.pop()
        step.burst = None
        target.append(step)
        self._apply(Step(step.after, step.before, step.table) if back else step)
        self.history_changed.emit()
        return step.place

    # --- what is told ------------------------------------------------------------------------------------------------

    def leave(self, path: str) -> None:
        """Note that a person has left a field: its errors may be told from now on, if anything was done there.

        A place that is only passed by is not complained of before the check.
        """
        if path in self._touched and path not in self._left:
            self._left.add(path)
            self.told_changed.emit()

    def leave_all(self, paths: Iterable[str]) -> None:
        """Note that cells were filled and left, as a paste does."""
        fresh = set(paths) - self._left
        if fresh:
            self._left |= fresh
            self.told_changed.emit()

    def check(self) -> list[Problem]:
        """Tell everything from now on, warnings too."""
        self.checked = True
        self.told_changed.emit()
        return self.told()

    def told(self) -> list[Problem]:
        """Return the problems that may be told now: errors of fields that were left; all after a check."""
        problems = self.form.check()
        if self.checked:
            return problems
        return [problem for problem in problems if problem.severity == "error" and problem.path in self._left]

    def told_at(self, path: str) -> list[Problem]:
        """Return the problems of one place that may be told now."""
        if not self.checked and path not in self._left:
            return []
        try:
            found = self.form.problems_at(path)
        except FormsError:
            return []
        return [problem for problem in found if self.checked or problem.severity == "error"]

    # --- looking -----------------------------------------------------------------------------------------------------

    def typed(self, path: str) -> Value:
        """Return what was entered at a path."""
        return self.form.entered_value(path)

    def snapshot(self) -> Snapshot:
        """Return what is in the form now."""
        return Snapshot(self.form.values, self.form.entered())

    def tables(self) -> Mapping[str, Table]:
        """Return the form's tables by name."""
        return self.form.definition.tables
