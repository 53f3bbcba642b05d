"""A table of a form as a small spreadsheet: heading, grid, sums, buttons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import (
    QItemSelectionModel,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QToolButton,
    QWidget,
)

from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.table_model import RowsModel
from desktop.ui.filling.table_view import CellEditor, RowsView
from desktop.ui.parts import Button, Said
from desktop.ui.theme import STEP, Size, colour, font, grown, icon
from forms import kinds
from forms.definition import Table
from forms.errors import FormsError
from forms.form.problem import Problem

MOST_SHOWN = 14
"""Rows that are shown before the table scrolls inside itself."""


class Totals(QWidget):
    """The sums of columns, fixed below the grid and in line with it."""

    def __init__(self, view: RowsView, document: FormDocument, table: Table) -> None:
        super().__init__()
        self.view, self.document, self.table = view, document, table
        self.setFont(font(Size.BODY, bold=True, tabular=True))
        view.horizontalScrollBar().valueChanged.connect(self.update)
        view.horizontalHeader().sectionResized.connect(lambda *_: self.update())

    def refresh(self) -> None:
        """Follow the form."""
        words = [
            f"{self.table.column[name].label.get(self.document.lang)}: {self._shown(name)}"
            for name in self.table.totals
        ]
        self.setAccessibleName(self.tr("Cộng. {}").format("; ".join(words)))
        self.update()

    def _shown(self, name: str) -> str:
        value = self.document.form.column_total(self.table.name, name)
        return kinds.shown(self.table.column[name], value, self.document.lang) or "0"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sums under their columns."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("sunken"))
        painter.setPen(QPen(colour("text"), 1))
        painter.drawLine(QPoint(0, 0), QPoint(self.width(), 0))
        offset = self.view.viewport().x()
        first = True
        for number, column in enumerate(self.table.columns):
            if column.name in self.table.totals:
                x = offset + self.view.columnViewportPosition(number)
                box = QRect(x, 0, self.view.columnWidth(number) - 6, self.height())
                words = self._shown(column.name)
                wide = self.fontMetrics().horizontalAdvance(words) + 8
                if box.width() < wide:
                    box.setLeft(box.right() - wide)
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
                first = False
        del first
        painter.fillRect(QRect(0, 1, offset, self.height()), colour("sunken"))
        painter.drawText(
            QRect(8, 0, 80, self.height()),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            self.tr("Cộng"),
        )


class TableBlock(QWidget):
    """A table with its heading, its buttons and its sums."""

    focused = Signal(str)
    left = Signal(str)
    resized = Signal()
    import_asked = Signal(str)
    """The rows of a spreadsheet are wanted in this table."""
    undo_asked = Signal()
    redo_asked = Signal()

    def __init__(self, document: FormDocument, table: Table, today: date) -> None:
        super().__init__()
        self.document, self.table = document, table
        lang = document.lang
        self.label = QLabel(table.title(lang), self)
        self.label.setFont(font(Size.BODY, bold=True))
        self.label.setWordWrap(True)
        self.help_button = QToolButton(self)
        self.help_button.setIcon(icon("help", "muted"))
        self.help_button.setAutoRaise(True)
        self.help_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.help_button.setAccessibleName(self.tr("Hướng dẫn cho {}").format(table.label.get(lang)))
        self.help_button.clicked.connect(lambda: self.toggle_help(""))
        self.model = RowsModel(document, table, today)
        self.view = RowsView(self.model)
        self.view.setParent(self)
        self.view.setAccessibleName(table.title(lang))
        self.label.setBuddy(self.view)
        self.totals = Totals(self.view, document, table) if table.totals else None
        if self.totals is not None:
            self.totals.setParent(self)
            self.totals.refresh()
        self.tools = QWidget(self)
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * STEP)
        self.add_button = Button(self.tr("Thê&m dòng"), "add")
        self.insert_button = Button(self.tr("C&hèn dòng trên"))
        self.delete_button = Button(self.tr("Xóa &dòng"), "delete")
        for button, do, keys in (
            (self.add_button, self.add_row, "Ctrl++"),
            (self.insert_button, self.insert_row, "Ctrl+Shift++"),
            (self.delete_button, self.delete_rows, "Ctrl+-"),
        ):
            button.clicked.connect(lambda _=False, do=do: do())
            button.setToolTip(keys)
            button.setEnabled(not document.read_only)
            row.addWidget(button)
        self.count = QLabel()
        self.count.setFont(font(Size.SMALL))
        self.import_button = Button(self.tr("Nhập từ &bảng tính…"), "import")
        self.import_button.setAccessibleName(self.tr("Nhập {} từ bảng tính").format(table.label.get(lang)))
        self.import_button.setToolTip(
            self.tr("Tệp XLSX hoặc CSV, hàng đầu là tên cột như ở đây; cũng có thể dán ô từ bảng tính (Ctrl+V)")
        )
        self.import_button.clicked.connect(lambda: self.import_asked.emit(table.name))
        self.import_button.setEnabled(not document.read_only)
        row.addWidget(self.import_button)
        row.addStretch(1)
        row.addWidget(self.count)
        self._message = Said(self)
        self._help: QLabel | None = None
        self.view.selectionModel().currentChanged.connect(lambda *_: self._reached())
        self.view.reached.connect(self._reached)
        self.view.refused.connect(self.say)
        self.view.gone.connect(lambda: self.left.emit(self.table.name))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._refresh)
        self._counted()

    @property
    def wanted(self) -> bool:
        """Say whether the form shows this table now."""
        return self.document.form.visible(self.table.name)

    # --- following the form ------------------------------------------------------------------------------------------

    def refresh(self, path: str) -> None:
        """Follow a change: at once where rows came or went, else once for the many cells that a paste changes."""
        if path == self.table.name:
            self._refresh()
        else:
            self._soon.start(0)

    def _refresh(self) -> None:
        before = self.model.rowCount()
        here = self.view.currentIndex()
        row, column = here.row(), here.column()
        self.model.refresh()
        if self.totals is not None:
            self.totals.refresh()
        self._counted()
        if self.model.rowCount() != before:
            if row >= 0:
                index = self.model.index(min(row, self.model.rowCount() - 1), column)
                self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.resized.emit()

    def _counted(self) -> None:
        count = len(self.document.form.rows[self.table.name])
        self.count.setText(self.tr("{} dòng").format(count))

    def tell(self, problems: Mapping[str, tuple[Problem, ...]]) -> None:
        """Show problems in their cells, and those of the table as a whole under it."""
        if problems == self.model.problems:
            return
        self.model.problems = problems
        self.view.viewport().update()
        whole = problems.get(self.table.name, ())
        self._put("\n".join(problem.message.get(self.document.lang) for problem in whole))

    def say(self, error: FormsError) -> None:
        """Say what could not be done."""
        from desktop.messages import message

        self._put(message(error, lang="en" if self.document.lang == "en" else "vi").text)

    def _put(self, words: str) -> None:
        if self._message.tell(words):
            self.resized.emit()

    # --- doing -------------------------------------------------------------------------------------------------------

    def add_row(self) -> None:
        """Begin a new row at the end."""
        if self.model.spare():
            self.view.setFocus()
            self.view.setCurrentIndex(self.model.index(self.model.rowCount() - 1, 0))
            self.view.edit(self.view.currentIndex())

    def insert_row(self) -> None:
        """Put an empty row above the current one."""
        row = max(self.view.currentIndex().row(), 0)
        rows = self.document.form.entered_rows(self.table.name)
        rows.insert(min(row, len(rows)), {})
        self._rows(rows, row)

    def delete_rows(self) -> None:
        """Take the selected rows out; undo brings them back."""
        top, bottom, _, _ = self.view.area()
        rows = self.document.form.entered_rows(self.table.name)
        if top < len(rows):
            del rows[top : bottom + 1]
            self._rows(rows, top)

    def _rows(self, rows: list[Any], row: int) -> None:
        try:
            self.document.set_rows(self.table.name, rows, f"{self.table.name}[{row}]")
        except FormsError as error:
            self.say(error)

    def take_rows(self, rows: list[Any], first: int) -> None:
        """Hold these rows from now on, as one step, and stand in the first new one."""
        self._rows(rows, first)
        self.document.leave_all(
            f"{self.table.name}[{row}].{column.name}"
            for row in range(first, len(rows))
            for column in self.table.columns
        )
        self.view.setFocus()
        self.view.setCurrentIndex(self.model.index(first, 0))

    def note(self, words: str) -> None:
        """Say something under the table until something else is said."""
        self._put(words)

    def commit(self) -> None:
        """Take what is being typed in a cell, now."""
        editor = self.view.indexWidget(self.view.currentIndex())
        if isinstance(editor, CellEditor):
            self.view.commitData(editor)

    def go_to(self, path: str) -> None:
        """Stand in the cell of a path."""
        self.model.refresh()
        row, column = 0, 0
        if "[" in path:
            number, _, name = path.partition("[")[2].partition("]")
            row = int(number)
            names = [found.name for found in self.table.columns]
            column = names.index(name.removeprefix(".")) if name.removeprefix(".") in names else 0
        index = self.model.index(min(row, self.model.rowCount() - 1), column)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)

    def _reached(self) -> None:
        here = self.view.currentIndex()
        if self.view.hasFocus() and here.isValid():
            self.focused.emit(self.model.path(here.row(), here.column()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take back and do again, add and delete rows."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Redo) or (control and event.key() == Qt.Key.Key_Y):
            self.redo_asked.emit()
        elif control and event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            (self.insert_row if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else self.add_row)()
        elif control and event.key() == Qt.Key.Key_Minus:
            self.delete_rows()
        else:
            super().keyPressEvent(event)

    def toggle_help(self, path: str) -> None:
        """Show or hide the instructions for the table, or for the column one stands in."""
        lang = self.document.lang
        if self._help is None:
            self._help = QLabel(self)
            self._help.setFont(font(Size.SMALL))
            self._help.setWordWrap(True)
            self._help.hide()
        words = self.table.help.get(lang)
        column = self.view.currentIndex().column()
        if path and 0 <= column < len(self.table.columns):
            field = self.table.columns[column]
            words = f"{words}\n{field.title(lang)}: {field.help.get(lang)}"
        shown = self._help.isHidden() or self._help.text() != words
        self._help.setText(words)
        self._help.setVisible(shown)
        self.resized.emit()

    # --- layout ------------------------------------------------------------------------------------------------------

    def arrange(self, width: int) -> int:
        """Place the parts in a width; return the height."""
        y = 0
        ask = grown(28)
        high = max(self.label.heightForWidth(width - ask - 12), 24)
        self.label.setGeometry(0, y, width - ask - 12, high)
        self.help_button.setGeometry(width - ask, y, ask, ask)
        y += high + STEP
        if self._help is not None and not self._help.isHidden():
            high = self._help.heightForWidth(width)
            self._help.setGeometry(0, y, width, high)
            y += high + STEP
        across = self.view.horizontalHeader()
        rows = min(self.model.rowCount(), MOST_SHOWN)
        scroll = 16 if across.length() + self.view.verticalHeader().width() > width - 4 else 0
        high = across.height() + max(rows, 2) * self.view.row_height + 4 + scroll
        self.view.setGeometry(0, y, width, high)
        y += high
        if self.totals is not None:
            self.totals.setGeometry(0, y, width, self.view.row_height)
            y += self.view.row_height
        y += 2 * STEP
        if not self._message.isHidden():
            high = self._message.heightForWidth(width)
            self._message.setGeometry(0, y, width, high)
            y += high + STEP
        tall = max(self.tools.sizeHint().height(), 36)
        self.tools.setGeometry(0, y, width, tall)
        return y + tall

    def sizeHint(self) -> QSize:
        """Be laid out by the sheet."""
        return QSize(400, 240)
