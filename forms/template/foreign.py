"""PDF form → the form as it was drawn: its words line by line, its fields where they stand among them.

A PDF knows letters and places, not paragraphs: lines are letters of one height. What a field says of itself (tooltip,
options, length, comb) is believed before what stands beside it. A PDF without fields is read by its dots.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from forms.acroform import FormField, FormFileBroken, FormFileTooLarge, FormHasNoFields, list_fields
from forms.template.proposal.draft import Remark
from forms.template.proposal.paper import (
    Align,
    Box,
    Gap,
    Hint,
    Paper,
    Paragraph,
    Piece,
    Space,
    Words,
    in_pieces,
    joined,
)

MAX_PAGES: Final = 40
MAX_LETTERS: Final = 200_000
_DOTS: Final = frozenset("._…‥․")


@dataclass
class _Mark:
    """Be a letter or a field at its place."""

    x0: float
    y0: float
    x1: float
    y1: float
    letter: str = ""
    piece: Piece | None = None


def read_pdf(data: bytes) -> tuple[Paper, tuple[Remark, ...]]:
    """Return the form in a PDF, and what is to be said of it.

    Raises FormFileBroken, FormFileTooLarge, FormFileLocked, FormIsDynamicXfa, FormHasNoFields.
    """
    listing = list_fields(data)
    if listing.pages > MAX_PAGES:
        raise FormFileTooLarge("TOO_MANY_PAGES")
    fields = _places(listing.fields)
    remarks = [Remark("LOOKS_LOST")]
    lines: list[Paragraph] = []
    landscape = False
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise FormFileBroken("BROKEN") from error
    try:
        left = MAX_LETTERS
        for number in range(len(document)):
            page = document[number]
            width, height = page.get_size()
            landscape = landscape or (number == 0 and width > height)
            letters = list(_letters(page, left))
            left -= len(letters)
            if left <= 0:
                raise FormFileTooLarge("TOO_LARGE")
            if not letters:
                remarks.append(Remark("SCANNED", {"page": str(number + 1)}))
            lines += _lines(letters, fields.get(number + 1, []), width)
    except pdfium.PdfiumError as error:
        raise FormFileBroken("BROKEN") from error
    finally:
        document.close()
    if not fields and not any(line.has(Gap, Box) for line in lines):
        raise FormHasNoFields
    return Paper(tuple(lines), landscape=landscape), tuple(remarks)


def _places(found: tuple[FormField, ...]) -> dict[int, list[_Mark]]:
    """Return the fields that people fill by page, each as a gap or a box."""
    out: dict[int, list[_Mark]] = {}
    for field in found:
        if field.kind not in ("text", "checkbox", "radio", "choice"):
            continue
        for number, place in enumerate(field.places):
            if place.page is None or place.box is None:
                continue
            x0, y0, x1, y1 = (float(v) for v in place.box)
            piece: Piece
            if field.kind == "radio" or (field.kind == "checkbox" and len(field.options) > 1):
                option = field.options[min(number, len(field.options) - 1)] if field.options else ""
                piece = Box(_hint(field, "choice"), option)
            elif field.kind == "checkbox":
                piece = Box(_hint(field, "check"))
            else:
                if number:
                    continue  # the same value a second time
                piece = Gap(max(3, int((x1 - x0) / 5)), _hint(field, "choice" if field.kind == "choice" else "text"))
                y0 = max(y0, y1 - 16)  # a tall field stands at the height of its first line
            out.setdefault(place.page, []).append(_Mark(x0, y0, x1, y1, piece=piece))
    return out


def _hint(field: FormField, kind: Any) -> Hint:
    tooltip = " ".join(unicodedata.normalize("NFC", field.tooltip or "").split())
    options = tuple(zip(field.options, field.option_labels, strict=False)) if kind == "choice" else ()
    return Hint(
        name=field.name[-60:],
        kind=kind,
        label=tooltip[:200] if tooltip != field.name else "",
        required=field.required,
        max_length=field.max_length,
        multiline=field.multiline,
        comb=field.comb,
        options=options,
    )


def _letters(page: Any, limit: int) -> Iterator[_Mark]:
    text = page.get_textpage()
    count = text.count_chars()
    if count > limit:
        raise FormFileTooLarge("TOO_LARGE")
    for at in range(count):
        code = raw.FPDFText_GetUnicode(text, at)
        if code < 32 or code == 0xFFFE:
            continue
        letter = chr(code) if code <= 0x10FFFF else ""
        if not letter or unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs", "Cn"):
            continue
        x0, y0, x1, y1 = text.get_charbox(at, loose=True)
        if letter.isspace() or (x1 <= x0 and y1 <= y0):
            continue  # blanks are made from distances: some files draw none
        yield _Mark(x0, y0, x1, y1, letter)


def _lines(letters: list[_Mark], fields: list[_Mark], width: float) -> list[Paragraph]:
    """Return the lines of a page from its top: marks whose middles are within each other's heights."""
    covered = [mark for mark in letters if not (mark.letter in _DOTS and any(_within(mark, field) for field in fields))]
    rows: list[list[_Mark]] = []
    for mark in sorted([*covered, *fields], key=lambda m: -(m.y0 + m.y1)):
        middle = (mark.y0 + mark.y1) / 2
        for row in reversed(rows[-4:]):
            first = row[0]
            if first.y0 <= middle <= first.y1 or mark.y0 <= (first.y0 + first.y1) / 2 <= mark.y1:
                row.append(mark)
                break
        else:
            rows.append([mark])
    inked = [mark for row in rows for mark in row]
    left, right = (min(m.x0 for m in inked), max(m.x1 for m in inked)) if inked else (0.0, width)
    out: list[Paragraph] = []
    ends = 0.0
    for row in rows:
        row.sort(key=lambda m: m.x0)
        pieces = joined(_pieces(row))
        if not pieces:
            continue
        line = Paragraph(pieces, _align(row, left, right))
        last = out[-1] if out else None
        # A line that reaches the margin and goes on in a small letter is one paragraph with the next.
        if (
            last is not None and line.text[:1].islower() and ends > left + 0.85 * (right - left)
            and not last.has(Gap, Box) and not last.text.endswith((".", ":", ";"))
        ):  # fmt: skip
            out[-1] = replace(last, pieces=joined((*last.pieces, Words(" "), *line.pieces)), align="left")
        else:
            out.append(line)
        ends = row[-1].x1
    return out


def _within(mark: _Mark, field: _Mark) -> bool:
    middle = (mark.x0 + mark.x1) / 2
    return field.x0 - 2 <= middle <= field.x1 + 2 and field.y0 - 4 <= mark.y0 <= field.y1


def _align(row: list[_Mark], left: float, right: float) -> Align:
    middle, width = (row[0].x0 + row[-1].x1) / 2, max(1.0, right - left)
    if row[0].x0 - left > 0.08 * width and abs(middle - (left + right) / 2) < 0.05 * width:
        return "center"
    ends = row[-1].x1 > left + 0.85 * width
    return "right" if row[0].x0 > left + (0.35 if ends else 0.5) * width else "left"


def _pieces(row: list[_Mark]) -> Iterator[Piece]:
    """Turn the marks of a line into pieces; distances become blanks, wide ones a space as a tab makes."""
    text, last = "", None
    for mark in row:
        if last is not None:
            away, height = mark.x0 - last.x1, max(4.0, min(last.y1 - last.y0, mark.y1 - mark.y0))
            if away > 3 * height and not (text and text[-1] in _DOTS) and mark.piece is None and last.piece is None:
                yield from in_pieces(unicodedata.normalize("NFC", text))
                text = ""
                yield Space()
            elif away > 0.16 * height and not text.endswith(" "):
                text += " "
        if mark.piece is None:
            text += mark.letter
        else:
            if text:
                yield from in_pieces(unicodedata.normalize("NFC", text))
                text = ""
            yield mark.piece
        last = mark
    if text:
        yield from in_pieces(unicodedata.normalize("NFC", text))
