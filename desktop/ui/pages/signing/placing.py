"""The stamp on the picture of the page: dragged by the mouse, moved and resized by keys, told to screen readers."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QLabel, QWidget

from desktop.ui.theme import Size, font

if TYPE_CHECKING:
    from desktop.ui.filling.page_view import PageView
    from forms.printing import Mark
    from signing.emblem import Picture
    from signing.stamp import Stamp

LEAST = (60.0, 24.0)
"""The smallest box in points."""
STRIDE, FINE = 4.0, 1.0
"""Points for one press of an arrow key, and with Ctrl."""
_GRIP = 14
_MM = 25.4 / 72
_INK, _WRONG = QColor("#0B5A5E"), QColor("#A3151B")
"""On white paper, in every look."""
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


def inside(mark: Mark, page: tuple[float, float]) -> Mark:
    """Return a box that lies within a page, no smaller than can be read and no larger than the page."""
    width = min(max(mark.width, LEAST[0]), page[0])
    height = min(max(mark.height, LEAST[1]), page[1])
    x = min(max(mark.x, 0.0), page[0] - width)
    y = min(max(mark.y, 0.0), page[1] - height)
    return replace(mark, x=round(x, 2), y=round(y, 2), width=round(width, 2), height=round(height, 2))


class StampBox(QLabel):
    """The box of the visible signature on a sheet; its sample shows what will be drawn."""

    moved = Signal()
    """A person has moved or resized it."""

    def __init__(self, view: PageView) -> None:
        super().__init__(view.sheet)
        self._view = view
        self.mark: Mark | None = None
        self.stamp: Stamp | None = None
        """What will be drawn; None: not known before a certificate is chosen."""
        self.fits = True
        self._held: tuple[QPointF, Mark, bool] | None = None
        self._image: tuple[Picture, QImage] | None = None
        # A label with a picture is an image to a screen reader; what is seen is drawn below.
        self.setPixmap(QPixmap(1, 1))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        QWidget.setTabOrder(view.desk_area, self)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setAccessibleName(self.tr("Dấu chữ ký trên trang"))
        view.sheet.installEventFilter(self)
        view.printed.connect(lambda _: self.settle())
        self.hide()

    # --- where it stands ---------------------------------------------------------------------------------------------

    def stand(self, mark: Mark | None) -> None:
        """Stand at a mark; None: there is no stamp."""
        self.mark = mark
        self.settle()

    def show_stamp(self, stamp: Stamp | None) -> None:
        """Show what will be drawn."""
        self.stamp = stamp
        self.settle()

    def settle(self) -> None:
        """Take the place on the sheet as it is shown now."""
        mark = self.mark
        if mark is None or self._view.sheet.image is None or mark.page != self._view.page:
            self.hide()
            return
        kept = inside(mark, self._view.sheet.points)
        if kept != mark:
            self.mark = mark = kept
        self.setGeometry(self._view.sheet.place(mark).toAlignedRect())
        self._judge()
        self.setAccessibleDescription(self.words())
        self.show()
        self.update()

    def _judge(self) -> None:
        from signing.errors import StampUnfit
        from signing.stamp import draw

        self.fits = True
        if self.stamp is not None and self.mark is not None:
            try:
                draw(self.stamp, self.mark.width, self.mark.height)
            except StampUnfit:
                self.fits = False

    def words(self) -> str:
        """Say where it stands, and how it is moved."""
        if self.mark is None:
            return ""
        where = self.place_words()
        how = self.tr("Phím mũi tên: dời; Shift+mũi tên: đổi cỡ; thêm Ctrl: từng chút; Home: về chỗ của mẫu.")
        return f"{where} {how}"

    def place_words(self) -> str:
        """Say where it stands, in millimetres as one measures on paper."""
        assert self.mark is not None
        mark, page = self.mark, self._view.sheet.points
        left, top = mark.x * _MM, (page[1] - mark.y - mark.height) * _MM
        text = self.tr("Trang {}, cách mép trái {} mm, mép trên {} mm; rộng {} mm, cao {} mm.").format(
            mark.page, round(left), round(top), round(mark.width * _MM), round(mark.height * _MM)
        )
        if not self.fits:
            text += " " + self.tr("Khung quá nhỏ cho nội dung dấu.")
        return text

    def _change(self, mark: Mark, *, told: bool = True) -> None:
        kept = inside(mark, self._view.sheet.points)
        if kept == self.mark:
            if told:
                self._announce(self.tr("Đã sát mép trang."))
            return
        self.mark = kept
        self.settle()
        if told:
            self._announce(self.place_words())
            self.moved.emit()

    def _announce(self, words: str) -> None:
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    # --- keys and mouse ----------------------------------------------------------------------------------------------

    wanted_back = Signal()
    """Home was pressed: back to the layout's own place."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, resize, or go back to the layout's place."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Home:
            self.wanted_back.emit()
            return
        if key not in _ARROWS or self.mark is None:
            super().keyPressEvent(event)
            return
        held = event.modifiers()
        stride = FINE if held & Qt.KeyboardModifier.ControlModifier else STRIDE
        across, up = (stride * way for way in _ARROWS[key])
        mark = self.mark
        if held & Qt.KeyboardModifier.ShiftModifier:
            # The upper left corner stays, as when the corner is dragged.
            top = mark.y + mark.height
            height = max(mark.height - up, LEAST[1])
            width = max(mark.width + across, LEAST[0])
            bottom = max(top - height, 0.0)
            width = min(width, self._view.sheet.points[0] - mark.x)
            self._change(replace(mark, width=width, height=top - bottom, y=bottom))
        else:
            self._change(replace(mark, x=mark.x + across, y=mark.y + up))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the box, or of its corner."""
        if event.button() == Qt.MouseButton.LeftButton and self.mark is not None:
            self._held = event.globalPosition(), self.mark, self._at_grip(event.position())
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        if self._held is None:
            over = self._at_grip(event.position())
            self.setCursor(Qt.CursorShape.SizeFDiagCursor if over else Qt.CursorShape.SizeAllCursor)
            return
        start, mark, grip = self._held
        scale = self._view.sheet.scale
        across = (event.globalPosition().x() - start.x()) / scale
        down = (event.globalPosition().y() - start.y()) / scale
        if grip:
            top = mark.y + mark.height
            width = min(max(mark.width + across, LEAST[0]), self._view.sheet.points[0] - mark.x)
            bottom = min(max(mark.y - down, 0.0), top - LEAST[1])
            self._change(replace(mark, width=width, y=bottom, height=top - bottom), told=False)
        else:
            self._change(replace(mark, x=mark.x + across, y=mark.y - down), told=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let it go."""
        if self._held is not None:
            before, self._held = self._held[1], None
            if self.mark != before:
                self._announce(self.place_words())
                self.moved.emit()

    def _at_grip(self, at: QPointF) -> bool:
        return at.x() > self.width() - _GRIP and at.y() > self.height() - _GRIP

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Be seen whole when it has the focus."""
        super().focusInEvent(event)
        middle = self.geometry().center()
        self._view.desk_area.ensureVisible(middle.x(), middle.y(), self.width() // 2 + 20, self.height() // 2 + 20)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the sheet when it is zoomed."""
        if event.type() == QEvent.Type.Resize:
            self.settle()
        return False

    # --- drawing -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sample, the frame, the corner that resizes, and the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ink = _INK if self.fits else _WRONG
        whole = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = QColor(255, 255, 255, 225)
        painter.fillRect(whole, ground)
        if self.stamp is not None and self.fits and self.mark is not None:
            self._paint_sample(painter, self.stamp, self.mark)
        else:
            painter.setPen(ink)
            painter.setFont(font(Size.SMALL))
            words = self.tr("Chữ ký") if self.fits else self.tr("Khung quá nhỏ")
            painter.drawText(whole, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        focused = self.hasFocus()
        painter.setPen(QPen(ink, 3 if focused else 1.5, Qt.PenStyle.SolidLine if focused else Qt.PenStyle.DashLine))
        painter.drawRect(whole)
        painter.setPen(QPen(ink, 1.5))
        for inset in (4, 8, 12):
            right, bottom = whole.right() - 1, whole.bottom() - 1
            painter.drawLine(QPointF(right - inset, bottom), QPointF(right, bottom - inset))

    def _paint_sample(self, painter: QPainter, stamp: Stamp, mark: Mark) -> None:
        """Draw what the signed page will show, in the same places and sizes."""
        from signing.stamp import arrange, fit

        scale = self._view.sheet.scale
        if not stamp.lines:
            if stamp.picture is not None:
                largest = stamp.picture.points
                self._paint_picture(painter, stamp.picture, (0, 0, mark.width, mark.height), mark, largest)
            return
        beside, (x, y, width, height) = arrange(stamp, mark.width, mark.height)
        if beside is not None and stamp.picture is not None:
            self._paint_picture(painter, stamp.picture, beside, mark, None)
        elif beside is not None:
            self._paint_code(painter, stamp.code, beside, mark)
        fitted = fit(stamp.lines, width, height, stamp.font, largest=stamp.largest)
        letters = font(Size.SMALL)
        letters.setPixelSize(max(round(fitted.size * scale), 1))
        painter.setFont(letters)
        painter.setPen(QColor("#212126"))
        leading = fitted.size * 1.28
        top = mark.height - y - height / 2 - leading * len(fitted.lines) / 2
        for line in fitted.lines:
            place = QRectF((x + 4) * scale, top * scale, (width - 8) * scale, leading * scale)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), line)
            top += leading

    def _paint_code(self, painter: QPainter, code: str, box: tuple[float, ...], mark: Mark) -> None:
        from signing.emblem import QUIET, squares

        count, runs = squares(code)
        scale = self._view.sheet.scale
        side = min(box[2], box[3])
        square = side / (count + 2 * QUIET) * scale
        left = (box[0] + (box[2] - side) / 2) * scale + QUIET * square
        top = (mark.height - box[1] - box[3] / 2 - side / 2) * scale + QUIET * square
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for row, start, length in runs:
            dark = QRectF(left + start * square, top + row * square, length * square, square)
            painter.fillRect(dark, Qt.GlobalColor.black)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_picture(
        self,
        painter: QPainter,
        shown: Picture,
        box: tuple[float, ...],
        mark: Mark,
        largest: tuple[float, float] | None,
    ) -> None:
        factor = min(box[2] / shown.width, box[3] / shown.height)
        if largest is not None:
            factor = min(factor, largest[0] / shown.width, largest[1] / shown.height)
        wide, tall = shown.width * factor, shown.height * factor
        scale = self._view.sheet.scale
        left, top = box[0] + (box[2] - wide) / 2, mark.height - box[1] - box[3] / 2 - tall / 2
        painter.drawImage(QRectF(left * scale, top * scale, wide * scale, tall * scale), self._picture(shown))

    def _picture(self, shown: Picture) -> QImage:
        if self._image is None or self._image[0] is not shown:
            rgb = zlib.decompress(shown.colours)
            made = QImage(rgb, shown.width, shown.height, 3 * shown.width, QImage.Format.Format_RGB888).copy()
            if shown.cover is not None:
                cover = zlib.decompress(shown.cover)
                kind = QImage.Format.Format_Alpha8
                made = made.convertToFormat(QImage.Format.Format_ARGB32)
                made.setAlphaChannel(QImage(cover, shown.width, shown.height, shown.width, kind).copy())
            self._image = shown, made
        return self._image[1]

    def where(self) -> QRect:
        """Return the box on the sheet in pixels."""
        return self.geometry()
