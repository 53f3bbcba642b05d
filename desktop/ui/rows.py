"""A long list whose rows are painted, not built: thousands of them cost what is seen.

A row is a title of one or two lines, a line below it, chips, and words on the right. A screen reader hears all of it as
the name of the row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QElapsedTimer,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.ui.parts import SHAPES, Tone, tone_colours
from desktop.ui.theme import RADIUS, STEP, Size, colour, font, grown, icon

Index = QModelIndex | QPersistentModelIndex
LINE = Qt.ItemDataRole.UserRole + 1
PAGE = 100
"""How many rows are fetched at a time."""
CHIP = 24
PRESS, SECOND = QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick


@dataclass(frozen=True)
class Mark:
    """A state of a row: word, shape and colour."""

    text: str
    tone: Tone = "plain"
    symbol: str | None = None
    """None: the shape of the tone; an empty text: no shape."""


@dataclass(frozen=True)
class Line:
    """One row."""

    key: Any
    title: str
    below: str = ""
    right: str = ""
    right_below: str = ""
    marks: tuple[Mark, ...] = ()
    symbol: str | None = None

    @property
    def spoken(self) -> str:
        """Return all of it in the order in which it is read."""
        parts = (self.title, *(mark.text for mark in self.marks), self.below, self.right, self.right_below)
        return ". ".join(part for part in parts if part)


class Lines(QAbstractListModel):
    """Rows that are all known, or are fetched a page at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._total = 0
        self._more: Callable[[int, int], Sequence[Line]] | None = None

    def show(
        self, lines: Sequence[Line], total: int | None = None, more: Callable[[int, int], Sequence[Line]] | None = None
    ) -> None:
        """Show other rows; `more(offset, count)` fetches those beyond the first ones, up to `total`."""
        self.beginResetModel()
        self._lines = list(lines)
        self._total = len(lines) if total is None else total
        self._more = more
        self.endResetModel()

    def change(self, line: Line) -> None:
        """Show a row anew, the one with the same key."""
        for at, known in enumerate(self._lines):
            if known.key == line.key:
                self._lines[at] = line
                index = self.index(at)
                self.dataChanged.emit(index, index)
                return

    @property
    def total(self) -> int:
        """Return how many rows there are, fetched or not."""
        return self._total

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many are here."""
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def canFetchMore(self, parent: Index) -> bool:
        """Say whether more can be fetched."""
        return not parent.isValid() and self._more is not None and len(self._lines) < self._total

    def fetchMore(self, parent: Index) -> None:
        """Fetch one more page."""
        if self._more is None or parent.isValid():
            return
        new = self._more(len(self._lines), PAGE)
        if not new:
            self._total = len(self._lines)
            return
        self.beginInsertRows(QModelIndex(), len(self._lines), len(self._lines) + len(new) - 1)
        self._lines += new
        self.endInsertRows()

    def line(self, index: Index) -> Line:
        """Return a row."""
        return self._lines[index.row()]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a view or a screen reader asks of a row."""
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return line.title
        return None


class LineDelegate(QStyledItemDelegate):
    """Paints rows."""

    def __init__(self, parent: QWidget, *, title_lines: int = 1, below: bool = True) -> None:
        super().__init__(parent)
        self._title_lines = title_lines
        self._below = below
        self.restyle()

    def restyle(self) -> None:
        """Take the fonts of the look in force."""
        self._title = font(Size.BODY, bold=True)
        self._text = font(Size.SMALL)
        self._right = font(Size.BODY, tabular=True)
        title, text = QFontMetrics(self._title), QFontMetrics(self._text)
        self._chip = max(CHIP, text.height() + 8)
        high = title.lineSpacing() * self._title_lines
        if self._below:
            high += max(text.height(), self._chip) + STEP
        self.height = max(high + 6 * STEP, 44)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Make every row as high as the others."""
        return QSize(200, self.height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        line: Line = index.data(LINE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if chosen or over:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent_soft" if chosen else "sunken"))
            painter.drawRoundedRect(QRectF(whole).adjusted(2, 1, -2, -1), RADIUS, RADIUS)
        else:
            painter.fillRect(
                QRect(whole.left() + 4 * STEP, whole.bottom(), whole.width() - 8 * STEP, 1), colour("line")
            )
        if focused:
            painter.setPen(QPen(colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(whole).adjusted(3, 2, -3, -2), RADIUS, RADIUS)
        box = whole.adjusted(4 * STEP, 3 * STEP, -4 * STEP, -3 * STEP)
        if line.symbol:
            icon(line.symbol, "muted").paint(painter, box.left(), box.top(), grown(20), grown(20))
            box.setLeft(box.left() + 12 + grown(20))
        wide = QFontMetrics(self._right).horizontalAdvance(line.right) + 6 * STEP if line.right else 0
        if self._title_lines > 1 and QFontMetrics(self._title).horizontalAdvance(line.title) <= box.width() - wide:
            box.translate(0, QFontMetrics(self._title).lineSpacing() * (self._title_lines - 1) // 2)
        right = self._paint_right(painter, box, line)
        words = QRect(box)
        if right:
            words.setRight(box.right() - right - 6 * STEP)
        used = self._paint_title(painter, words, line.title)
        low = QRect(words.left(), words.top() + used + STEP, words.width(), max(self._chip, 18))
        left = low.left()
        for mark in line.marks:
            left += self._paint_mark(painter, left, low, mark) + 2 * STEP
        if line.below and self._below:
            painter.setFont(self._text)
            painter.setPen(colour("muted"))
            room = QRect(left, low.top(), low.right() - left, low.height())
            shown = QFontMetrics(self._text).elidedText(line.below, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def _paint_title(self, painter: QPainter, box: QRect, text: str) -> int:
        metrics = QFontMetrics(self._title)
        painter.setFont(self._title)
        painter.setPen(colour("text"))
        if self._title_lines == 1 or metrics.horizontalAdvance(text) <= box.width():
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box.left(), box.top() + metrics.ascent(), shown)
            return metrics.lineSpacing()
        return _two_lines(painter, self._title, box, text, self._title_lines)

    def _paint_right(self, painter: QPainter, box: QRect, line: Line) -> int:
        wide = 0
        top = box.top()
        for text, used, role in ((line.right, self._right, "text"), (line.right_below, self._text, "muted")):
            metrics = QFontMetrics(used)
            if text:
                wide = max(wide, metrics.horizontalAdvance(text))
                painter.setFont(used)
                painter.setPen(colour(role))
                painter.drawText(
                    QRect(box.left(), top, box.width(), metrics.height()),
                    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                    text,
                )
            top += metrics.height() + STEP
        return wide

    def _paint_mark(self, painter: QPainter, left: int, low: QRect, mark: Mark) -> int:
        metrics = QFontMetrics(self._text)
        symbol = mark.symbol if mark.symbol is not None else SHAPES[mark.tone]
        side = grown(14)
        inset = 12 + side if symbol else 10
        wide = metrics.horizontalAdvance(mark.text) + inset + 10
        ink, ground = tone_colours(mark.tone)
        box = QRectF(left + 0.5, low.top() + (low.height() - self._chip) / 2 + 0.5, wide - 1, self._chip - 1)
        painter.setBrush(ground)
        painter.setPen(QPen(colour("edge") if mark.tone in ("plain", "muted") else ink, 1))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        if symbol:
            role = {"plain": "text", "muted": "muted"}.get(mark.tone, mark.tone)
            icon(symbol, role).paint(painter, left + 8, int(box.center().y() - side / 2), side, side)
        painter.setFont(self._text)
        painter.setPen(ink)
        painter.drawText(box.adjusted(inset, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), mark.text)
        return wide


def _two_lines(painter: QPainter, used: QFont, box: QRect, text: str, count: int) -> int:
    """Draw a text in at most `count` lines, the last one cut with an ellipsis; return the height."""
    metrics = QFontMetrics(used)
    layout = QTextLayout(text, used)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    y = 0
    for number in range(count):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(box.width())
        start = line.textStart()
        if number == count - 1 and start + line.textLength() < len(text):
            shown = metrics.elidedText(text[start:], Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box.left(), box.top() + y + metrics.ascent(), shown)
        else:
            line.draw(painter, QPointF(box.left(), box.top() + y))
        y += metrics.lineSpacing()
    layout.endLayout()
    return y


class LineList(QListView):
    """The list: arrows move, Enter, Space, a click or a double click opens, once."""

    opened = Signal(object)
    """The key of the row that was opened."""

    def __init__(self, name: str, *, title_lines: int = 1, below: bool = True) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.lines = Lines()
        self.setModel(self.lines)
        self._delegate = LineDelegate(self, title_lines=title_lines, below=below)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pressed = QPointF()
        self.clicked.connect(self._click)
        back = self.viewport().palette()
        back.setColor(back.ColorRole.Base, colour("surface"))
        self.setPalette(back)

    def show_lines(
        self, lines: Sequence[Line], total: int | None = None, more: Callable[[int, int], Sequence[Line]] | None = None
    ) -> None:
        """Show other rows, from the top."""
        self.lines.show(lines, total, more)
        self.scrollToTop()

    @property
    def row_height(self) -> int:
        """Return how high one row is."""
        return self._delegate.height

    def change_line(self, line: Line) -> None:
        """Show a row anew, the one with the same key."""
        self.lines.change(line)

    def choose(self, key: object) -> None:
        """Mark the row of a key, if it is here."""
        for row in range(self.lines.rowCount()):
            if self.lines.line(self.lines.index(row)).key == key:
                self.setCurrentIndex(self.lines.index(row))
                return

    def first(self) -> None:
        """Mark the first row."""
        if self.lines.rowCount():
            self.setCurrentIndex(self.lines.index(0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by Enter and Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where, for the second press of a double click."""
        self._pressed = event.globalPosition()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a row whose first click did not: the rows may have changed under the hand, or only this was told."""
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self._open(index)

    def _click(self, index: QModelIndex) -> None:
        _SecondClick(self, self._pressed)
        self._open(index)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self.lines.line(index).key)


class _SecondClick(QObject):
    """Takes the second press of a double click, lest it falls on what the first one has put in the row's place.

    A row opens by its first click, and many people click twice: the second would press whatever button of the new page
    lies there. It is recognised as the system does: by time and place.
    """

    def __init__(self, of: QWidget, where: QPointF) -> None:
        super().__init__(of)
        self._where = where
        self._since = QElapsedTimer()
        self._since.start()
        window = of.window().windowHandle()
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the press, and stop listening."""
        if not isinstance(event, QMouseEvent) or event.type() not in (PRESS, SECOND):
            return False
        hints = QGuiApplication.styleHints()
        near = (event.globalPosition() - self._where).manhattanLength() <= 2 * hints.mouseDoubleClickDistance()
        taken = near and not self._since.hasExpired(hints.mouseDoubleClickInterval())
        if event.type() == SECOND or not taken:
            watched.removeEventFilter(self)
            self.deleteLater()
        return taken
