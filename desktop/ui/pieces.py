"""The pieces that pages are built of, each with its role, name and state for a screen reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QIcon, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.theme import RADIUS, STEP, TARGET, Size, colour, font, grown, icon

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


class Said(Text):
    """Small words under something, there only while there is anything to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", Size.SMALL, role="danger")
        self.setParent(parent)
        self.hide()

    def tell(self, words: str, *, role: str = "danger") -> bool:
        """Say it, or nothing any more; return whether that changes what is seen."""
        if words == self.text() and self.isHidden() != bool(words):
            return False
        self.set_role(role)
        self.setText(words)
        self.setVisible(bool(words))
        return True


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
        return QSize(metrics.horizontalAdvance(self._text) + grown(16) + 4 + 2 * 10, max(24, metrics.height() + 8))

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
        side = grown(16)
        icon(self._symbol, role).paint(painter, 9, (self.height() - side) // 2, side, side)
        painter.setPen(ink)
        painter.drawText(
            self.rect().adjusted(13 + side, 0, -8, 0),
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
            self.setIconSize(QSize(grown(18), grown(18)))
        self.setFont(font(Size.BODY, bold=primary))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Leave air on both sides."""
        metrics = self.fontMetrics()
        wide = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        wide += self._side() + (8 if self._side() else 0) + 2 * 14
        return QSize(max(wide, 64), max(metrics.height() + 12, self._side() + 12, self.minimumHeight()))

    def _side(self) -> int:
        return self.iconSize().height() if self._symbol is not None and not self.icon().isNull() else 0

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
        symbol = self._side()
        gap = 8 if symbol and self.text() else 0
        left = max(10 if self.text() else 0, (self.width() - wide - symbol - gap) // 2)
        if symbol:
            mode = QIcon.Mode.Normal if enabled else QIcon.Mode.Disabled
            top = (self.height() - symbol) // 2
            self.icon().paint(painter, left, top, symbol, symbol, Qt.AlignmentFlag.AlignCenter, mode)
        painter.setPen(ink)
        painter.drawText(
            QRectF(left + symbol + gap, 0, self.width() - left - symbol - gap - 4, self.height()),
            int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextShowMnemonic),
            self.text(),
        )


def as_search(field: QLineEdit) -> None:
    """Give a field the look of a search: a glass before, a way to empty it behind, both with their names."""
    field.setClearButtonEnabled(True)
    field.setToolTip(field.placeholderText())  # where texts are enlarged, the field shows the beginning only
    for clear in field.findChildren(QToolButton):
        clear.setAccessibleName(QCoreApplication.translate("pieces", "Xóa chữ đang tìm"))
    glass = field.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
    for button in field.findChildren(QToolButton):
        if not button.accessibleName():
            button.setAccessibleName(QCoreApplication.translate("pieces", "Tìm"))
    glass.setToolTip(QCoreApplication.translate("pieces", "Tìm"))


class Toggle(QAbstractButton):
    """A chip that is pressed in or not: a filter."""

    turned = Signal(bool)
    """A person has turned it: by the mouse, by a key, or by a screen reader, whose action gives no `clicked`."""

    def __init__(self, text: str, *, checked: bool = False) -> None:
        super().__init__()
        self._by_program = False
        self.toggled.connect(lambda on: None if self._by_program else self.turned.emit(on))
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(checked)
        self.setFont(font(Size.BODY))
        self.setAccessibleName(text.replace("&", ""))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def setChecked(self, on: bool) -> None:
        """Show it pressed in or not; nobody has turned it then."""
        self._by_program = True
        super().setChecked(on)
        self._by_program = False

    def setText(self, text: str) -> None:
        """Change the words."""
        super().setText(text)
        self.setAccessibleName(text.replace("&", ""))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Be as wide as the words and the tick."""
        metrics = self.fontMetrics()
        wide = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        return QSize(wide + 32 + grown(16), max(TARGET + 2, metrics.height() + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, tick and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, side = self.isChecked(), grown(16)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setBrush(colour("accent_soft" if on else "sunken" if self.underMouse() else "raised"))
        focused = self.hasFocus()
        painter.setPen(QPen(colour("focus" if focused else "accent" if on else "edge"), 2 if focused else 1))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        if on:
            icon("check", "accent").paint(painter, 9, (self.height() - side) // 2, side, side)
        painter.setPen(colour("accent" if on else "text"))
        room = self.rect().adjusted(4 + side if on else 6, 0, 0, 0)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic), self.text())


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


class Ring(QWidget):
    """The focus ring of an area that draws none itself, shown where keys have led to it."""

    def __init__(self, area: QWidget) -> None:
        super().__init__(area)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        area.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the area's focus and size."""
        area = self.parentWidget()
        if isinstance(event, QFocusEvent) and watched is area:
            self.setGeometry(area.rect())
            self.setVisible(event.gotFocus() and event.reason() != Qt.FocusReason.MouseFocusReason)
            self.raise_()
        elif event.type() == QEvent.Type.Resize and watched is area:
            self.setGeometry(area.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour("focus"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)


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
        mark.setPixmap(icon(SHAPES[tone], {"plain": "text", "muted": "muted"}.get(tone, tone)).pixmap(grown(20)))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        self.text = Text(text)
        self._button: Button | None = None
        self._inside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._inside.setSpacing(3 * STEP)
        self._inside.addWidget(self.text, 1)
        row.addLayout(self._inside, 1)
        if action is not None and do is not None:
            self._button = Button(action)
            self._button.clicked.connect(do)
            # On the left as well: a widget with a place of its own does not hold the words above it to its width.
            self._inside.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(row)
        self.setAccessibleName(text)

    def heightForWidth(self, width: int) -> int:
        """Return the height that a width asks for, the button standing where it then stands."""
        self._turn(width)
        return super().heightForWidth(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the button where it belongs at this width."""
        self._turn(self.width())
        super().resizeEvent(event)

    def _turn(self, width: int) -> None:
        """Put the button below the words where it would leave them less than some thirty letters."""
        if self._button is None:
            return
        narrow = width < self._button.sizeHint().width() + 30 * self.text.fontMetrics().averageCharWidth()
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._inside.direction() != way:
            self._inside.setDirection(way)
            self.body.activate()


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
        picture.setPixmap(icon(symbol, "muted").pixmap(grown(56)))
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


class ClickRow(QAbstractButton):
    """A row that opens something: by click, Enter or Space; is a button with its words to a screen reader, too."""

    opened = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # A button is never narrower than its words; a row gives way, and its line of words is cut with an ellipsis.
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(3 * STEP, 2 * STEP, 3 * STEP, 2 * STEP)
        self.row.setSpacing(3 * STEP)
        self.setMinimumHeight(36)
        self.clicked.connect(self.opened)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by key; arrows are the list's that the row stands in."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.click()
            return
        QWidget.keyPressEvent(self, event)

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
