"""How Qt's own parts are drawn: Fusion's behaviour, our grounds, hairlines and focus ring."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QProxyStyle,
    QStyle,
    QStyleFactory,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionComplex,
    QStyleOptionFrame,
    QStyleOptionProgressBar,
    QStyleOptionSlider,
    QWidget,
)

from desktop.ui.theme import RADIUS, TARGET, colour, grown, icon


class Style(QProxyStyle):
    """Fusion's behaviour in our look: flat grounds, one hairline, a focus ring of two pixels, no flashing."""

    def __init__(self) -> None:
        super().__init__(QStyleFactory.create("Fusion"))

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        """Give room to what is pressed and read."""
        if metric in _GROWING:
            return grown(_GROWING[metric])
        size = _METRICS.get(metric)
        return size if size is not None else super().pixelMetric(metric, option, widget)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,
    ) -> int:
        """Show mnemonics always, move nothing that need not move."""
        if hint == QStyle.StyleHint.SH_UnderlineShortcut:
            return 1
        if hint in (QStyle.StyleHint.SH_Widget_Animation_Duration, QStyle.StyleHint.SH_ComboBox_Popup):
            return 0
        return super().styleHint(hint, option, widget, returnData)

    def sizeFromContents(
        self,
        type: QStyle.ContentsType,
        option: QStyleOption,
        size: QSize,
        widget: QWidget | None = None,
    ) -> QSize:
        """Make what is typed into or chosen from as high as a row."""
        found = super().sizeFromContents(type, option, size, cast(QWidget, widget))
        if type in (QStyle.ContentsType.CT_LineEdit, QStyle.ContentsType.CT_ComboBox, QStyle.ContentsType.CT_SpinBox):
            wide = found.width() + (8 + grown(16) if type == QStyle.ContentsType.CT_ComboBox else 0)
            return QSize(wide, max(found.height(), 32))
        if type == QStyle.ContentsType.CT_CheckBox or type == QStyle.ContentsType.CT_RadioButton:
            return QSize(found.width() + 4, max(found.height(), TARGET))
        if type == QStyle.ContentsType.CT_MenuItem:
            return QSize(found.width() + 16, max(found.height(), TARGET))
        return found

    def subElementRect(self, element: QStyle.SubElement, option: QStyleOption, widget: QWidget | None = None) -> QRect:
        """Leave air between the edge of a field and its first letter."""
        found = super().subElementRect(element, option, cast(QWidget, widget))
        if element == QStyle.SubElement.SE_LineEditContents and isinstance(option, QStyleOptionFrame):
            return found.adjusted(6, 0, -6, 0) if option.lineWidth > 0 else found
        return found

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw focus ring, frames of fields, and boxes to tick, in our colours."""
        draw = _PRIMITIVES.get(element)
        if draw is None or not draw(self, option, painter, widget):
            super().drawPrimitive(element, option, painter, widget)

    def drawControl(
        self,
        element: QStyle.ControlElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw progress as a quiet bar and headers of tables without a gradient."""
        if element == QStyle.ControlElement.CE_HeaderSection:
            painter.fillRect(option.rect, colour("sunken"))
            painter.setPen(QPen(colour("line"), 1))
            painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
            return
        if element == QStyle.ControlElement.CE_ComboBoxLabel and isinstance(option, QStyleOptionComboBox):
            room = self.subControlRect(
                QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, widget
            )
            option.currentText = option.fontMetrics.elidedText(
                option.currentText, Qt.TextElideMode.ElideRight, room.width() - 2
            )
        if (
            element == QStyle.ControlElement.CE_ProgressBarContents
            and isinstance(option, QStyleOptionProgressBar)
            and option.minimum == option.maximum
        ):
            _busy_bar(option, painter)
            return
        if element in _BOXES and isinstance(option, QStyleOptionButton) and not option.text:
            self._box_alone(element, option, painter, widget)
            return
        super().drawControl(element, option, painter, widget)

    def _box_alone(
        self, element: QStyle.ControlElement, option: QStyleOptionButton, painter: QPainter, widget: QWidget | None
    ) -> None:
        """Draw a box whose words stand beside it: in the middle, with the ring round all that is pressed."""
        wide = self.pixelMetric(_BOXES[element], option, widget)
        aside = max(0, (option.rect.width() - wide) // 2)
        painter.translate(aside, 0)
        super().drawControl(element, option, painter, widget)
        painter.translate(-aside, 0)
        if _on(option, _STATE.State_HasFocus):
            _focus(self, option, painter, widget)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw scroll bars as one rounded handle, and closed lists as a field with an arrow."""
        if control == QStyle.ComplexControl.CC_ScrollBar and isinstance(option, QStyleOptionSlider):
            _scroll_bar(self, option, painter, widget)
            return
        if (
            control == QStyle.ComplexControl.CC_ComboBox
            and isinstance(option, QStyleOptionComboBox)
            and not option.editable
        ):
            _closed_list(self, option, painter, widget)
            return
        super().drawComplexControl(control, option, painter, widget)

    def subControlRect(
        self,
        cc: QStyle.ComplexControl,
        opt: QStyleOptionComplex,
        sc: QStyle.SubControl,
        w: QWidget | None = None,
    ) -> QRect:
        """Give a scroll bar no buttons at its ends."""
        if cc == QStyle.ComplexControl.CC_ScrollBar and isinstance(opt, QStyleOptionSlider):
            bar = _scroll_rect(opt, sc)
            if bar is not None:
                return bar
        found = super().subControlRect(cc, opt, sc, cast(QWidget, w))
        if cc == QStyle.ComplexControl.CC_ComboBox and sc == QStyle.SubControl.SC_ComboBoxEditField:
            # Words never run under the arrow, which stands at the end.
            editable = isinstance(opt, QStyleOptionComboBox) and opt.editable
            if editable:
                return found.adjusted(7, 0, 0, 0)
            return QRect(8, 0, opt.rect.width() - 22 - grown(16), opt.rect.height())
        return found


_BOXES = {
    QStyle.ControlElement.CE_RadioButton: QStyle.PixelMetric.PM_ExclusiveIndicatorWidth,
    QStyle.ControlElement.CE_CheckBox: QStyle.PixelMetric.PM_IndicatorWidth,
}
_METRICS = {
    QStyle.PixelMetric.PM_ScrollBarExtent: 12,
    QStyle.PixelMetric.PM_ScrollBarSliderMin: 40,
    QStyle.PixelMetric.PM_CheckBoxLabelSpacing: 8,
    QStyle.PixelMetric.PM_RadioButtonLabelSpacing: 8,
}
_GROWING = {
    QStyle.PixelMetric.PM_IndicatorWidth: 18,
    QStyle.PixelMetric.PM_IndicatorHeight: 18,
    QStyle.PixelMetric.PM_ExclusiveIndicatorWidth: 18,
    QStyle.PixelMetric.PM_ExclusiveIndicatorHeight: 18,
    QStyle.PixelMetric.PM_SmallIconSize: 20,
    QStyle.PixelMetric.PM_ButtonIconSize: 20,
}
"""What stands beside words and grows with them."""
_STATE = QStyle.StateFlag


def _busy_bar(option: QStyleOptionProgressBar, painter: QPainter) -> None:
    """Draw that something goes on whose end is not known: stripes that stand still."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(option.rect).adjusted(1, 1, -1, -1)
    painter.fillRect(box, colour("accent_soft"))
    painter.setClipRect(box)
    painter.setPen(QPen(colour("accent"), 4))
    step = 14
    for at in range(-int(box.height()), int(box.width()) + step, step):
        left = box.left() + at
        painter.drawLine(QPointF(left, box.bottom()), QPointF(left + box.height(), box.top()))
    painter.restore()


def _on(option: QStyleOption, flag: QStyle.StateFlag) -> bool:
    return bool(option.state & flag)


def _box(option: QStyleOption) -> QRectF:
    return QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)


def _focus(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> bool:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour("focus"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(_box(option).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    painter.restore()
    return True


def _field(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> bool:
    """Draw a field to type in: raised, a line, and the ring while it has the focus."""
    if isinstance(option, QStyleOptionFrame) and option.lineWidth <= 0:
        return False
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    enabled, focused = _on(option, _STATE.State_Enabled), _on(option, _STATE.State_HasFocus)
    dull = not enabled or _on(option, _STATE.State_ReadOnly)
    ground = colour("sunken") if dull else option.palette.color(QPalette.ColorRole.Base)
    painter.setBrush(ground)
    painter.setPen(QPen(colour("focus" if focused else "edge"), 2 if focused else 1))
    box = _box(option).adjusted(0.5, 0.5, -0.5, -0.5) if focused else _box(option)
    painter.drawRoundedRect(box, RADIUS, RADIUS)
    painter.restore()
    return True


def _nothing(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> bool:
    return True


def _tick_box(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> bool:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = _box(option).adjusted(1, 1, -1, -1)
    on = _on(option, _STATE.State_On)
    enabled = _on(option, _STATE.State_Enabled)
    painter.setPen(QPen(colour("accent" if on and enabled else "edge"), 1.5))
    painter.setBrush(colour("accent" if on and enabled else "raised" if enabled else "sunken"))
    painter.drawRoundedRect(box, 4, 4)
    if on or _on(option, _STATE.State_NoChange):
        painter.setPen(QPen(colour("accent_text" if enabled and on else "muted"), 2, c=Qt.PenCapStyle.RoundCap))
        at, side = box.topLeft(), box.width()
        marks = ((0.24, 0.52), (0.43, 0.72), (0.78, 0.3)) if on else ((0.28, 0.5), (0.72, 0.5))
        painter.drawPolyline([at + QPointF(x * side, y * side) for x, y in marks])
    painter.restore()
    return True


def _round_box(style: QStyle, option: QStyleOption, painter: QPainter, widget: QWidget | None) -> bool:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = _box(option).adjusted(1, 1, -1, -1)
    on, enabled = _on(option, _STATE.State_On), _on(option, _STATE.State_Enabled)
    painter.setPen(QPen(colour("accent" if on and enabled else "edge"), 1.5))
    painter.setBrush(colour("raised" if enabled else "sunken"))
    painter.drawEllipse(box)
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent" if enabled else "muted"))
        inset = box.width() / 4
        painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))
    painter.restore()
    return True


_PRIMITIVES: dict[QStyle.PrimitiveElement, Callable[[QStyle, QStyleOption, QPainter, QWidget | None], bool]] = {
    QStyle.PrimitiveElement.PE_FrameFocusRect: _focus,
    QStyle.PrimitiveElement.PE_PanelLineEdit: _field,
    QStyle.PrimitiveElement.PE_FrameLineEdit: _nothing,
    QStyle.PrimitiveElement.PE_IndicatorCheckBox: _tick_box,
    QStyle.PrimitiveElement.PE_IndicatorRadioButton: _round_box,
}


def _scroll_rect(option: QStyleOptionSlider, part: QStyle.SubControl) -> QRect | None:
    whole: QRect = option.rect
    low, high = option.minimum, option.maximum
    upright = option.orientation == Qt.Orientation.Vertical
    room = whole.height() if upright else whole.width()
    if part in (QStyle.SubControl.SC_ScrollBarAddLine, QStyle.SubControl.SC_ScrollBarSubLine):
        return QRect()
    if part == QStyle.SubControl.SC_ScrollBarGroove:
        return whole
    span = high - low
    step = option.pageStep
    long = room if span <= 0 else max(40, room * step // max(span + step, 1))
    place = QStyle.sliderPositionFromValue(
        low, high, option.sliderPosition, max(room - long, 0), option.upsideDown
    )  # fmt: skip
    first, last = {
        QStyle.SubControl.SC_ScrollBarSlider: (place, place + long),
        QStyle.SubControl.SC_ScrollBarSubPage: (0, place),
        QStyle.SubControl.SC_ScrollBarAddPage: (place + long, room),
    }.get(part, (-1, -1))
    if first < 0:
        return None
    if upright:
        return QRect(whole.x(), whole.y() + first, whole.width(), last - first)
    return QRect(whole.x() + first, whole.y(), last - first, whole.height())


def _scroll_bar(style: QStyle, option: QStyleOptionSlider, painter: QPainter, widget: QWidget | None) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(option.rect, colour("surface"))
    if option.maximum > option.minimum:
        handle = _scroll_rect(option, QStyle.SubControl.SC_ScrollBarSlider)
        assert handle is not None
        box = QRectF(handle).adjusted(3, 2, -3, -2)
        pressed = _on(option, _STATE.State_Sunken) or _on(option, _STATE.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("muted" if pressed else "edge"))
        side = min(box.width(), box.height()) / 2
        painter.drawRoundedRect(box, side, side)
    painter.restore()


def _closed_list(style: QStyle, option: QStyleOptionComboBox, painter: QPainter, widget: QWidget | None) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    focused, enabled = _on(option, _STATE.State_HasFocus), _on(option, _STATE.State_Enabled)
    painter.setBrush(colour("raised" if enabled else "sunken"))
    painter.setPen(QPen(colour("focus" if focused else "edge"), 2 if focused else 1))
    box = _box(option)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5) if focused else box, RADIUS, RADIUS)
    painter.restore()
    side = grown(16)
    top = option.rect.center().y() - side // 2
    icon("down", "text" if enabled else "muted").paint(painter, option.rect.right() - 10 - side, top, side, side)
