"""A paper form as it was drawn, whatever file it came in: paragraphs of words, gaps and boxes, and tables of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

_NUMBER: Final = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}|[A-Za-zĐđ])[.)]?\s*")

Align: TypeAlias = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Hint:
    """Tell what a file that has real fields knows of one of them."""

    name: str
    kind: Literal["text", "check", "choice"]
    label: str = ""
    """What its maker says of it to people; empty where the words beside it must do."""
    required: bool = False
    max_length: int | None = None
    multiline: bool = False
    comb: bool = False
    options: tuple[tuple[str, str], ...] = ()
    """Value and words of each choice."""


@dataclass(frozen=True)
class Words:
    """Be printed text of one look."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True)
class Gap:
    """Be a place to write on: dots, a line, or a field of the file."""

    size: int
    """About how many letters it has room for."""
    hint: Hint | None = None


@dataclass(frozen=True)
class Box:
    """Be a box to tick."""

    hint: Hint | None = None
    option: str = ""
    """Of a group of boxes that are one field: the value that this one stands for."""


@dataclass(frozen=True)
class Space:
    """Be a wide space between two things on one line, as a tab makes."""


@dataclass(frozen=True)
class Break:
    """Be the end of a line within a paragraph."""


@dataclass(frozen=True)
class NoteMark:
    """Be a raised number that leads to a note."""

    text: str


Piece: TypeAlias = Words | Gap | Box | Space | Break | NoteMark


def _sign(piece: Piece) -> str:
    match piece:
        case Words():
            return piece.text
        case Gap():
            return "…"
        case Box():
            return "□"
        case NoteMark():
            return ""
        case _:
            return " "


@dataclass(frozen=True)
class Paragraph:
    """Be one paragraph: its pieces in order and how it stands."""

    pieces: tuple[Piece, ...]
    align: Align = "left"

    @property
    def text(self) -> str:
        """Return its words; a gap is one …, a box □."""
        return " ".join("".join(map(_sign, self.pieces)).split())

    @property
    def words(self) -> str:
        """Return its words alone."""
        return " ".join("".join(p.text if isinstance(p, Words) else " " for p in self.pieces).split())

    @property
    def bold(self) -> bool:
        """Say whether all of its words are bold; the number of a list has a look of its own."""
        written = [p for p in self.pieces if isinstance(p, Words) and p.text.strip()]
        if len(written) > 1 and _NUMBER.fullmatch(written[0].text):
            written = written[1:]
        return bool(written) and all(p.bold for p in written)

    @property
    def italic(self) -> bool:
        """Say whether all of its words are italic."""
        written = [p for p in self.pieces if isinstance(p, Words) and p.text.strip()]
        return bool(written) and all(p.italic for p in written)

    @property
    def capitals(self) -> bool:
        """Say whether it has words and all of them are in capitals."""
        letters = [c for c in self.words if c.isalpha()]
        return len(letters) > 3 and all(c.isupper() for c in letters)

    def has(self, *kinds: type) -> bool:
        """Say whether it has a piece of one of these kinds."""
        return any(isinstance(piece, kinds) for piece in self.pieces)


@dataclass(frozen=True)
class Cell:
    """Be one cell of a table."""

    blocks: tuple[Block, ...]
    across: int = 1
    """How many columns it covers."""
    continued: bool = False
    """It is the lower part of the cell above it."""

    @property
    def text(self) -> str:
        """Return its words."""
        return " ".join(p.text for p in paragraphs(self.blocks) if p.text)

    @property
    def empty(self) -> bool:
        """Say whether there is nothing in it, or only dots."""
        return not any(c.isalnum() or c == "□" for c in self.text)


@dataclass(frozen=True)
class Grid:
    """Be a table as it was drawn."""

    rows: tuple[tuple[Cell, ...], ...]
    ruled: bool = True
    """It has lines; without them it only puts things side by side."""
    heads: int = 0
    """How many rows its maker marked as repeated heads."""
    widths: tuple[int, ...] = ()
    """Of its columns, in any unit."""


Block: TypeAlias = Paragraph | Grid


@dataclass(frozen=True)
class Paper:
    """Be a whole form on paper."""

    blocks: tuple[Block, ...]
    notes: tuple[Paragraph, ...] = ()
    """Footnotes, in order, each beginning with its number."""
    landscape: bool = False
    remarks: tuple[str, ...] = ()
    """Codes of what in the file was not read: PICTURES, LINKS, HEADERS, COMMENTS, CHANGES, SHAPES."""


def paragraphs(blocks: Iterable[Block]) -> Iterator[Paragraph]:
    """Walk the paragraphs of blocks, those within tables too, in reading order."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row:
                    yield from paragraphs(cell.blocks)


# --- gaps in running text --------------------------------------------------------------------------------------------

_DOTS: Final = "._…‥․"
_RUN: Final = re.compile(rf"[{_DOTS}]+(?: [{_DOTS}]+)*")
_BOXES: Final = re.compile("[□☐◻▢❏❐❑❒☑☒🗆¨]")
"""A lone diaeresis is what a box of Wingdings becomes where its typeface was lost."""
_SHORT_BEFORE: Final = re.compile(r"(?:[:/]|\b(?:ngày|tháng|năm|số|lúc|giờ|quý|kỳ))\s*$", re.IGNORECASE)
_SHORT_AFTER: Final = re.compile(r"\s*(?:/|,?\s*(?:ngày|tháng|năm)\b)", re.IGNORECASE)


def in_pieces(text: str, bold: bool = False, italic: bool = False) -> Iterator[Piece]:
    """Cut a text where dots or lines are to be written on, and where boxes are to be ticked."""
    at = 0
    for found in _RUN.finditer(text):
        weight = sum(3 if c == "…" else 2 if c == "‥" else 1 for c in found[0] if c != " ")
        if weight < 3 or (weight < 4 and not _beside(text, found.start(), found.end())):
            continue
        if found[0].count("_") == 0 and weight < 7 and re.search(r"v\.v$", text[: found.start()]):
            continue  # "v.v....": and so on
        yield from _boxes(text[at : found.start()], bold, italic)
        yield Gap(weight)
        at = found.end()
    yield from _boxes(text[at:], bold, italic)


def _beside(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 20) : start], text[end : end + 20]
    return bool(_SHORT_BEFORE.search(before) or _SHORT_AFTER.match(after))


def _boxes(text: str, bold: bool, italic: bool) -> Iterator[Piece]:
    at = 0
    for found in _BOXES.finditer(text):
        if found.start() > at:
            yield Words(text[at : found.start()], bold, italic)
        yield Box()
        at = found.end()
    if at < len(text):
        yield Words(text[at:], bold, italic)


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Join neighbours that are one thing: words of one look, gaps with nothing but blanks or full stops between."""
    out: list[Piece] = []
    for piece in pieces:
        last = out[-1] if out else None
        if (
            isinstance(piece, Words)
            and isinstance(last, Words)
            and (piece.bold, piece.italic) == (last.bold, last.italic)
        ):
            out[-1] = Words(last.text + piece.text, last.bold, last.italic)
        elif isinstance(piece, Gap) and piece.hint is None:
            between = last if isinstance(last, Words) and not last.text.strip(" .") else None
            before = out[-2] if between is not None and len(out) > 1 else last
            if isinstance(before, Gap) and before.hint is None:
                if between is not None:
                    out.pop()
                out[-1] = Gap(before.size + piece.size)
            else:
                out.append(piece)
        else:
            out.append(piece)
    # The full stop that ends dots is one of them.
    for at, piece in enumerate(out):
        if at and isinstance(piece, Words) and isinstance(out[at - 1], Gap) and piece.text[:1] in ".…":
            out[at] = Words(piece.text.lstrip(".…"), piece.bold, piece.italic)
    while out and isinstance(out[-1], Break | Space):
        out.pop()
    return tuple(piece for piece in out if not isinstance(piece, Words) or piece.text)
