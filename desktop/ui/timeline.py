"""The points of a dossier's way, on one line."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui import words
from desktop.ui.parts import (
    Text,
    tone_colours,
)
from desktop.ui.rows import Mark
from desktop.ui.theme import STEP, Size, colour, font, grown, icon


class Moment(QWidget):
    """One point of the timeline: when, what, and the portal's own words."""

    def __init__(
        self,
        when: datetime,
        title: str,
        text: str,
        mark: Mark,
        *,
        first: bool,
        last: bool,
        below: QWidget | None = None,
    ) -> None:
        super().__init__()
        self._mark, self._first, self._last = mark, first, last
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * STEP)
        time = Text(words.minute(when), Size.SMALL, role="muted")
        time.setFont(font(Size.SMALL, tabular=True))
        time.setWordWrap(False)
        time.setFixedWidth(time.fontMetrics().horizontalAdvance("00:00 · 00/00/0000") + 6)
        time.setContentsMargins(0, 9, 0, 0)
        row.addWidget(time, 0, Qt.AlignmentFlag.AlignTop)
        self._dot = QWidget()
        self._dot.setFixedWidth(grown(26) + 6)
        self._dot.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        row.addWidget(self._dot)
        names = QVBoxLayout()
        names.setContentsMargins(0, 7, 0, 4 * STEP)
        names.setSpacing(1)
        names.addWidget(Text(title, bold=first))
        if text:
            names.addWidget(Text(text, role="muted"))
        if below is not None:
            names.addWidget(below)
        row.addLayout(names, 1)
        self.setAccessibleName(f"{words.minute(when)}. {title}. {text}")

    def sizeHint(self) -> QSize:
        """Be high enough for the dot."""
        hint = super().sizeHint()
        return QSize(hint.width(), max(hint.height(), grown(26) + 18))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line and the dot with its shape."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        round_, side = grown(26), grown(16)
        x = self._dot.x() + self._dot.width() // 2
        middle = 4 + round_ // 2
        painter.setPen(QPen(colour("line"), 2))
        painter.drawLine(QPointF(x, middle if self._first else 0), QPointF(x, middle if self._last else self.height()))
        ink, ground = tone_colours(self._mark.tone)
        if not self._first:
            ink, ground = colour("muted"), colour("raised")
        painter.setPen(QPen(ink, 1.2))
        painter.setBrush(ground)
        painter.drawEllipse(QRectF(x - round_ / 2, 4, round_, round_))
        role = {"plain": "text"}.get(self._mark.tone, self._mark.tone) if self._first else "muted"
        icon(self._mark.symbol or "info", role).paint(painter, x - side // 2, middle - side // 2, side, side)
