"""How pieces are put together: columns that scroll, rows that flow, headings, facts and fields with their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.pieces import Ring, Rule, Text
from desktop.ui.theme import MARGIN, STEP, Size, font


def read_in_order(area: QScrollArea) -> None:
    """Let Tab go through an area as it is read: pages put things in later, and Tab would follow the order of birth."""
    before: QWidget | None = area
    while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
        before = before.previousInFocusChain()
        if before is area:
            return
    if before is not None:
        _chain(before, area)


def read_last(*parts: QWidget) -> None:
    """Let Tab come to parts after all else of their window: what was put in later is read before them."""
    last = parts[0].window().previousInFocusChain()
    while last is not None and (last.focusPolicy() == Qt.FocusPolicy.NoFocus or _within(last, parts)):
        last = last.previousInFocusChain()
        if last is parts[0].window():
            return
    for part in parts:
        if last is not None:
            last = _chain(last, part)


def _within(widget: QWidget, parts: Iterable[QWidget]) -> bool:
    return any(part is widget or part.isAncestorOf(widget) for part in parts)


def _chain(before: QWidget, whole: QWidget) -> QWidget:
    for stop in _stops(whole):
        if stop is not before:
            QWidget.setTabOrder(before, stop)
            before = stop
    return before


def _stops(whole: QWidget) -> Iterator[QWidget]:
    """Give what Tab stops at in a widget, in the order of its layouts; what has no layout keeps its own order."""
    if whole.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield whole
    inside, sheet = whole.layout(), whole.widget() if isinstance(whole, QScrollArea) else None
    if sheet is not None:
        yield from _stops(sheet)
    elif inside is not None:
        yield from _laid(inside)


def _laid(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is None:
            continue
        widget, below = item.widget(), item.layout()
        if widget is not None:
            yield from _stops(widget)
        elif below is not None:
            yield from _laid(below)


class Scroll(QScrollArea):
    """A column that scrolls; put things into `column`."""

    def __init__(self, *, margin: int = MARGIN, spacing: int = 4 * STEP) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.inside = QWidget()
        self.column = QVBoxLayout(self.inside)
        self.column.setContentsMargins(margin, margin, margin, margin)
        self.column.setSpacing(spacing)
        self.setWidget(self.inside)
        self.setAccessibleName("")
        self.inside.installEventFilter(self)
        # A stop for Tab only where there is something to scroll, and then one that can be seen.
        self.verticalScrollBar().rangeChanged.connect(self._stop_here)
        self.ring = Ring(self)
        # What is inside settles in several steps; the last word is had when all of them are through.
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self._settle)

    def _stop_here(self, low: int, high: int) -> None:
        if self.focusPolicy() != Qt.FocusPolicy.NoFocus:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if high > low else Qt.FocusPolicy.ClickFocus)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the name of the page or window, if it has none of its own."""
        super().showEvent(event)
        above: QWidget | None = self
        while above is not None and not self.accessibleName():
            above = above.parentWidget()
            if above is not None:
                self.setAccessibleName(str(getattr(above, "title", "")) or above.windowTitle())

    def _settle(self) -> None:
        self._fit()
        read_in_order(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the column as high as its wrapped words need, whenever they change."""
        if watched is self.inside and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
            self._settled.start()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the column to the new width."""
        super().resizeEvent(event)
        self._fit()
        self._settled.start()

    def _fit(self) -> None:
        # Left to itself the area squeezes wrapped labels into the view until something else makes it look again.
        wide = self.viewport().width()
        high = self.column.totalHeightForWidth(wide) if self.column.hasHeightForWidth() else -1
        self.inside.setMinimumHeight(max(high, self.column.totalMinimumSize().height()))

    def clear(self) -> None:
        """Take everything out."""
        while self.column.count():
            item = self.column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()  # else Qt would still show it, as a window of its own, if it was only just put in
                widget.setParent(None)
                widget.deleteLater()


def empty(layout: QLayout, *, after: int = 0) -> None:
    """Take everything out of a layout, but for its first `after` things."""
    while layout.count() > after:
        item = layout.takeAt(after)
        if item is None:
            return
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner is not None:
            empty(inner)


class PageHead(QWidget):
    """What a page is, one line about it, and what can be done at once on the right."""

    def __init__(self, title: str, about: str = "") -> None:
        super().__init__()
        large = font(Size.BODY).pointSizeF() > 14
        row = QBoxLayout(QBoxLayout.Direction.TopToBottom if large else QBoxLayout.Direction.LeftToRight, self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * STEP)
        words = QVBoxLayout()
        words.setSpacing(STEP)
        self.title = Text(title, Size.TITLE, bold=True)
        self.about = Text(about, role="muted")
        words.addWidget(self.title)
        words.addWidget(self.about)
        row.addLayout(words, 1)
        self.about.setVisible(bool(about))
        self._deeds = QHBoxLayout()
        self._deeds.setSpacing(2 * STEP)
        row.addLayout(self._deeds)
        row.setAlignment(self._deeds, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)

    def say(self, title: str, about: str = "") -> None:
        """Change the words."""
        self.title.setText(title)
        self.about.setText(about)
        self.about.setVisible(bool(about))

    def add(self, *widgets: QWidget) -> None:
        """Add what can be done."""
        for widget in widgets:
            self._deeds.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)


class Section(QWidget):
    """A heading inside a page, with a hairline under it."""

    def __init__(self, title: str, about: str = "", *, action: QWidget | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * STEP, 0, 0)
        column.setSpacing(STEP)
        row = QHBoxLayout()
        row.setSpacing(2 * STEP)
        self.title = Text(title, Size.LEAD, bold=True)
        row.addWidget(self.title, 1)
        if action is not None:
            row.addWidget(action, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(row)
        if about:
            column.addWidget(Text(about, role="muted"))
        column.addSpacing(STEP)
        column.addWidget(Rule())


def fit(dialog: QDialog, least: int = 520) -> None:
    """Make a dialog as wide as its parts need and as high as its wrapped words then are, in every size of text."""
    column = dialog.layout()
    assert column is not None
    wide = max(least, column.totalMinimumSize().width())
    dialog.setMinimumSize(wide, column.totalHeightForWidth(wide))
    dialog.resize(dialog.minimumSize())


class Facts(QWidget):
    """Names and values in two aligned columns."""

    def __init__(self, rows: Iterable[tuple[str, str | QWidget]] = (), *, width: int = 168) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4 * STEP)
        self._grid.setVerticalSpacing(2 * STEP)
        self._grid.setColumnMinimumWidth(0, width)
        self._grid.setColumnStretch(1, 1)
        for name, value in rows:
            self.add(name, value)

    def add(self, name: str, value: str | QWidget) -> QWidget:
        """Add a row; a value of words can be selected and copied."""
        row = self._grid.rowCount()
        label = Text(name, role="muted")
        shown = value if isinstance(value, QWidget) else Text(value)
        label.setBuddy(shown)
        if isinstance(value, str):
            shown.setAccessibleName(f"{name}: {value}")
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignTop)
        return shown


class Field(QWidget):
    """A labelled field: the label above, help or trouble under it; the label's mnemonic leads to the field."""

    def __init__(self, label: str, field: QWidget, help: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(STEP)
        self.label = QLabel(label)
        self.label.setFont(font(Size.BODY, bold=True))
        self.label.setBuddy(field)
        self.field = field
        self._help = help
        self.note = Text(help, Size.SMALL, role="muted")
        if not field.accessibleName():
            field.setAccessibleName(label.replace("&", ""))
        field.setAccessibleDescription(help)
        column.addWidget(self.label)
        column.addWidget(field)
        column.addWidget(self.note)
        self.note.setVisible(bool(help))  # only now: without a parent it would be shown as a window

    def setMaximumWidth(self, width: int) -> None:
        """Limit what is typed into; the words under it may run on."""
        self.field.setMaximumWidth(width)

    def help(self, text: str) -> None:
        """Say something else under the field while all is well."""
        self._help = text
        self.trouble("")

    def trouble(self, text: str) -> None:
        """Say what is wrong under the field; no text: all is well and the help is shown again."""
        self.note.set_role("danger" if text else "muted")
        self.note.setText(text or self._help)
        self.note.setVisible(bool(text or self._help))
        self.field.setAccessibleDescription(text or self._help)


class Flow(QLayout):
    """Put things side by side, and on further lines where there is no room: enlarged texts clip nothing."""

    def __init__(self, spacing: int = 2 * STEP) -> None:
        super().__init__()
        self._things: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        """Take one more thing."""
        self._things.append(item)

    def count(self) -> int:
        """Return how many there are."""
        return len(self._things)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return one thing."""
        return self._things[index] if 0 <= index < len(self._things) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take one thing out."""
        return self._things.pop(index) if 0 <= index < len(self._things) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Ask for no more than is needed."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Say that the height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that a width needs."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place everything."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """Be as wide as one line of everything."""
        sizes = [self._size(item, 1 << 20) for item in self._shown()]
        wide = sum(size.width() for size in sizes) + self.spacing() * max(0, len(sizes) - 1)
        return QSize(wide, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Be at least as wide as the widest thing."""
        sizes = [item.minimumSize() for item in self._shown()]
        wide = max((size.width() for size in sizes), default=0)
        return QSize(wide, max((size.height() for size in sizes), default=0))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._things if not item.isEmpty()]

    @staticmethod
    def _size(item: QLayoutItem, room: int) -> QSize:
        widget = item.widget()
        if isinstance(widget, QLabel) and widget.wordWrap():
            # The hint of a label that wraps is a guess at a pleasant shape; here it is one line while there is room.
            wide = min(widget.fontMetrics().horizontalAdvance(widget.text()) + 4, room)
            return QSize(wide, widget.heightForWidth(wide))
        return item.sizeHint()

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, high = rect.x(), rect.y(), 0
        line: list[tuple[QLayoutItem, QRect]] = []

        def end() -> None:
            for item, box in line:
                if move:
                    item.setGeometry(box.translated(0, (high - box.height()) // 2))

        for item in self._shown():
            size = self._size(item, rect.width())
            if line and x + size.width() > rect.right() + 1:
                end()
                line.clear()
                x, y, high = rect.x(), y + high + self.spacing(), 0
            wide = min(size.width(), rect.width()) if rect.width() > 0 else size.width()
            line.append((item, QRect(x, y, wide, size.height())))
            x += size.width() + self.spacing()
            high = max(high, size.height())
        end()
        return y + high - rect.y()


def row_of(*widgets: QWidget, spacing: int = 2 * STEP) -> QWidget:
    """Put widgets side by side, on further lines where the row is too narrow."""
    made = QWidget()
    line = Flow(spacing)
    for widget in widgets:
        line.addWidget(widget)
    made.setLayout(line)
    policy = made.sizePolicy()
    policy.setHeightForWidth(True)
    policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
    made.setSizePolicy(policy)
    return made
