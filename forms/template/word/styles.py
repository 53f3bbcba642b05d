"""What a Word document says of the look of its paragraphs elsewhere than in them: styles and numbering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from forms.template.word.archive import Reader

_LEVELS: Final = 9
_ROMAN: Final = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
                 (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
OFF: Final = ("0", "false", "off", "none")


@dataclass(frozen=True)
class Look:
    """Hold what is known of a paragraph's look; None where it says nothing and what it is based on holds."""

    bold: bool | None = None
    italic: bool | None = None
    capitals: bool | None = None
    underlined: bool | None = None
    hidden: bool | None = None
    raised: bool | None = None
    align: str | None = None
    leaders: tuple[bool, ...] | None = None
    """For each tab stop, in order: whether dots or a line lead to it."""
    list_id: str | None = None
    list_level: int | None = None
    ruled: bool | None = None
    """Of a table: whether it has lines."""

    def over(self, below: Look) -> Look:
        """Return this look with what it leaves open taken from another."""
        own = {name: value for name, value in vars(self).items() if value is not None}
        return replace(below, **own)


@dataclass
class _Style:
    based_on: str = ""
    look: Look = field(default_factory=Look)


def on(attributes: Mapping[str, str]) -> bool:
    """Say whether a switch such as <w:b/> is on."""
    return attributes.get("val", "1") not in OFF


class Styles(Reader):
    """Read word/styles.xml."""

    def __init__(self) -> None:
        super().__init__()
        self._styles: dict[str, _Style] = {}
        self._default = ""
        self._at: _Style | None = None
        self._inside: list[str] = []

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take in a style."""
        self._inside.append(name)
        if name == "style":
            self._at = self._styles.setdefault(attributes.get("styleId", ""), _Style())
            if attributes.get("type") == "paragraph" and attributes.get("default", "0") not in OFF:
                self._default = attributes.get("styleId", "")
        elif self._at is not None:
            if name == "basedOn":
                self._at.based_on = attributes.get("val", "")
            else:
                self._at.look = look_of(self._at.look, name, attributes, self._inside)

    def end(self, name: str) -> None:
        """Leave a style."""
        self._inside.pop()
        if name == "style":
            self._at = None

    def look(self, style: str) -> Look:
        """Return the look of a style with all that it is based on; of none: that of plain paragraphs."""
        look, seen = Look(), set[str]()
        at = style or self._default
        while at in self._styles and at not in seen and len(seen) < 20:
            seen.add(at)
            look = look.over(self._styles[at].look)
            at = self._styles[at].based_on
        return look


def look_of(look: Look, name: str, attributes: Mapping[str, str], inside: list[str]) -> Look:
    """Return a look with what one property element of a paragraph, run or table adds to it."""
    match name:
        case "b":
            return replace(look, bold=on(attributes))
        case "i":
            return replace(look, italic=on(attributes))
        case "caps":
            return replace(look, capitals=on(attributes))
        case "vanish":
            return replace(look, hidden=on(attributes))
        case "u":
            return replace(look, underlined=on(attributes))
        case "vertAlign":
            return replace(look, raised=attributes.get("val") == "superscript")
        case "jc" if "tblPr" not in inside:
            return replace(look, align=attributes.get("val", "left"))
        case "tab" if "tabs" in inside:
            if attributes.get("val") == "clear":
                return look
            return replace(look, leaders=(*(look.leaders or ())[:30], attributes.get("leader", "none") not in OFF))
        case "numId":
            return replace(look, list_id=attributes.get("val", ""))
        case "ilvl":
            level = attributes.get("val", "0")
            return replace(look, list_level=int(level) if level in tuple("012345678") else 0)
        case "top" | "left" | "start" | "insideH" | "insideV" if "tblBorders" in inside:
            return replace(look, ruled=bool(look.ruled) or attributes.get("val", "nil") not in ("nil", "none"))
    return look


@dataclass
class _Level:
    kind: str = "decimal"
    text: str = ""
    start: int = 1


class Numbering(Reader):
    """Read word/numbering.xml, and count the numbers that Word would print."""

    def __init__(self) -> None:
        super().__init__()
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._at_abstract = self._at_list = ""
        self._level: _Level | None = None

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take in a list's levels."""
        value = attributes.get("val", "")
        if name == "abstractNum":
            self._at_abstract = attributes.get("abstractNumId", "")
            self._abstract[self._at_abstract] = {}
        elif name == "num":
            self._at_list, self._at_abstract = attributes.get("numId", ""), ""
        elif name == "abstractNumId" and self._at_list:
            self._lists[self._at_list] = value
        elif name == "lvl" and self._at_abstract:
            level = attributes.get("ilvl", "0")
            self._level = _Level()
            if level in tuple("012345678"):
                self._abstract[self._at_abstract][int(level)] = self._level
        elif self._level is not None and name == "numFmt":
            self._level.kind = value
        elif self._level is not None and name == "lvlText":
            self._level.text = value[:40]
        elif self._level is not None and name == "start":
            self._level.start = int(value) if value.isdigit() and len(value) < 5 else 1

    def end(self, name: str) -> None:
        """Leave a level, or a list."""
        if name == "lvl":
            self._level = None
        elif name == "num":
            self._at_list = ""

    def next(self, list_id: str, level: int) -> str:
        """Count one more paragraph of a list and return its number as printed; "" for bullets and unknown lists."""
        abstract = self._lists.get(list_id, "")
        levels = self._abstract.get(abstract, {})
        own = levels.get(level)
        if own is None or own.kind in ("none", "bullet"):
            return "-" if own is not None and own.kind == "bullet" else ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        now = counts[level]
        counts[level] = own.start if now is None else now + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        text = own.text
        for at in range(level + 1):
            shown = levels.get(at, own)
            count = counts[at]
            text = text.replace(f"%{at + 1}", _number(shown.start if count is None else count, shown.kind))
        return text


def _number(count: int, kind: str) -> str:
    if kind in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        text = ""
        for value, sign in _ROMAN:
            text += sign * (count // value)
            count %= value
        return text.upper() if kind == "upperRoman" else text
    if kind in ("lowerLetter", "upperLetter") and 0 < count <= 26:
        letter = chr(96 + count)
        return letter.upper() if kind == "upperLetter" else letter
    return str(count)
