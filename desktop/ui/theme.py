"""The look: one type scale, one spacing step, colours as roles in light, dark and high contrast.

Made with Fusion, a palette and a small proxy style; there is no application-wide style sheet, which would cost most of
a second on a large form. No colour is named anywhere else: widgets ask for a role.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

# The first picture needs colours only: fonts, icons and pictures are imported where they are asked for.
if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QIcon

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
    """Colours by role; words have 7:1 or more on every ground they stand on (WCAG 2.2, 1.4.6), in every scheme."""

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
    muted="#534E48", accent="#0B585C", accent_text="#FFFFFF", accent_soft="#E0F1F0", danger="#991C1C",
    danger_soft="#FBECE9", warning="#704600", warning_soft="#FBF3DD", success="#1C5A31", success_soft="#E1F4E6",
    focus="#0B585C", practice="#6B2C91", practice_soft="#F4ECF9",
)  # fmt: skip
DARK = Colours(
    surface="#191A1B", raised="#222426", sunken="#141516", line="#36393C", edge="#868B90", text="#F0EEE9",
    muted="#C4BFB6", accent="#7FD0CE", accent_text="#0D2021", accent_soft="#193637", danger="#FFB0A6",
    danger_soft="#411C19", warning="#F4C978", warning_soft="#392D0F", success="#9BDDAE", success_soft="#13341F",
    focus="#9BE3E1", practice="#DDB3F5", practice_soft="#361F44",
)  # fmt: skip
CONTRAST = Colours(
    surface="#000000", raised="#000000", sunken="#000000", line="#FFFFFF", edge="#FFFFFF", text="#FFFFFF",
    muted="#FFFFFF", accent="#FFE45C", accent_text="#000000", accent_soft="#2B2B00", danger="#FF9C9C",
    danger_soft="#330000", warning="#FFD27F", warning_soft="#332200", success="#8CFF9E", success_soft="#003311",
    focus="#00E5FF", practice="#F2B8FF", practice_soft="#2B0033",
)  # fmt: skip
PRACTICE_ACCENT = {"light": ("#6B2C91", "#FFFFFF", "#F4ECF9"), "dark": ("#DDB3F5", "#22102E", "#361F44")}

_current: list[Colours] = [LIGHT]


def colours() -> Colours:
    """Return the colours in force."""
    return _current[0]


def colour(role: str) -> QColor:
    """Return one colour by the name of its role."""
    return QColor(getattr(colours(), role))


def filled(parent: QWidget, role: str) -> QWidget:
    """Put a piece of ground into a window, in the colour of a role; its place is for the caller to say."""
    made = QWidget(parent)
    ground = made.palette()
    ground.setColor(QPalette.ColorRole.Window, colour(role))
    made.setPalette(ground)
    made.setAutoFillBackground(True)
    return made


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


@cache
def load_fonts() -> str:
    """Make the bundled typeface known, once for all looks, and return its family."""
    from PySide6.QtGui import QFontDatabase

    family = "Noto Sans"
    for name in ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSans-Italic.ttf"):
        number = QFontDatabase.addApplicationFont(str(RESOURCES / "fonts" / name))
        families = QFontDatabase.applicationFontFamilies(number)
        family = families[0] if families else family
    return family


def font(size: Size = Size.BODY, *, bold: bool = False, italic: bool = False, tabular: bool = False) -> QFont:
    """Return a font of the scale, enlarged by what the person chose."""
    from PySide6.QtGui import QFont

    made = QFont(QApplication.font())
    made.setPointSizeF(size.value * _zoom[0])
    made.setBold(bold)
    made.setItalic(italic)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


_zoom = [1.0]


def grown(length: int) -> int:
    """Return a length in pixels that grows with the text: of icons, ticks and dots, and the room that they take."""
    return round(length * _zoom[0])


def _system_is_dark(app: QApplication, *, untouched: bool) -> bool:
    if untouched:
        # Not by the scheme's name: to load all of Qt's enumerations takes a quarter of an empty window's start.
        return app.palette().color(QPalette.ColorRole.Window).lightness() < 128
    from PySide6.QtCore import Qt

    return app.styleHints().colorScheme() == Qt.ColorScheme.Dark


def colour_in(app: QApplication, *, scheme: str = "system", practice: bool = False, untouched: bool = False) -> None:
    """Choose the colours in force: `scheme` is system, light, dark or contrast; practice has an accent of its own.

    `untouched`: nobody has given this application colours before, so its own still tell whether the system is dark.
    """
    chosen = scheme
    if scheme == "system":
        chosen = "dark" if _system_is_dark(app, untouched=untouched) else "light"
    base = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}[chosen]
    if practice and chosen in PRACTICE_ACCENT:
        accent, accent_text, soft = PRACTICE_ACCENT[chosen]
        changed = {f.name: getattr(base, f.name) for f in fields(base)}
        changed |= {"accent": accent, "accent_text": accent_text, "accent_soft": soft, "focus": accent}
        base = Colours(**changed)
    _current[0] = base
    app.setPalette(palette(base))


def apply(
    app: QApplication, *, scheme: str = "system", zoom: float = 1.0, practice: bool = False, family: str | None = None
) -> None:
    """Give the program its whole look, on top of `colour_in`; `zoom` enlarges every text."""
    from PySide6.QtGui import QFont

    from desktop.ui.style import Style

    colour_in(app, scheme=scheme, practice=practice)
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
    app.setPalette(palette(colours()))  # again: a new style brings its own
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


@cache
def icon(name: str, role: str = "text") -> QIcon:
    """Return an icon of the line set, drawn in the colour of a role; an unknown name gives an empty icon."""
    from PySide6.QtCore import QByteArray, QSize
    from PySide6.QtGui import QIcon, QPainter, QPixmap
    from PySide6.QtSvg import QSvgRenderer

    path = RESOURCES / "icons" / f"{name}.svg"
    if not path.is_file():
        return QIcon()
    made = QIcon()
    drawn = path.read_text(encoding="utf-8")
    for mode, which in ((QIcon.Mode.Normal, role), (QIcon.Mode.Disabled, "muted")):
        text = drawn.replace("currentColor", getattr(colours(), which))
        renderer = QSvgRenderer(QByteArray(text.encode()))
        for side in map(grown, (20, 40, 60)):
            picture = QPixmap(QSize(side, side))
            picture.fill(QColor(0, 0, 0, 0))
            painter = QPainter(picture)
            renderer.render(painter)
            painter.end()
            made.addPixmap(picture, mode)
    return made
