"""From a field and its value to its looks: reads the field's own characteristics and hands them to `look`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from forms.acroform import look
from forms.acroform.errors import FieldProblem
from forms.acroform.look import Colour, DoesNotFit, Look, Style
from forms.acroform.objects import is_dictionary, name_of, numbers, text_of, whole
from forms.acroform.tree import COMBO, MULTILINE, PASSWORD, Node, Widget
from forms.acroform.typeface import face_for, face_like
from forms.acroform.values import Wanted, tidy

DOT = "•"
_TOKEN = re.compile(rb"/[^\s/()<>\[\]{}%]*|[-+.0-9]+|[A-Za-z*'\"]+")
_INVISIBLE = 0.2
"""Difference of brightness between ink and ground below which letters are drawn black or white instead."""


class NotDrawn(Exception):
    """A field cannot be drawn; carries the problem."""

    def __init__(self, problem: FieldProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True)
class Drawn:
    """Be what changes at one widget."""

    widget: Widget
    look: Look | None = None
    """The appearance to write; None keeps those it has."""
    state: str | None = None
    """Of buttons: which appearance is shown."""
    states: tuple[tuple[str, Look], ...] = ()
    """Of buttons that had no appearance: all of them."""
    top: int | None = None
    """Of lists: the first row shown."""


def draw(form: Any, wanted: Wanted) -> Iterator[Drawn]:
    """Draw a value at each widget of its field; raises NotDrawn where it would not be seen whole."""
    node = wanted.node
    for widget in node.widgets:
        style = style_of(form, node, widget)
        if style is None:  # no box, nothing to see
            yield Drawn(widget, state="Off" if node.kind in ("checkbox", "radio") else None)
        elif node.kind in ("checkbox", "radio"):
            yield _button(wanted, widget, style)
        else:
            yield _text(wanted, widget, style)


def _text(wanted: Wanted, widget: Widget, style: Style) -> Drawn:
    node = wanted.node
    options = node.options()
    if node.kind == "choice" and not node.flags & COMBO:
        rows = [tidy(label).replace("\n", " ") for _, label in options]
        style = _able(node, style, "".join(rows))
        try:
            drawn, top = look.list_look(style, rows, wanted.chosen)
        except DoesNotFit:
            raise NotDrawn(FieldProblem(node.name, "FIELD_BOX_TOO_SMALL")) from None
        return Drawn(widget, drawn, top=top)
    if node.kind == "choice":
        shown = wanted.text or "".join(options[number][1] for number in wanted.chosen[:1])
        shown = tidy(shown).replace("\n", " ")
    else:
        shown = wanted.text or ""
    if node.kind == "text" and node.flags & PASSWORD:
        shown = DOT * len(shown)
    style = _able(node, style, shown)
    comb = node.max_length if node.comb else None
    multiline = node.kind == "text" and bool(node.flags & MULTILINE) and not node.flags & PASSWORD
    try:
        return Drawn(widget, look.text_look(style, shown, multiline=multiline, comb=comb or 0))
    except DoesNotFit:
        raise NotDrawn(FieldProblem(node.name, "FIELD_BOX_TOO_SMALL")) from None


def _able(node: Node, style: Style, text: str) -> Style:
    """Choose a face that has all letters."""
    face, missing = face_for(text.replace("\n", ""), style.face)
    if missing:
        told = " ".join(c if c.isprintable() and not c.isspace() else f"U+{ord(c):04X}" for c in missing[:10])
        raise NotDrawn(FieldProblem(node.name, "FIELD_LETTERS_MISSING", {"letters": told}))
    return dataclasses.replace(style, face=face)


def _button(wanted: Wanted, widget: Widget, style: Style) -> Drawn:
    node = wanted.node
    own = widget.states
    if own:
        return Drawn(widget, state=wanted.state if wanted.state in own else "Off")
    # No appearance at all: a mark of our own, under the name that the field's states gave it.
    index = [w.obj.objgen for w in node.widgets].index(widget.obj.objgen) if len(node.widgets) > 1 else 0
    names = [state for _, state in node.states()]
    name = names[min(index, len(names) - 1)]
    caption = text_of(_characteristics(widget).get("/CA")) or ("l" if node.kind == "radio" else "4")
    round_box = node.kind == "radio" and caption == "l"
    style = dataclasses.replace(style, ink=_visible(style.ink, style.ground))
    states = tuple(
        (state, look.mark_look(style, caption[:1], on=state != "Off", round_box=round_box)) for state in (name, "Off")
    )
    return Drawn(widget, state=wanted.state if wanted.state == name else "Off", states=states)


# ---------------------------------------------------------------- the field's own characteristics


def _characteristics(widget: Widget) -> Any:
    found = widget.obj.get("/MK")
    return found if is_dictionary(found) else pikepdf.Dictionary()


def style_of(form: Any, node: Node, widget: Widget) -> Style | None:
    """Read how a widget wants to be drawn; None where its box is empty."""
    if widget.box is None:
        return None
    width, height = widget.box[2] - widget.box[0], widget.box[3] - widget.box[1]
    if width <= 0 or height <= 0:
        return None
    look_of = _characteristics(widget)
    turn = whole(look_of.get("/R"), 0) % 360
    if turn in (90, 270):
        width, height = height, width
    size, ink, face = _default_appearance(form, node, widget)
    ground, line = _colour(look_of.get("/BG")), _colour(look_of.get("/BC"))
    border_width, kind, dash = _border(widget.obj)
    border_width = min(border_width, width / 4, height / 4)
    align = whole(_for_text(form, node, widget, "/Q"), 0)
    return Style(
        width=width,
        height=height,
        turn=turn if turn in (90, 180, 270) else 0,
        ground=ground,
        border=line,
        border_width=border_width,
        border_kind=kind,
        dash=dash,
        ink=_visible(ink, ground),
        size=size,
        align=align if align in (0, 1, 2) else 0,
        face=face,
    )


def _for_text(form: Any, node: Node, widget: Widget, key: str) -> Any:
    """Look an entry for variable text up: widget, field and those above it, the form."""
    if key in widget.obj:
        return widget.obj.get(key)
    found = node.inherited(key)
    return found if found is not None else form.get(key)


def _colour(array: Any) -> Colour:
    found = numbers(array)
    if found is None or len(found) not in (1, 3, 4):
        return ()
    return tuple(min(1.0, max(0.0, value)) for value in found)


def _border(obj: Any) -> tuple[float, str, tuple[float, ...]]:
    width, kind = 1.0, "S"
    dash: tuple[float, ...] = (3.0,)
    style = obj.get("/BS")
    if is_dictionary(style):
        found = numbers(pikepdf.Array([style.get("/W", 1)]), 1)
        width = found[0] if found else 1.0
        name = name_of(style.get("/S")) or "S"
        kind = name if name in ("S", "D", "B", "I", "U") else "S"
        dash = numbers(style.get("/D")) or dash
    elif (old := obj.get("/Border")) is not None and isinstance(old, pikepdf.Array) and len(old) >= 3:
        found = numbers(pikepdf.Array([old[2]]), 1)
        width = found[0] if found else 1.0
        if len(old) > 3 and (dashed := numbers(old[3])):
            kind, dash = "D", dashed
    if min(dash) < 0 or sum(dash) <= 0:
        dash = (3.0,)
    return min(max(width, 0.0), 20.0), kind, dash


def _default_appearance(form: Any, node: Node, widget: Widget) -> tuple[float, Colour, str]:
    """Read size, colour and nearest face out of the default appearance string."""
    source = _for_text(form, node, widget, "/DA")
    raw = bytes(source)[:2000] if isinstance(source, pikepdf.String) else b""
    size, face = 0.0, "sans"
    ink: Colour = (0.0,)
    stack: list[bytes] = []
    for token in _TOKEN.findall(raw):
        if token[:1] == b"/" or token[:1] in b"-+.0123456789":
            stack.append(token)
            continue
        if token == b"Tf" and len(stack) >= 2:
            size = abs(_number(stack[-1]))
            face = face_like(_base_font(form, stack[-2]))
        elif token in (b"g", b"rg", b"k"):
            count = {b"g": 1, b"rg": 3, b"k": 4}[token]
            if len(stack) >= count:
                ink = tuple(min(1.0, max(0.0, _number(part))) for part in stack[-count:])
        stack = []
    return (0.0 if size < 0.5 else min(size, 300.0)), ink, face


def _number(token: bytes) -> float:
    try:
        return max(-1e6, min(1e6, float(token)))
    except ValueError:
        return 0.0


def _base_font(form: Any, name: bytes) -> str:
    key = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), name).decode("latin-1")
    resources = form.get("/DR")
    fonts: Any = resources.get("/Font") if is_dictionary(resources) else None
    font: Any = fonts.get(key) if is_dictionary(fonts) and len(key) > 1 else None
    base = name_of(font.get("/BaseFont")) if is_dictionary(font) else None
    return base or {"/TiRo": "Times-Roman", "/TiBo": "Times-Bold", "/HeBo": "Helvetica-Bold"}.get(key, key)


def _bright(colour: Colour) -> float:
    if len(colour) == 1:
        return colour[0]
    if len(colour) == 3:
        return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
    c, m, y, k = colour
    return (1 - k) * (1 - (0.299 * c + 0.587 * m + 0.114 * y))


def _visible(ink: Colour, ground: Colour) -> Colour:
    """Keep a form's ink unless nobody could see it on its ground."""
    under = _bright(ground) if ground else 1.0
    if abs(_bright(ink) - under) >= _INVISIBLE:
        return ink
    return (0.0,) if under > 0.5 else (1.0,)
