"""Groups on the sheet of a form: a title that folds what stands in it, and the layout of blocks within groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Protocol, cast

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from desktop.ui.filling.row import FieldRow, Measures
from desktop.ui.theme import STEP, TARGET, Size, colour, font, icon
from forms.definition import Group

BETWEEN = 2 * STEP
INDENT = 4 * STEP
"""How far what stands in a group is set in."""


class Block(Protocol):
    """Be something on the sheet that is placed as a whole: a table, or the entries of a repeated group."""

    @property
    def wanted(self) -> bool:
        """Say whether the form shows it now."""

    def arrange(self, width: int) -> int:
        """Place its parts in a width; return the height."""


class _Line(QWidget):
    """Run down beside what stands in a group."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        QPainter(self).fillRect(self.rect(), colour("line"))


class GroupHead(QWidget):
    """The title of a group; a click or the space bar folds and unfolds what stands in it."""

    folded = Signal()
    """It was folded or unfolded."""

    def __init__(self, parent: QWidget, title: str, help_words: str = "", *, open: bool = True) -> None:
        super().__init__(parent)
        self.open = open
        self.button = QToolButton(self)
        self.button.setAutoRaise(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setFixedSize(TARGET, TARGET)
        self.button.clicked.connect(self.turn)
        self.title = QLabel(self)
        self.title.setFont(font(Size.BODY, bold=True))
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.mousePressEvent = lambda _event: self.turn()  # type: ignore[method-assign]  # a wide place to hit
        self.title.setCursor(Qt.CursorShape.PointingHandCursor)
        self.state = QLabel(self)
        self.state.setFont(font(Size.SMALL))
        self.tools = QWidget(self)
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        self.tools.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.tools.hide()
        self.help = None
        if help_words:
            self.help = QLabel(help_words, self)
            self.help.setFont(font(Size.SMALL))
            self.help.setWordWrap(True)
            self.help.setTextFormat(Qt.TextFormat.PlainText)
        self.line = _Line(parent)
        self.line.hide()
        self.name(title)

    @classmethod
    def of(cls, parent: QWidget, group: Group, lang: str, *, open: bool) -> GroupHead:
        """Make the title of a group of the definition."""
        return cls(parent, group.title(lang), group.help.get(lang) if group.help else "", open=open)

    def name(self, title: str) -> None:
        """Show a title."""
        self.title.setText(title)
        self._show()

    def _show(self) -> None:
        title = self.title.text()
        self.button.setIcon(icon("down" if self.open else "next", "muted"))
        self.button.setToolTip(self.tr("Thu gọn") if self.open else self.tr("Mở ra"))
        words = self.tr("{}, đang mở; bấm để thu gọn") if self.open else self.tr("{}, đã thu gọn; bấm để mở")
        self.button.setAccessibleName(words.format(title))

    def turn(self) -> None:
        """Fold what is open, unfold what is folded."""
        self.unfold(not self.open)

    def unfold(self, open: bool = True) -> None:
        """Show what stands in the group, or only its title."""
        if self.open != open:
            self.open = open
            self._show()
            self.folded.emit()

    def tell(self, errors: int, warnings: int) -> None:
        """Say how many problems stand in it, which nobody sees while it is folded."""
        words = self.tr("{} lỗi").format(errors) if errors else ""
        if not errors and warnings:
            words = self.tr("{} cảnh báo").format(warnings)
        if words != self.state.text():
            self.state.setText(words)
            tinted = self.state.palette()
            tinted.setColor(self.state.foregroundRole(), colour("danger" if errors else "warning"))
            self.state.setPalette(tinted)
            self.arrange(self.width())

    def add_tool(self, button: QWidget) -> None:
        """Put a button at the right of the title."""
        layout = self.tools.layout()
        assert layout is not None
        layout.addWidget(button)
        self.tools.show()

    def arrange(self, width: int) -> int:
        """Place title, state and buttons; return the height."""
        side = self.button.width()
        tools = self.tools.sizeHint() if not self.tools.isHidden() else QSize(0, 0)
        told = self.state.sizeHint().width() if self.state.text() else 0
        room = max(width - side - STEP - told - (tools.width() + STEP if tools.width() else 0), 60)
        high = max(self.title.heightForWidth(room), side, tools.height())
        self.button.setGeometry(0, 0, side, side)
        self.title.setGeometry(side + STEP, 0, room, max(self.title.heightForWidth(room), side))
        self.state.setGeometry(side + STEP + room, 0, told, side)
        self.tools.setGeometry(width - tools.width(), 0, tools.width(), tools.height())
        if self.help is not None:
            self.help.setVisible(self.open)
            if self.open:
                tall = self.help.heightForWidth(max(width - side - STEP, 60))
                self.help.setGeometry(side + STEP, high, width - side - STEP, tall)
                high += tall
        return high

    def sizeHint(self) -> QSize:
        """Be laid out by the sheet."""
        return QSize(300, TARGET)


@dataclass(frozen=True)
class Placed:
    """Say what stands on a sheet and in which groups, the outermost first; a title does not stand in its own group."""

    widget: QWidget
    heads: tuple[GroupHead, ...] = ()

    @property
    def wanted(self) -> bool:
        """Say whether the form shows it now; a title is seen where something under it is, and is not asked."""
        return bool(getattr(self.widget, "wanted", False))

    @property
    def open(self) -> bool:
        """Say whether every group around it is unfolded."""
        return not self.heads or all(head.open for head in self.heads)


def place(widget: QWidget, spot: QRect) -> None:
    """Put a widget where it belongs; nothing is done where it stands there already."""
    if widget.geometry() != spot:
        widget.setGeometry(spot)
        widget.update()


def wanted_of(blocks: Sequence[Placed]) -> set[QWidget]:
    """Return what the form shows now of what stands on a sheet."""
    return {block.widget for block in blocks if block.wanted}


def stack(
    blocks: Sequence[Placed],
    ground: tuple[int, int, int],
    coded: Callable[[QWidget], bool],
    measures: Measures,
    other: Callable[[QWidget, int], int | None] = lambda _widget, _width: None,
    wanted: Set[QWidget] | None = None,
) -> int:
    """Lay blocks out one below the other, what is in groups set in; return where the last one ends.

    `ground` is left edge, top and width; `wanted` is what the form shows, where that is known. `other` arranges what is
    neither row nor block nor title of a group and returns its height, None where it is not to be seen.
    """
    left, y, width = ground
    if wanted is None:
        wanted = wanted_of(blocks)
    heads = {head for block in blocks if block.heads and block.widget in wanted for head in block.heads}
    titles: list[GroupHead] = []
    tops: dict[GroupHead, tuple[int, int]] = {}
    ends: dict[GroupHead, int] = {}
    for block in blocks:
        widget = block.widget
        inset = min(INDENT * len(block.heads), width // 3)
        room = width - inset
        high: int | None
        row = isinstance(widget, FieldRow)
        if isinstance(widget, FieldRow):
            high = None
            if widget in wanted and block.open:
                high = widget.arrange(room, coded(widget), measures)
                spot = left + inset, y, room, high
                if widget.spot != spot:
                    widget.spot = spot
                    widget.setGeometry(*spot)
                    widget.update()
        elif isinstance(widget, GroupHead):
            titles.append(widget)
            high = widget.arrange(room) if widget in heads and block.open else None
        elif hasattr(widget, "wanted"):
            high = cast("Block", widget).arrange(room) if widget in wanted and block.open else None
        else:
            high = other(widget, room)
        if high is not None:
            if not row:
                place(widget, QRect(left + inset, y, room, high))
            for head in block.heads:
                ends[head] = y + high
            y += high + BETWEEN
            if not row and isinstance(widget, GroupHead):
                tops[widget] = (left + inset, y)
        if widget.isHidden() == (high is not None):
            widget.setVisible(high is not None)
    for title in titles:
        drawn = title in tops and title in ends and title.open
        if drawn:
            x, top = tops[title]
            place(title.line, QRect(x + TARGET // 2, top - STEP, 1, ends[title] - top + STEP))
        title.line.setVisible(drawn)
    return y
