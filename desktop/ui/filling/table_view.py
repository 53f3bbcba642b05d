"""The grid of a table with a spreadsheet's keys: its cells' editors and marks."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.ui.filling.fields import LineEditor, listed
from desktop.ui.filling.table_model import PROBLEMS, WIDTHS, Index, RowsModel
from desktop.ui.theme import ROW_COMPACT, Size, colour, font
from forms.errors import FormsError
from forms.form.problem import Problem


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
    refused = Signal(object)
    """Why what was pasted could not be taken."""

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
        self.row_height = max(ROW_COMPACT + 2, self.fontMetrics().height() + 10)
        down.setDefaultSectionSize(self.row_height)
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
            wish = WIDTHS.get(column.kind, min(240, max(120, (column.max_length or 40) * 4)))
            self.setColumnWidth(number, wish * self.fontMetrics().averageCharWidth() // 8)
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
        try:
            self.rows.enter(texts)
        except FormsError as error:
            self.refused.emit(error)
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
