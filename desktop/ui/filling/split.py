"""Parts side by side, each as wide as the person pulls it."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle

from desktop.ui.theme import colour


class Handle(QSplitterHandle):
    """What is pulled to make a part wider: a hairline."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        QPainter(self).fillRect(QRect(self.width() // 2, 0, 1, self.height()), colour("line"))


class Split(QSplitter):
    """The three parts side by side."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(7)

    def createHandle(self) -> QSplitterHandle:
        """Make the handles of our own kind."""
        return Handle(self.orientation(), self)
