"""What a filled field looks like: lines fitted to its box, cells, lists, marks, on its own ground and border.

Plain geometry: knows no PDF library. A look keeps its text as text until the letters of the whole document are known;
only then is it written, by the glyph numbers of the embedded part of the face.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from forms.acroform.typeface import Typeface, typeface

LARGEST_AUTO, SMALLEST = 12.0, 4.0
"""Sizes in points: where the form leaves the size to the reader; and below which a printed name cannot be read."""
_STEP = 0.25
_HIGHLIGHT = b"0.6 0.757 0.855 rg"
Colour = tuple[float, ...]
"""One number is grey, three are RGB, four are CMYK; none is transparent."""


class DoesNotFit(Exception):
    """The text fits its box in no readable size."""


@dataclass(frozen=True)
class Style:
    """How a field wants its box and its text."""

    width: float
    """Of the box as the text runs: turned, where the field is."""
    height: float
    turn: int = 0
    """Degrees counter-clockwise, one of 0, 90, 180, 270."""
    ground: Colour = ()
    border: Colour = ()
    border_width: float = 1.0
    border_kind: str = "S"
    """S solid, D dashed, B bevelled, I inset, U underlined"""
    dash: tuple[float, ...] = (3.0,)
    ink: Colour = (0.0,)
    size: float = 0.0
    """Of letters in points; 0 lets the text decide."""
    align: int = 0
    """0 left, 1 centred, 2 right"""
    face: str = "sans"

    @property
    def edge(self) -> float:
        """Return how much of each side the border takes."""
        if not self.border:
            return 0.0
        return self.border_width * (2 if self.border_kind in ("B", "I") else 1)

    @property
    def matrix(self) -> tuple[float, float, float, float, float, float]:
        """Return what turns the box as the text runs into the box on the page."""
        return {
            90: (0.0, 1.0, -1.0, 0.0, self.height, 0.0),
            180: (-1.0, 0.0, 0.0, -1.0, self.width, self.height),
            270: (0.0, -1.0, 1.0, 0.0, 0.0, self.width),
        }.get(self.turn, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))


@dataclass(frozen=True)
class Run:
    """Letters in a row, where their baseline begins."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Look:
    """A field drawn, but for the glyph numbers of its letters."""

    style: Style
    under: bytes = field(repr=False)
    """Ground, border, highlights."""
    size: float = 0.0
    runs: tuple[Run, ...] = ()

    @property
    def letters(self) -> str:
        """Return every letter that the look needs."""
        return "".join(run.text for run in self.runs)

    def content(self, font: str, encode: Callable[[str], bytes]) -> bytes:
        """Return the content stream; font is the resource's name without its slash."""
        style = self.style
        parts = [self.under, b"/Tx BMC", b"q"]
        if self.runs:
            inside = (
                style.edge,
                style.edge,
                max(style.width - 2 * style.edge, 0.0),
                max(style.height - 2 * style.edge, 0.0),
            )
            parts += [_numbers(*inside) + b" re W n", b"BT", _paint(style.ink, stroke=False)]
            parts.append(f"/{font} ".encode("ascii") + _numbers(self.size) + b" Tf")
            parts += [b"1 0 0 1 " + _numbers(r.x, r.y) + b" Tm <" + encode(r.text) + b"> Tj" for r in self.runs]
            parts.append(b"ET")
        return b"\n".join([part for part in [*parts, b"Q", b"EMC"] if part]) + b"\n"


# ---------------------------------------------------------------- text


def text_look(style: Style, text: str, *, multiline: bool = False, comb: int = 0) -> Look:
    """Draw a text: in one line, in wrapped lines, or one letter a cell.

    Shrinks from the field's own size in steps of 0.25 pt; raises DoesNotFit below SMALLEST.
    """
    face = typeface(style.face)
    under = _box(style) + _cells(style, comb)
    if not text:
        return Look(style, under)
    if comb:
        size, runs = _in_cells(style, text, comb, face)
    elif multiline:
        size, runs = _in_lines(style, text, face)
    else:
        size, runs = _in_one_line(style, text, face)
    return Look(style, under, size, runs)


def _margins(style: Style) -> tuple[float, float]:
    """Return what stays free left and right, and above and below."""
    side = style.edge + (2.0 if style.width > 12 else 0.5)
    return min(side, style.width / 4), min(style.edge + (1.0 if style.height > 12 else 0.5), style.height / 4)


def _largest(style: Style, fits: Callable[[float], bool], auto: float = LARGEST_AUTO) -> float:
    """Find the largest size that fits, from the field's own down to SMALLEST."""
    start = min(style.size or auto, 300.0)
    steps = max(0, int((start - SMALLEST) / _STEP + 1e-9))
    sizes = [start - _STEP * number for number in range(steps + 1)]
    if start > SMALLEST and sizes[-1] > SMALLEST:
        sizes.append(SMALLEST)
    if start < SMALLEST:
        sizes = [start]  # the form itself is printed that small
    found = bisect_left(sizes, True, key=fits)
    if found == len(sizes):
        raise DoesNotFit
    return sizes[found]


def _baseline(style: Style, size: float, low: float, high: float, margin: float, face: Typeface) -> float:
    """Centre capitals on the box, then move so far that no ink leaves it."""
    y = (style.height - face.cap_height * size) / 2
    y = min(y, style.height - margin - high * size)
    return max(y, margin - low * size)


def _in_one_line(style: Style, text: str, face: Typeface) -> tuple[float, tuple[Run, ...]]:
    side, margin = _margins(style)
    width, (low, high) = face.width(text), face.ink(text)
    inner, tall = style.width - 2 * side, style.height - 2 * margin

    def fits(size: float) -> bool:
        return width * size <= inner + 0.01 and (high - low) * size <= tall + 0.01

    # Left to the reader, letters are as large as leaves room for any Vietnamese letter, so that neighbours look alike.
    size = _largest(style, fits, auto=max(SMALLEST, min(LARGEST_AUTO, _quarter(tall / (face.top - face.bottom)))))
    x = side + (inner - width * size) * style.align / 2
    return size, (Run(x, _baseline(style, size, low, high, margin, face), text),)


def _quarter(size: float) -> float:
    return int(size / _STEP) * _STEP


def _in_lines(style: Style, text: str, face: Typeface) -> tuple[float, tuple[Run, ...]]:
    side, margin = _margins(style)
    margin = min(margin + 1.0, style.height / 4)
    inner, tall = style.width - 2 * side, style.height - 2 * margin
    paragraphs = [(line, face.widths(line)) for line in text.split("\n")]

    def broken(size: float) -> list[str]:
        return [part for line, widths in paragraphs for part in _wrap(line, widths, (inner + 0.01) / size)]

    def fits(size: float) -> bool:
        lines = broken(size)
        needed = face.top - face.bottom + (len(lines) - 1) * face.leading
        widest = max((face.width(line) for line in lines), default=0.0)
        return needed * size <= tall + 0.01 and widest * size <= inner + 0.02

    size = _largest(style, fits)
    y = style.height - margin - face.top * size
    runs = []
    for line in broken(size):
        if line.strip():
            runs.append(Run(side + (inner - face.width(line) * size) * style.align / 2, y, line))
        y -= face.leading * size
    return size, tuple(runs)


def _wrap(line: str, widths: Sequence[float], room: float) -> list[str]:
    """Break a line before the word that would pass `room` (in ems), and a word longer than that anywhere."""
    done: list[str] = []
    start, filled, space = 0, 0.0, -1
    index = 0
    while index < len(line):
        filled += widths[index]
        if line[index] == " ":
            space = index  # a space may hang over the end of its line: it has no ink
        elif filled > room and index > start:
            if space >= start:
                done.append(line[start:space])
                start = space + 1
            else:
                done.append(line[start:index])
                start = index
            filled, space, index = 0.0, -1, start
            continue
        index += 1
    return [*done, line[start:].rstrip(" ") if done else line[start:]]


def _in_cells(style: Style, text: str, cells: int, face: Typeface) -> tuple[float, tuple[Run, ...]]:
    _, margin = _margins(style)
    cell = style.width / cells
    widest, (low, high) = max(face.widths(text)), face.ink(text)
    tall = style.height - 2 * margin

    def fits(size: float) -> bool:
        return widest * size <= cell and (high - low) * size <= tall + 0.01

    size = _largest(style, fits, auto=max(SMALLEST, min(LARGEST_AUTO, _quarter(tall / (face.top - face.bottom)))))
    y = _baseline(style, size, low, high, margin, face)
    first = {0: 0, 1: (cells - len(text)) // 2, 2: cells - len(text)}[style.align]
    runs = []
    for number, letter in enumerate(text, first):
        if letter != " ":
            runs.append(Run(number * cell + (cell - face.width(letter) * size) / 2, y, letter))
    return size, tuple(runs)


# ---------------------------------------------------------------- lists


def list_look(style: Style, rows: Sequence[str], chosen: Sequence[int]) -> tuple[Look, int]:
    """Draw a list's rows so that every chosen one is seen; return also the number of the first row drawn.

    Where the chosen rows stand too far apart for one window, they are drawn alone. Rows that are too wide are made
    smaller together; raises DoesNotFit where that would become unreadable.
    """
    face = typeface(style.face)
    side, margin = _margins(style)
    inner, tall = style.width - 2 * side, style.height - 2 * margin

    def window(size: float) -> list[int]:
        room = int((tall / size + 0.01) / face.leading)
        first, last = (min(chosen), max(chosen)) if chosen else (0, 0)
        if last - first < room:
            top = 0 if last < room else min(first, len(rows) - room)
            return list(range(top, min(top + room, len(rows))))
        return list(chosen)

    def fits(size: float) -> bool:
        shown = window(size)
        widest = max((face.width(rows[number]) for number in shown), default=0.0)
        return widest * size <= inner + 0.01 and len(shown) * face.leading * size <= tall + 0.01

    size = _largest(style, fits)
    shown = window(size)
    under, runs, row_height = [_box(style)], [], face.leading * size
    y = style.height - margin
    for number in shown:
        y -= row_height
        if number in chosen:
            bar = (style.edge, y, style.width - 2 * style.edge, row_height)
            under.append(b"q " + _HIGHLIGHT + b" " + _numbers(*bar) + b" re f Q\n")
        if rows[number].strip():
            runs.append(Run(side, y + (row_height - face.cap_height * size) / 2, rows[number]))
    return Look(style, b"".join(under), size, tuple(runs)), shown[0] if shown else 0


# ---------------------------------------------------------------- marks


def mark_look(style: Style, symbol: str, *, on: bool, round_box: bool = False) -> Look:
    """Draw a check box or a radio button by paths, which need no font.

    Symbol is what the form's caption names in ZapfDingbats: 4 check, 8 cross, l circle, n square, u diamond, H star.
    """
    under = _round(style) if round_box else _box(style)
    if on:
        side = min(style.width, style.height) - 2 * style.edge
        x, y = style.width / 2, style.height / 2
        under += b"q " + _paint(style.ink, stroke=False) + b"\n" + _symbol(symbol, x, y, side / 2) + b"Q\n"
    return Look(style, under)


_STAR = [
    (0, 1), (0.225, 0.309), (0.951, 0.309), (0.363, -0.118), (0.588, -0.809), (0, -0.382), (-0.588, -0.809),
    (-0.363, -0.118), (-0.951, 0.309), (-0.225, 0.309),
]  # fmt: skip
_SHAPES: dict[str, list[tuple[float, float]]] = {
    "4": [(-0.72, -0.02), (-0.5, 0.16), (-0.22, -0.24), (0.5, 0.68), (0.72, 0.54), (-0.18, -0.66)],
    "8": [
        (-0.66, -0.5), (-0.16, 0), (-0.66, 0.5), (-0.5, 0.66), (0, 0.16), (0.5, 0.66), (0.66, 0.5), (0.16, 0),
        (0.66, -0.5), (0.5, -0.66), (0, -0.16), (-0.5, -0.66),
    ],
    "n": [(-0.55, -0.55), (0.55, -0.55), (0.55, 0.55), (-0.55, 0.55)],
    "u": [(0, -0.75), (0.75, 0), (0, 0.75), (-0.75, 0)],
    "H": [(0.8 * x, 0.8 * y) for x, y in _STAR],
}  # fmt: skip


def _symbol(symbol: str, x: float, y: float, radius: float) -> bytes:
    if symbol == "l":
        return _circle(x, y, radius * 0.5) + b" f\n"
    shape = _SHAPES.get(symbol, _SHAPES["4"])
    points = [_numbers(x + radius * px, y + radius * py) for px, py in shape]
    return points[0] + b" m " + b" ".join(point + b" l" for point in points[1:]) + b" f\n"


def _circle(x: float, y: float, radius: float) -> bytes:
    bend = radius * 0.5523
    path = _numbers(x + radius, y) + b" m "
    for a, b, c, d, e, f in (
        (radius, bend, bend, radius, 0, radius),
        (-bend, radius, -radius, bend, -radius, 0),
        (-radius, -bend, -bend, -radius, 0, -radius),
        (bend, -radius, radius, -bend, radius, 0),
    ):
        path += _numbers(x + a, y + b, x + c, y + d, x + e, y + f) + b" c "
    return path + b"h"


# ---------------------------------------------------------------- box


def _round(style: Style) -> bytes:
    radius = min(style.width, style.height) / 2
    x, y, out = style.width / 2, style.height / 2, b""
    if style.ground:
        out += b"q " + _paint(style.ground, stroke=False) + b" " + _circle(x, y, radius) + b" f Q\n"
    if style.border and style.border_width > 0:
        drawn = _circle(x, y, max(radius - style.border_width / 2, 0.1))
        line = b" " + _numbers(style.border_width) + b" w "
        out += b"q " + _paint(style.border, stroke=True) + line + drawn + b" S Q\n"
    return out


def _box(style: Style) -> bytes:
    """Draw ground and border, as the field's own characteristics say (ISO 32000-1, 12.5.6.19)."""
    out = b""
    width, height, line = style.width, style.height, style.border_width
    if style.ground:
        out += b"q " + _paint(style.ground, stroke=False) + b" " + _numbers(0, 0, width, height) + b" re f Q\n"
    if not style.border or line <= 0:
        return out
    if style.border_kind in ("B", "I"):
        upper, lower = ((1.0,), _darker(style.ground)) if style.border_kind == "B" else ((0.5,), (0.75,))
        out += b"q " + _paint(upper, stroke=False) + b" " + _bevel(width, height, line, upper=True) + b" f Q\n"
        out += b"q " + _paint(lower, stroke=False) + b" " + _bevel(width, height, line, upper=False) + b" f Q\n"
    out += b"q " + _paint(style.border, stroke=True) + b" " + _numbers(line) + b" w "
    if style.border_kind == "D":
        out += b"[" + _numbers(*style.dash) + b"] 0 d "
    if style.border_kind == "U":
        return out + _numbers(0, line / 2) + b" m " + _numbers(width, line / 2) + b" l S Q\n"
    return out + _numbers(line / 2, line / 2, max(width - line, 0), max(height - line, 0)) + b" re S Q\n"


def _darker(ground: Colour) -> Colour:
    if len(ground) == 4:
        return (*ground[:3], min(1.0, ground[3] + 0.3))
    return tuple(part * 0.7 for part in ground) or (0.7,)


def _bevel(width: float, height: float, line: float, *, upper: bool) -> bytes:
    a, b = line, 2 * line
    inner = [(b, b), (b, height - b), (width - b, height - b)]
    outer = [(width - a, height - a), (a, height - a), (a, a)]
    if not upper:
        inner, outer = (
            [(b, b), (width - b, b), (width - b, height - b)],
            [(width - a, height - a), (width - a, a), (a, a)],
        )
    points = [_numbers(x, y) for x, y in inner + outer]
    return points[0] + b" m " + b" ".join(point + b" l" for point in points[1:])


def _cells(style: Style, cells: int) -> bytes:
    """Draw the lines between a comb's cells, where the field has a border to draw them like."""
    if cells < 2 or not style.border or style.border_width <= 0 or style.border_kind not in ("S", "D"):
        return b""
    cell, line = style.width / cells, style.border_width
    out = b"q " + _paint(style.border, stroke=True) + b" " + _numbers(line) + b" w "
    for number in range(1, cells):
        out += _numbers(cell * number, line) + b" m " + _numbers(cell * number, style.height - line) + b" l "
    return out + b"S Q\n"


def _paint(colour: Colour, *, stroke: bool) -> bytes:
    operator = {1: b"g", 3: b"rg", 4: b"k"}[len(colour)]
    return _numbers(*colour) + b" " + (operator.upper() if stroke else operator)


def _numbers(*values: float) -> bytes:
    return b" ".join(f"{value:.3f}".rstrip("0").rstrip(".").encode("ascii") for value in values)
