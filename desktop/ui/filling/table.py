"""A table of a form as a small spreadsheet: a model over the form's rows, and the view with its keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QWidget,
)

from desktop.ui.filling import reading
from desktop.ui.filling.document import FormDocument
from desktop.ui.filling.fields import LineEditor, listed
from desktop.ui.filling.reading import NUMBERS
from desktop.ui.parts import Button
from desktop.ui.theme import ROW_COMPACT, STEP, Size, colour, font, icon
from forms import kinds
from forms.definition import Field, Table
from forms.errors import FormsError, TableFull
from forms.form.problem import Problem

Index = QModelIndex | QPersistentModelIndex
MOST_SHOWN = 14
"""Rows that are shown before the table scrolls inside itself."""
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
            for cell in cells:
                self.document.leave(self.path(*cell))
            return
        self.document.enter_many(
            {self.path(*cell): value for cell, (value, _) in cells.items()},
            unread=frozenset(self.path(*cell) for cell, (_, unread) in cells.items() if unread),
        )
        for cell in cells:
            self.document.leave(self.path(*cell))

    def refresh(self) -> None:
        """Follow the form: its rows, or what is in them."""
        now = self._count()
        if now != self._rows:
            self.beginResetModel()
            self._rows = now
            self.endResetModel()
        elif self.columns:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.columns) - 1))


class CellEditor(LineEditor):
    """The editor of a cell; Enter and arrows belong to the table."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Enter and the arrows to the table."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Up, Qt.Key.Key_Down):
            if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self.open_list()
                return
            event.ignore()
            return
        super().keyPressEvent(event)


class CellDelegate(QStyledItemDelegate):
    """Draw grounds and marks of cells, make their editors."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Make the editor of a cell."""
        model = index.model()
        assert isinstance(model, RowsModel)
        field = model.columns[index.column()]
        editor = CellEditor(field, model.document.lang, model.today)
        editor.setParent(parent)
        if listed(field) and index.row() < model._rows:
            options = model.document.form.options(model.path(index.row(), index.column()))
            editor.offer(
                options, f"{model.table.name}.{field.name}/{len(options)}/{options[0].value if options else ''}"
            )
        elif field.options:
            editor.offer(field.options, f"{model.table.name}.{field.name}")
        editor.setAccessibleName(field.label.get(model.document.lang))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Put the words of the cell into its editor."""
        assert isinstance(editor, CellEditor)
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole) or ""))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Enter what was typed."""
        assert isinstance(editor, CellEditor)
        if editor.text() != str(index.data(Qt.ItemDataRole.EditRole) or ""):
            model.setData(QModelIndex(index) if isinstance(index, QModelIndex) else index, editor.text())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell: sunken where nothing can be typed, a triangle and a ground where something is wrong."""
        model = index.model()
        assert isinstance(model, RowsModel)
        problems: tuple[Problem, ...] = index.data(PROBLEMS) or ()
        if not model.editable(index.row(), index.column()):
            painter.fillRect(option.rect, colour("sunken"))
        tone = ""
        if problems:
            tone = "danger" if any(problem.severity == "error" for problem in problems) else "warning"
            painter.fillRect(option.rect, colour(f"{tone}_soft"))
        super().paint(painter, option, index)
        if tone:
            box: QRect = option.rect
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(tone))
            corner = QPointF(box.left(), box.top())
            painter.drawPolygon(QPolygonF([corner, corner + QPointF(10, 0), corner + QPointF(0, 10)]))
            painter.restore()


class RowsView(QTableView):
    """The grid, with a spreadsheet's keys."""

    reached = Signal()
    gone = Signal()

    def __init__(self, model: RowsModel) -> None:
        super().__init__()
        self.rows = model
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self))
        self.setFont(font(Size.BODY, tabular=True))
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        down = self.verticalHeader()
        down.setDefaultSectionSize(ROW_COMPACT + 2)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setMinimumWidth(40)
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        across = self.horizontalHeader()
        across.setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag(0x1000)
        )
        across.setMinimumSectionSize(60)
        across.setFont(font(Size.SMALL, bold=True))
        for number, column in enumerate(model.columns):
            self.setColumnWidth(number, WIDTHS.get(column.kind, min(240, max(120, (column.max_length or 40) * 4))))
        across.setFixedHeight(self._header_height())

    def _header_height(self) -> int:
        metrics = self.horizontalHeader().fontMetrics()
        high = 0
        for number in range(len(self.rows.columns)):
            words = str(self.rows.headerData(number, Qt.Orientation.Horizontal))
            room = QRect(0, 0, self.columnWidth(number) - 12, 1000)
            high = max(high, metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), words).height())
        return min(max(high + 12, 32), 110)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter leads down, Ctrl+D fills down, Ctrl+V pastes cells, Del empties."""
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Cut):
            self.copy()
            self.empty()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif control and event.key() == Qt.Key.Key_D:
            self.fill_down()
        elif event.key() == Qt.Key.Key_Delete and not event.modifiers():
            self.empty()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._down()
        elif event.key() == Qt.Key.Key_Tab and not event.modifiers():
            self._along(1, event)
        elif event.key() == Qt.Key.Key_Backtab:
            self._along(-1, event)
        else:
            super().keyPressEvent(event)

    def _along(self, step: int, event: QKeyEvent) -> None:
        """Go along the row by Tab; behind the last cell, out of the table."""
        here = self.currentIndex()
        column = here.column() + step
        if here.isValid() and 0 <= column < len(self.rows.columns):
            self.setCurrentIndex(self.rows.index(here.row(), column))
        elif here.isValid() and step > 0 and here.row() + 1 < self.rows._rows:
            self.setCurrentIndex(self.rows.index(here.row() + 1, 0))
        else:
            super().keyPressEvent(event)
            (self.focusNextChild if step > 0 else self.focusPreviousChild)()

    def _down(self) -> None:
        here = self.currentIndex()
        if here.isValid() and here.row() + 1 < self.rows.rowCount():
            self.setCurrentIndex(self.rows.index(here.row() + 1, here.column()))

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Go down after Enter, as spreadsheets do."""
        super().closeEditor(editor, hint)
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache:
            self._down()

    def area(self) -> tuple[int, int, int, int]:
        """Return the selected cells: first row, last row, first column, last column."""
        found = self.selectionModel().selection()
        if found.count():
            one = found.first()
            return one.top(), one.bottom(), one.left(), one.right()
        here = self.currentIndex()
        row, column = max(here.row(), 0), max(here.column(), 0)
        return row, row, column, column

    def copy(self) -> None:
        """Copy the selected cells, numbers as plain digits."""
        top, bottom, left, right = self.area()
        lines = ["\t".join(self.rows.plain(r, c) for c in range(left, right + 1)) for r in range(top, bottom + 1)]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def paste(self) -> None:
        """Paste cells from the selected one on; one copied cell fills the whole selection."""
        text = QGuiApplication.clipboard().text()
        if not text or self.rows.document.read_only:
            return
        lines = [line.split("\t") for line in text.rstrip("\r\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        top, bottom, left, right = self.area()
        if len(lines) == 1 and len(lines[0]) == 1:
            lines = [[lines[0][0]] * (right - left + 1)] * (bottom - top + 1)
        self._enter(
            {
                (top + r, left + c): cell
                for r, line in enumerate(lines)
                for c, cell in enumerate(line)
                if left + c < len(self.rows.columns)
            }
        )

    def fill_down(self) -> None:
        """Repeat the topmost selected cells downwards; with one cell, take the one above."""
        top, bottom, left, right = self.area()
        if top == bottom:
            if top == 0:
                return
            top -= 1
        source = {c: self.rows.plain(top, c) for c in range(left, right + 1)}
        self._enter({(r, c): source[c] for r in range(top + 1, bottom + 1) for c in range(left, right + 1)})

    def empty(self) -> None:
        """Empty the selected cells."""
        top, bottom, left, right = self.area()
        last = min(bottom, self.rows._rows - 1)
        self._enter({(r, c): "" for r in range(top, last + 1) for c in range(left, right + 1)})

    def _enter(self, texts: Mapping[tuple[int, int], str]) -> None:
        here = self.currentIndex()
        block = self.parent()
        try:
            self.rows.enter(texts)
        except FormsError as error:
            if isinstance(block, TableBlock):
                block.say(error)
            return
        if here.isValid():
            self.setCurrentIndex(self.rows.index(here.row(), here.column()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Stand in a cell from the beginning."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows.rowCount():
            self.setCurrentIndex(self.rows.index(0, 0))
        self.reached.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the table was left."""
        super().focusOutEvent(event)
        self.gone.emit()


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
        row.addStretch(1)
        row.addWidget(self.count)
        self._message = QLabel(self)
        self._message.setFont(font(Size.SMALL))
        self._message.setWordWrap(True)
        self._message.hide()
        self._help: QLabel | None = None
        self.view.selectionModel().currentChanged.connect(lambda *_: self._reached())
        self.view.reached.connect(self._reached)
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
        """Follow a change; many come at once after a paste, so the grid follows once."""
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
        if words == self._message.text() and self._message.isHidden() != bool(words):
            return
        self._message.setText(words)
        tinted = self._message.palette()
        tinted.setColor(self._message.foregroundRole(), colour("danger"))
        self._message.setPalette(tinted)
        self._message.setVisible(bool(words))
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
        high = max(self.label.heightForWidth(width - 40), 24)
        self.label.setGeometry(0, y, width - 40, high)
        self.help_button.setGeometry(width - 28, y, 28, 28)
        y += high + STEP
        if self._help is not None and not self._help.isHidden():
            high = self._help.heightForWidth(width)
            self._help.setGeometry(0, y, width, high)
            y += high + STEP
        across = self.view.horizontalHeader()
        rows = min(self.model.rowCount(), MOST_SHOWN)
        scroll = 16 if across.length() + self.view.verticalHeader().width() > width - 4 else 0
        high = across.height() + max(rows, 2) * (ROW_COMPACT + 2) + 4 + scroll
        self.view.setGeometry(0, y, width, high)
        y += high
        if self.totals is not None:
            self.totals.setGeometry(0, y, width, ROW_COMPACT + 4)
            y += ROW_COMPACT + 4
        y += 2 * STEP
        if not self._message.isHidden():
            high = self._message.heightForWidth(width)
            self._message.setGeometry(0, y, width, high)
            y += high + STEP
        self.tools.setGeometry(0, y, width, 36)
        return y + 36

    def sizeHint(self) -> QSize:
        """Be laid out by the sheet."""
        return QSize(400, 240)
