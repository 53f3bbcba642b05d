"""The look: one type scale, one spacing step, colours as roles in light, dark and high contrast.

Made with Fusion, a palette and a small proxy style; there is no application-wide style sheet, which would cost most of
a second on a large form. No colour is named anywhere else: widgets ask for a role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from typing import cast

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QApplication,
    QProxyStyle,
    QStyle,
    QStyleFactory,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionComboBox,
    QStyleOptionComplex,
    QStyleOptionFrame,
    QStyleOptionSlider,
    QWidget,
)

from forms.bundled import RESOURCES

STEP = 4
MARGIN = 24
ROW = 36
ROW_COMPACT = 28
RADIUS = 6
TARGET = 28
"""The least height of what is pressed, in pixels (24 is the law's least)."""


class Size(Enum):
    """The type scale in points."""

    SMALL = 9.0
    BODY = 10.5
    LEAD = 13.0
    TITLE = 17.0
    DISPLAY = 22.0


@dataclass(frozen=True)
class Colours:
    """Colours by role; text has a contrast of 7:1 or more on surface and raised."""

    surface: str
    raised: str
    sunken: str
    line: str
    edge: str
    """The outline of what is typed into or ticked: 3:1 or more on raised and surface (WCAG 2.2, 1.4.11)."""
    text: str
    muted: str
    accent: str
    accent_text: str
    accent_soft: str
    danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    success: str
    success_soft: str
    focus: str
    practice: str
    practice_soft: str


LIGHT = Colours(
    surface="#FBFAF7", raised="#FFFFFF", sunken="#F1EFE9", line="#E3DFD6", edge="#8B857A", text="#1D1B16",
    muted="#55504A", accent="#0B5A5E", accent_text="#FFFFFF", accent_soft="#DCEDEC", danger="#9B1C1C",
    danger_soft="#FBE4E1", warning="#7A4B00", warning_soft="#FBEFD5", success="#1C5E33", success_soft="#DDF0E2",
    focus="#0B5A5E", practice="#6B2C91", practice_soft="#F0E4F7",
)  # fmt: skip
DARK = Colours(
    surface="#191A1B", raised="#222426", sunken="#141516", line="#36393C", edge="#868B90", text="#F0EEE9",
    muted="#BDB8AF", accent="#7FD0CE", accent_text="#0D2021", accent_soft="#1D3A3B", danger="#FFB0A6",
    danger_soft="#45201D", warning="#F4C978", warning_soft="#41310F", success="#9BDDAE", success_soft="#173823",
    focus="#9BE3E1", practice="#DDB3F5", practice_soft="#3A2348",
)  # fmt: skip
CONTRAST = Colours(
    surface="#000000", raised="#000000", sunken="#000000", line="#FFFFFF", edge="#FFFFFF", text="#FFFFFF",
    muted="#FFFFFF", accent="#FFE45C", accent_text="#000000", accent_soft="#333300", danger="#FF9C9C",
    danger_soft="#330000", warning="#FFD27F", warning_soft="#332200", success="#8CFF9E", success_soft="#003311",
    focus="#00E5FF", practice="#F2B8FF", practice_soft="#2B0033",
)  # fmt: skip
PRACTICE_ACCENT = {"light": ("#6B2C91", "#FFFFFF", "#F0E4F7"), "dark": ("#DDB3F5", "#22102E", "#3A2348")}

_current: list[Colours] = [LIGHT]


def colours() -> Colours:
    """Return the colours in force."""
    return _current[0]


def colour(role: str) -> QColor:
    """Return one colour by the name of its role."""
    return QColor(getattr(colours(), role))


def luminance(text: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    value = QColor(text)
    parts = [value.redF(), value.greenF(), value.blueF()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, 1.4.3)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def load_fonts() -> str:
    """Make the bundled typeface known and return its family."""
    family = "Noto Sans"
    for name in ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSans-Italic.ttf"):
        number = QFontDatabase.addApplicationFont(str(RESOURCES / "fonts" / name))
        families = QFontDatabase.applicationFontFamilies(number)
        family = families[0] if families else family
    return family


def font(size: Size = Size.BODY, *, bold: bool = False, italic: bool = False, tabular: bool = False) -> QFont:
    """Return a font of the scale, enlarged by what the person chose."""
    made = QFont(QApplication.font())
    made.setPointSizeF(size.value * _zoom[0])
    made.setBold(bold)
    made.setItalic(italic)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


_zoom = [1.0]


def apply(
    app: QApplication, *, scheme: str = "system", zoom: float = 1.0, practice: bool = False, family: str | None = None
) -> None:
    """Give the program its look: `scheme` is system, light, dark or contrast; `zoom` enlarges every text."""
    hints = app.styleHints()
    chosen = scheme
    if scheme == "system":
        chosen = "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"
    base = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}[chosen]
    if practice and chosen in PRACTICE_ACCENT:
        accent, accent_text, soft = PRACTICE_ACCENT[chosen]
        changed = {f.name: getattr(base, f.name) for f in fields(base)}
        changed |= {"accent": accent, "accent_text": accent_text, "accent_soft": soft, "focus": accent}
        base = Colours(**changed)
    _current[0] = base
    _zoom[0] = zoom
    app.setStyle(Style())
    if family is not None:
        body = QFont(family)
        body.setPointSizeF(Size.BODY.value * zoom)
        app.setFont(body)
    else:
        body = app.font()
        body.setPointSizeF(Size.BODY.value * zoom)
        app.setFont(body)
    app.setPalette(palette(base))
    icon.cache_clear()


def palette(found: Colours) -> QPalette:
    """Turn colours by role into Qt's palette."""
    made = QPalette()
    role = QPalette.ColorRole
    pairs = {
        role.Window: found.surface, role.WindowText: found.text, role.Base: found.raised,
        role.AlternateBase: found.sunken, role.Text: found.text, role.Button: found.raised,
        role.ButtonText: found.text, role.BrightText: found.danger, role.ToolTipBase: found.raised,
        role.ToolTipText: found.text, role.PlaceholderText: found.muted, role.Highlight: found.accent,
        role.HighlightedText: found.accent_text, role.Link: found.accent, role.LinkVisited: found.accent,
        role.Light: found.raised, role.Midlight: found.sunken, role.Mid: found.line, role.Dark: found.line,
        role.Shadow: found.line, role.Accent: found.accent,
    }  # fmt: skip
    for which, value in pairs.items():
        made.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(found.muted))
    return made


class Style(QProxyStyle):
    """Fusion's behaviour in our look: flat grounds, one hairline, a focus ring of two pixels, no flashing."""

    def __init__(self) -> None:
        super().__init__(QStyleFactory.create("Fusion"))

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        """Give room to what is pressed and read."""
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
            wide = found.width() + (24 if type == QStyle.ContentsType.CT_ComboBox else 0)
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
        super().drawControl(element, option, painter, widget)

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
            return found.adjusted(7, 0, 0, 0)
        return found


_METRICS = {
    QStyle.PixelMetric.PM_ScrollBarExtent: 12,
    QStyle.PixelMetric.PM_ScrollBarSliderMin: 40,
    QStyle.PixelMetric.PM_IndicatorWidth: 18,
    QStyle.PixelMetric.PM_IndicatorHeight: 18,
    QStyle.PixelMetric.PM_ExclusiveIndicatorWidth: 18,
    QStyle.PixelMetric.PM_ExclusiveIndicatorHeight: 18,
    QStyle.PixelMetric.PM_SmallIconSize: 20,
    QStyle.PixelMetric.PM_ButtonIconSize: 20,
    QStyle.PixelMetric.PM_CheckBoxLabelSpacing: 8,
    QStyle.PixelMetric.PM_RadioButtonLabelSpacing: 8,
}
_STATE = QStyle.StateFlag


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
        painter.drawEllipse(box.adjusted(4, 4, -4, -4))
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
    middle = option.rect.center().y()
    icon("down", "text" if enabled else "muted").paint(
        painter, option.rect.right() - 26, middle - 8, 16, 16
    )  # fmt: skip


@cache
def icon(name: str, role: str = "text") -> QIcon:
    """Return an icon of the line set, drawn in the colour of a role; an unknown name gives an empty icon."""
    path = RESOURCES / "icons" / f"{name}.svg"
    if not path.is_file():
        return QIcon()
    made = QIcon()
    for mode, which in ((QIcon.Mode.Normal, role), (QIcon.Mode.Disabled, "muted")):
        text = path.read_text(encoding="utf-8").replace("currentColor", getattr(colours(), which))
        renderer = QSvgRenderer(QByteArray(text.encode()))
        for side in (20, 40, 60):
            picture = QPixmap(QSize(side, side))
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            renderer.render(painter)
            painter.end()
            made.addPixmap(picture, mode)
    return made
