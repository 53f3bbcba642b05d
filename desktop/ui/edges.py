"""The edges of the window: the practice band above, the places on the left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.ui.theme import RADIUS, Size, colour, font, icon

if TYPE_CHECKING:
    pass


class PracticeBand(QWidget):
    """The thick striped band of practice mode, with its words."""

    def __init__(self) -> None:
        super().__init__()
        self.words = self.tr("THỰC HÀNH — không có giá trị pháp lý")
        self.setAccessibleName(self.words)
        self.setFont(font(Size.BODY, bold=True))
        self.setFixedHeight(max(30, self.fontMetrics().height() + 12))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the stripes and, on a calm ground, the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), colour("practice_soft"))
        painter.setBrush(colour("practice"))
        painter.setPen(Qt.PenStyle.NoPen)
        high = self.height()
        for x in range(-high, self.width() + high, 28):
            points = [(x, high), (x + 12, high), (x + 12 + high, 0), (x + high, 0)]
            painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in points]))
        wide = self.fontMetrics().horizontalAdvance(self.words) + 48
        middle = QRectF((self.width() - wide) / 2, 0, wide, high)
        painter.setBrush(colour("practice_soft"))
        painter.drawRect(middle)
        painter.setPen(colour("practice"))
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, self.words)


COUNT = Qt.ItemDataRole.UserRole + 1


class PlaceDelegate(QStyledItemDelegate):
    """Paints a place on the left: icon, word, count; the one that is open has a soft ground and a bar."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Give each place the same height."""
        return QSize(160, max(40, QFontMetrics(font(Size.BODY)).height() + 18))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one place."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole: QRect = option.rect
        here = bool(option.state & QStyle.StateFlag.State_Selected)
        box = QRectF(whole).adjusted(8, 1, -8, -1)
        if here or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent_soft" if here else "line"))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        if here:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawRoundedRect(QRectF(box.left(), box.top() + 8, 3, box.height() - 16), 1.5, 1.5)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        role = "accent" if here else "text"
        name = index.data(Qt.ItemDataRole.UserRole)
        middle = whole.center().y()
        icon(str(name), role).paint(painter, whole.left() + 22, middle - 10, 20, 20)
        painter.setFont(font(Size.BODY, bold=here))
        painter.setPen(colour(role))
        painter.drawText(whole.adjusted(54, 0, -8, 0), int(Qt.AlignmentFlag.AlignVCenter), str(index.data()))
        count = index.data(COUNT)
        if count:
            painter.setFont(font(Size.SMALL, bold=True, tabular=True))
            metrics = painter.fontMetrics()
            wide = max(metrics.horizontalAdvance(str(count)) + 14, 24)
            pill = QRectF(whole.right() - 20 - wide, middle - 10, wide, 21)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawRoundedRect(pill, 10.5, 10.5)
            painter.setPen(colour("accent_text"))
            painter.drawText(pill, int(Qt.AlignmentFlag.AlignCenter), str(count))
        painter.restore()


class Side(QWidget):
    """The ground of the left column, with a hairline on its right."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("sunken"))
        painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), colour("line"))
