"""The pieces that every page is built of, each with its role, name and state for a screen reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.theme import MARGIN, RADIUS, STEP, TARGET, Size, colour, font, icon

Tone = Literal["plain", "accent", "success", "warning", "danger", "practice", "muted"]
SHAPES: dict[str, str] = {
    "plain": "info", "accent": "info", "success": "check", "warning": "warning", "danger": "error",
    "practice": "practice", "muted": "clock",
}  # fmt: skip


def tone_colours(tone: Tone) -> tuple[QColor, QColor]:
    """Return text and ground of a tone."""
    if tone in ("plain", "muted"):
        return colour("text" if tone == "plain" else "muted"), colour("sunken")
    return colour(tone), colour(f"{tone}_soft")


class Text(QLabel):
    """Words in one size of the scale; wraps, can be selected, says what it says."""

    def __init__(
        self, text: str = "", size: Size = Size.BODY, *, bold: bool = False, role: str = "text", italic: bool = False
    ) -> None:
        super().__init__(text)
        self._size, self._bold, self._role, self._italic = size, bold, role, italic
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.restyle()

    def restyle(self) -> None:
        """Take font and colour from the look in force."""
        self.setFont(font(self._size, bold=self._bold, italic=self._italic))
        tinted = self.palette()
        tinted.setColor(self.foregroundRole(), colour(self._role))
        self.setPalette(tinted)

    def set_role(self, role: str) -> None:
        """Change the colour's role."""
        self._role = role
        self.restyle()


class OneLine(QLabel):
    """Words on one line, cut with an ellipsis where there is no room; the whole of it in the tip."""

    def __init__(self, size: Size = Size.BODY, *, bold: bool = False, role: str = "text", text: str = "") -> None:
        super().__init__()
        self._whole = ""
        self._role = role
        self.setFont(font(size, bold=bold))
        self.setMinimumWidth(120)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show other words."""
        self._whole = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        super().setText(text)
        self.update()

    def text(self) -> str:
        """Return all of the words."""
        return self._whole

    def minimumSizeHint(self) -> QSize:
        """Take what room there is."""
        return QSize(120, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(colour(self._role))
        shown = painter.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)


class Chip(QWidget):
    """A state by word, shape and colour, never by colour alone."""

    def __init__(self, text: str, tone: Tone = "plain", *, symbol: str | None = None) -> None:
        super().__init__()
        self._text, self._tone = text, tone
        self._symbol = symbol or SHAPES[tone]
        self.setFont(font(Size.SMALL, bold=True))
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_state(self, text: str, tone: Tone, symbol: str | None = None) -> None:
        """Show another state."""
        self._text, self._tone, self._symbol = text, tone, symbol or SHAPES[tone]
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Be as wide as the word."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 16 + 4 + 2 * 10, max(24, metrics.height() + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a rounded ground, the shape and the word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink, ground = tone_colours(self._tone)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(ground)
        painter.setPen(QPen(colour("edge") if self._tone in ("plain", "muted") else ink, 1))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        role = {"plain": "text", "muted": "muted"}.get(self._tone, self._tone)
        icon(self._symbol, role).paint(painter, 9, (self.height() - 16) // 2, 16, 16)
        painter.setPen(ink)
        painter.drawText(
            self.rect().adjusted(29, 0, -8, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            self._text,
        )


class Button(QPushButton):
    """A button with an icon, a mnemonic and enough room to hit; `primary` for the one next thing."""

    def __init__(
        self, text: str, symbol: str | None = None, *, primary: bool = False, danger: bool = False, flat: bool = False
    ) -> None:
        super().__init__(text)
        self._primary, self._danger = primary, danger
        self._symbol = symbol
        self.setMinimumHeight(TARGET + 8 if primary else TARGET + 4)
        self.setFlat(flat)
        self.setAutoDefault(primary)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        role = "accent_text" if primary else "danger" if danger else "text"
        if symbol is not None:
            self.setIcon(icon(symbol, role))
            self.setIconSize(QSize(18, 18))
        self.setFont(font(Size.BODY, bold=primary))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Leave air on both sides."""
        metrics = self.fontMetrics()
        wide = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        wide += (18 + 8 if self._symbol is not None and not self.icon().isNull() else 0) + 2 * 14
        return QSize(max(wide, 64), max(metrics.height() + 12, self.minimumHeight()))

    def minimumSizeHint(self) -> QSize:
        """Never be narrower than the words."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a flat ground, a line where it is not the next thing, icon and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        enabled, over = self.isEnabled(), self.underMouse()
        ink = colour("accent_text" if self._primary else "danger" if self._danger else "text")
        ground, edge = colour("raised"), colour("edge")
        if not enabled:
            ink, ground, edge = colour("muted"), colour("sunken"), colour("line")
        elif self._primary:
            ground = edge = colour("accent")
            if self.isDown() or over:
                ground = edge = ground.darker(125 if self.isDown() else 112)
        elif self.isDown() or self.isChecked():
            ground = colour("accent_soft")
        elif over:
            ground = colour("danger_soft" if self._danger else "sunken")
        if self.isFlat() and not over and not self.isDown() and not self.isChecked():
            pass
        else:
            painter.setBrush(ground)
            painter.setPen(Qt.PenStyle.NoPen if self.isFlat() else QPen(edge, 1))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if self._primary and enabled:
                painter.setPen(QPen(colour("accent_text"), 1.5))
                painter.drawRoundedRect(box.adjusted(3, 3, -3, -3), RADIUS - 2, RADIUS - 2)
            painter.setPen(QPen(colour("focus"), 2))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        metrics = self.fontMetrics()
        wide = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        symbol = 18 if self._symbol is not None and not self.icon().isNull() else 0
        gap = 8 if symbol and self.text() else 0
        left = max(10, (self.width() - wide - symbol - gap) // 2)
        if symbol:
            mode = QIcon.Mode.Normal if enabled else QIcon.Mode.Disabled
            self.icon().paint(painter, left, (self.height() - 18) // 2, 18, 18, Qt.AlignmentFlag.AlignCenter, mode)
        painter.setPen(ink)
        painter.drawText(
            QRectF(left + symbol + gap, 0, self.width() - left - symbol - gap - 4, self.height()),
            int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextShowMnemonic),
            self.text(),
        )


class Card(QFrame):
    """A raised sheet with a hairline."""

    def __init__(self, *, tone: Tone | None = None) -> None:
        super().__init__()
        self._tone = tone
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(4 * STEP, 3 * STEP, 4 * STEP, 3 * STEP)
        self.body.setSpacing(2 * STEP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = colour("raised")
        line = colour("line")
        if self._tone is not None:
            line, ground = tone_colours(self._tone)
        painter.setBrush(ground)
        painter.setPen(QPen(line, 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


class Rule(QWidget):
    """A hairline."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        QPainter(self).fillRect(self.rect(), colour("line"))


class Notice(Card):
    """A sentence that stays: what happened, what it means, and at most one button."""

    def __init__(
        self, text: str, tone: Tone = "plain", *, action: str | None = None, do: Callable[[], None] | None = None
    ) -> None:
        super().__init__(tone=tone)
        row = QHBoxLayout()
        row.setSpacing(3 * STEP)
        mark = QLabel()
        mark.setPixmap(icon(SHAPES[tone], {"plain": "text", "muted": "muted"}.get(tone, tone)).pixmap(20, 20))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        self.text = Text(text)
        row.addWidget(self.text, 1)
        if action is not None and do is not None:
            button = Button(action)
            button.clicked.connect(do)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self.setAccessibleName(text)


class Empty(QWidget):
    """What a page says when it has nothing to show, and the one thing to do about it."""

    def __init__(
        self,
        symbol: str,
        title: str,
        text: str = "",
        *,
        action: str | None = None,
        do: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(2 * STEP)
        column.addStretch(1)
        picture = QLabel()
        picture.setPixmap(icon(symbol, "muted").pixmap(56, 56))
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for words, size, role in ((title, Size.LEAD, "text"), (text, Size.BODY, "muted")):
            if words:
                line = Text(words, size, role=role, bold=size is Size.LEAD)
                line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                column.addWidget(line)
        if action is not None and do is not None:
            button = Button(action, primary=True)
            button.clicked.connect(do)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)


class ClickRow(QFrame):
    """A row that opens something: by click, Enter or Space; reads out as a button with its words."""

    opened = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(3 * STEP, 2 * STEP, 3 * STEP, 2 * STEP)
        self.row.setSpacing(3 * STEP)
        self.setMinimumHeight(36)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open on a click that ends inside."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by key."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw hover and focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.underMouse():
            painter.setBrush(colour("accent_soft"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour("focus"), 2))
            painter.drawRoundedRect(box, RADIUS, RADIUS)


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
        # What is inside settles in several steps; the last word is had when all of them are through.
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.timeout.connect(self._fit)

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
        self.note.setVisible(bool(help))
        if not field.accessibleName():
            field.setAccessibleName(label.replace("&", ""))
        field.setAccessibleDescription(help)
        column.addWidget(self.label)
        column.addWidget(field)
        column.addWidget(self.note)

    def setMaximumWidth(self, width: int) -> None:
        """Limit what is typed into; the words under it may run on."""
        self.field.setMaximumWidth(width)

    def trouble(self, text: str) -> None:
        """Say what is wrong under the field; no text: all is well and the help is shown again."""
        self.note.set_role("danger" if text else "muted")
        self.note.setText(text or self._help)
        self.note.setVisible(bool(text or self._help))
        self.field.setAccessibleDescription(text or self._help)


class Toggle(QAbstractButton):
    """A chip that is pressed in or not: a filter."""

    def __init__(self, text: str, *, checked: bool = False) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(checked)
        self.setFont(font(Size.BODY))
        self.setAccessibleName(text.replace("&", ""))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Change the words."""
        super().setText(text)
        self.setAccessibleName(text.replace("&", ""))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Be as wide as the words and the tick."""
        metrics = self.fontMetrics()
        wide = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        return QSize(wide + 28 + 20, max(TARGET + 2, metrics.height() + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, tick and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setBrush(colour("accent_soft" if on else "sunken" if self.underMouse() else "raised"))
        focused = self.hasFocus()
        painter.setPen(QPen(colour("focus" if focused else "accent" if on else "edge"), 2 if focused else 1))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        if on:
            icon("check", "accent").paint(painter, 9, (self.height() - 16) // 2, 16, 16)
        painter.setPen(colour("accent" if on else "text"))
        room = self.rect().adjusted(20 if on else 6, 0, 0, 0)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic), self.text())


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


KEYS = (
    ("Ctrl+K", "Tìm mọi thứ"), ("Ctrl+Shift+K", "Đổi khách hàng"), ("Ctrl+N", "Lập hồ sơ mới"),
    ("Ctrl+Enter", "Việc tiếp theo"), ("F1", "Trợ giúp tại chỗ"), ("F7 / Shift+F7", "Lỗi sau, lỗi trước"),
    ("F8", "Ẩn, hiện trang in"), ("F9", "Kiểm tra"), ("Ctrl+P", "In"), ("Ctrl+Z / Ctrl+Y", "Hoàn tác, làm lại"),
    ("Ctrl+1 … 6", "Các trang"), ("Ctrl+,", "Cài đặt"), ("Ctrl+L", "Khóa kho"), ("Esc", "Quay lại"),
    ("Ctrl+/", "Bảng phím tắt"), ("Alt + chữ gạch chân", "Bấm nút"),
)  # fmt: skip


class KeyTable(QWidget):
    """The keys, in two columns."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4 * STEP)
        grid.setVerticalSpacing(2 * STEP)
        half = (len(KEYS) + 1) // 2
        for at, (keys, what) in enumerate(KEYS):
            name = Text(QCoreApplication.translate("keys", keys), bold=True)
            name.setWordWrap(False)
            grid.addWidget(name, at % half, 2 * (at // half))
            said = Text(QCoreApplication.translate("keys", what), role="muted")
            grid.addWidget(said, at % half, 2 * (at // half) + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)


class KeySheet(QDialog):
    """The keys in a sheet above the page; Esc, Enter or Ctrl+/ put it away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Phím tắt"))
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(4 * STEP)
        column.addWidget(Text(self.tr("Phím tắt"), Size.TITLE, bold=True))
        column.addWidget(KeyTable())
        away = Button(self.tr("Đóng"), primary=True)
        away.clicked.connect(self.accept)
        column.addWidget(away, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(680)
