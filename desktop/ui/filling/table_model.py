"""The rows of a table as a model of Qt's: what its cells show, and how texts get into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from desktop.ui.filling import reading
from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.fields import listed
from desktop.ui.filling.reading import NUMBERS
from forms.definition import Field, Table
from forms.errors import TableFull
from forms.form.problem import Problem

Index = QModelIndex | QPersistentModelIndex
PROBLEMS = Qt.ItemDataRole.UserRole + 1
WIDTHS = {"money": 140, "integer": 80, "decimal": 100, "percent": 90, "date": 110, "check": 70, "tax_code": 130}


class RowsModel(QAbstractTableModel):
    """The rows of a table, and one empty row below them in which a new one begins."""

    def __init__(self, document: FormDocument, table: Table, today: date) -> None:
        super().__init__()
        self.document, self.table, self.today = document, table, today
        self.columns = table.columns
        self.problems: Mapping[str, tuple[Problem, ...]] = {}
        self._rows = self._count()

    def _count(self) -> int:
        return len(self.document.form.rows[self.table.name])

    def spare(self) -> int:
        """Return 1 where there is room for another row."""
        return 0 if self.document.read_only or self._rows >= self.table.max_rows else 1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # Qt's own default
        """Count the rows and the empty one."""
        return 0 if parent.isValid() else self._rows + self.spare()

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """Count the columns."""
        return 0 if parent.isValid() else len(self.columns)

    def path(self, row: int, column: int) -> str:
        """Return the path of a cell."""
        return f"{self.table.name}[{row}].{self.columns[column].name}"

    def value(self, row: int, column: int) -> Any:
        """Return what counts in a cell."""
        return self.document.form.rows[self.table.name][row].values[self.columns[column].name]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows."""
        row, column = index.row(), index.column()
        field = self.columns[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if field.kind in NUMBERS else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if row >= self._rows:
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return self.tr("Dòng mới, {}: trống").format(field.label.get(self.document.lang))
            return None
        if role == Qt.ItemDataRole.DisplayRole or role == Qt.ItemDataRole.EditRole:
            if field.kind == "check":
                return None
            return self.shown(row, column)
        if role == Qt.ItemDataRole.CheckStateRole and field.kind == "check":
            return Qt.CheckState.Checked if self.value(row, column) else Qt.CheckState.Unchecked
        if role == PROBLEMS:
            return self.problems.get(self.path(row, column))
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            found = self.problems.get(self.path(row, column), ())
            words = "\n".join(problem.message.get(self.document.lang) for problem in found)
            if not words and field.calculated is not None and role == Qt.ItemDataRole.ToolTipRole:
                return "ƒ " + (self.document.form.explain(field.path, self.document.lang) or "")
            return words or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.tr("Dòng {}, {}: {}").format(
                row + 1, field.label.get(self.document.lang), self.shown(row, column) or self.tr("trống")
            )
        return None

    def shown(self, row: int, column: int) -> str:
        """Return the words of a cell."""
        field = self.columns[column]
        unread = self.document.unread.get(self.path(row, column)) if self.document.unread else None
        if unread is not None:
            return unread
        value = self.value(row, column)
        if value == 0 and field.kind == "money" and field.calculated is None:
            value = self.document.form.rows[self.table.name][row].given.get(field.name)
        return reading.shown(field, value, self.document.lang)

    def plain(self, row: int, column: int) -> str:
        """Return a cell as another program takes it: plain digits, days as dd/MM/yyyy, words of a list."""
        field = self.columns[column]
        if row >= self._rows:
            return ""
        value = self.value(row, column)
        if field.kind in NUMBERS or field.kind == "check":
            if value == 0 and not self.shown(row, column):
                return ""
            return reading.plain_cell(value)
        return self.shown(row, column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's label with its code, or the number of a row."""
        if orientation == Qt.Orientation.Horizontal:
            field = self.columns[section]
            if role == Qt.ItemDataRole.DisplayRole:
                mark = "ƒ " if field.calculated is not None else ""
                return mark + field.title(self.document.lang) + (" *" if field.required else "")
            if role == Qt.ItemDataRole.ToolTipRole:
                star = self.tr(" (bắt buộc)") if field.required else ""
                return f"{field.title(self.document.lang)}{star}\n{field.help.get(self.document.lang)}"
        elif role == Qt.ItemDataRole.DisplayRole:
            return str(section + 1) if section < self._rows else "+"
        elif role == Qt.ItemDataRole.ToolTipRole and section >= self._rows:
            return self.tr("Gõ vào đây để thêm dòng")
        return None

    def editable(self, row: int, column: int) -> bool:
        """Say whether a person may type into a cell."""
        field = self.columns[column]
        if field.calculated is not None or self.document.read_only:
            return False
        return row >= self._rows or field.name not in self.document.form.rows[self.table.name][row].hidden

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Say what can be done with a cell."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if self.editable(index.row(), index.column()):
            if self.columns[index.column()].kind == "check":
                flags |= Qt.ItemFlag.ItemIsUserCheckable
            else:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Enter what was typed into one cell."""
        row, column = index.row(), index.column()
        if not self.editable(row, column):
            return False
        if role == Qt.ItemDataRole.CheckStateRole:
            self.enter({(row, column): "x" if Qt.CheckState(value) == Qt.CheckState.Checked else ""})
            return True
        self.enter({(row, column): str(value)})
        return True

    def read(self, field: Field, text: str) -> tuple[object, bool]:
        """Read a text for a column: the value, and whether it is no value of it."""
        options = self._options(field)
        taken = reading.read_text(field, text, self.today, options, self.document.lang)
        return taken.value, taken.unread or bool(taken.choices)

    def _options(self, field: Field) -> tuple[Any, ...]:
        if field.options:
            return field.options
        if not listed(field) or not self._rows:
            return ()
        return self.document.form.options(f"{self.table.name}[0].{field.name}")

    def enter(self, texts: Mapping[tuple[int, int], str]) -> None:
        """Enter texts into cells as one step; cells below the last row make rows. Raises TableFull."""
        name = self.table.name
        cells = {
            (row, column): self.read(self.columns[column], text)
            for (row, column), text in texts.items()
            if self.editable(row, column)
        }
        if not cells:
            return
        last = max(row for row, _ in cells)
        if last >= self._rows:
            if last >= self.table.max_rows:
                raise TableFull(name, self.table.max_rows)
            rows = self.document.form.entered_rows(name)
            rows += [{} for _ in range(last + 1 - len(rows))]
            for (row, column), (value, unread) in cells.items():
                if not unread:
                    if value is None:
                        rows[row].pop(self.columns[column].name, None)
                    else:
                        rows[row][self.columns[column].name] = value  # type: ignore[assignment]
            self.document.set_rows(name, rows, f"{name}[{last}]")
            odd = {cell: value for cell, (value, unread) in cells.items() if unread}
            if odd:
                self.document.enter_many(
                    {self.path(*cell): value for cell, value in odd.items()},
                    unread=frozenset(self.path(*cell) for cell in odd),
                )
            self._leave(cells)
            return
        self.document.enter_many(
            {self.path(*cell): value for cell, (value, _) in cells.items()},
            unread=frozenset(self.path(*cell) for cell, (_, unread) in cells.items() if unread),
        )
        self._leave(cells)

    def _leave(self, cells: Iterable[tuple[int, int]]) -> None:
        self.document.leave_all(self.path(*cell) for cell in cells)

    def refresh(self) -> None:
        """Follow the form: its rows, or what is in them."""
        now = self._count()
        if now != self._rows:
            self.beginResetModel()
            self._rows = now
            self.endResetModel()
        elif self.columns:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.columns) - 1))
