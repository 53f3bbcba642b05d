"""Word document → the form as it was drawn: words, gaps, boxes and tables in reading order.

What a person sees is read: numbers of lists, dots by tab leaders, boxes from symbol fonts, content controls and old
form fields; what was deleted with changes tracked, hidden text, field instructions and second copies are not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from forms.template.proposal.paper import (
    Align,
    Block,
    Box,
    Break,
    Cell,
    Gap,
    Grid,
    NoteMark,
    Paper,
    Paragraph,
    Piece,
    Space,
    Words,
    in_pieces,
    joined,
    paragraphs,
)
from forms.template.word.archive import Archive, Reader
from forms.template.word.errors import WordBomb, WordEmpty, WordUnreadable
from forms.template.word.styles import Look, Numbering, Styles, look_of, on

MAX_TEXT: Final = 300_000
"""Letters of a whole document: far more than any form has."""
MAX_PARAGRAPHS: Final = 5_000
"""Of a whole document, those of cells too."""
MAX_NESTED: Final = 6
"""Tables within tables."""

_TICKS: Final = frozenset("\u006f\u0071\u0072\u0078\u00a8\u00fe\u00fd\u0052\u0053\u0054\u00a3\u002a\u006e")
"""Letters of Wingdings and its kin that are drawn as boxes, ticked or not."""
_EXPONENTS: Final = {"2": "²", "3": "³"}
_SKIPPED: Final = frozenset((
    "del", "moveFrom", "Fallback", "instrText", "delText", "rubyPr",
    "sectPrChange", "pPrChange", "rPrChange", "tblPrChange", "numberingChange",
))  # fmt: skip


def read_word(data: bytes) -> Paper:
    """Return the form in a .docx file.

    Raises WordTooLarge, WordOld, WordLocked, WordUnreadable, WordMacros, WordBomb, WordEntities, WordExternalLinks,
    WordEmpty.
    """
    archive = Archive(data)
    archive.look_at_relations()
    main = next((path for kind, path in archive.relations("").values() if kind == "officeDocument"), "")
    if main not in archive:
        raise WordUnreadable("_rels/.rels")
    parts = {kind: path for kind, path in archive.relations(main).values() if path in archive}
    styles, numbering = Styles(), Numbering()
    if "styles" in parts:
        archive.walk(parts["styles"], styles)
    if "numbering" in parts:
        archive.walk(parts["numbering"], numbering)
    body = _Body(styles, numbering)
    archive.walk(main, body)
    notes: list[Paragraph] = []
    for kind in ("footnotes", "endnotes"):
        if kind in parts:
            told = _Body(styles, numbering, notes_as=kind[:-1])
            told.spent = body.spent
            archive.walk(parts[kind], told)
            notes += told.notes(body.noted[kind[:-1]])
    blocks = tuple(body.finished())
    if not any(p.words for p in paragraphs(blocks)):
        raise WordEmpty
    remarks = list(body.remarks)
    if any("/media/" in name for name in archive.names()):
        remarks.append("PICTURES")
    if any(re.search(r"/(header|footer)\d*\.xml$", name) for name in archive.names()):
        remarks.append("HEADERS")
    if "comments" in parts:
        remarks.append("COMMENTS")
    return Paper(blocks, tuple(notes), body.landscape, tuple(dict.fromkeys(remarks)))


@dataclass
class _Paragraph:
    """Gather one paragraph."""

    look: Look = field(default_factory=Look)
    style: str = ""
    pieces: list[Piece] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    text_look: tuple[bool, bool] = (False, False)
    base: Look | None = None
    """The look of its style."""
    tabs: int = 0

    def flush(self) -> None:
        """Cut the text gathered so far into pieces."""
        if self.text:
            self.pieces += in_pieces("".join(self.text), *self.text_look)
            self.text = []

    def add(self, piece: Piece) -> None:
        self.flush()
        self.pieces.append(piece)

    def write(self, text: str, bold: bool, italic: bool) -> None:
        # Word breaks dots over runs of different looks; a gap is one all the same.
        if self.text and (bold, italic) != self.text_look and text.strip(" ._…‥․"):
            self.flush()
        if not self.text:
            self.text_look = (bold, italic)
        self.text.append(text)


@dataclass
class _Table:
    """Gather one table."""

    rows: list[list[Cell]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    across: int = 1
    continued: bool = False
    heads: int = 0
    before: int = 0
    look: Look = field(default_factory=Look)
    style: str = ""
    cell_lines: int = 0
    widths: list[int] = field(default_factory=list)


class _Body(Reader):
    """Read the document's main part, or its notes."""

    def __init__(self, styles: Styles, numbering: Numbering, notes_as: str = "") -> None:
        super().__init__()
        self._styles, self._numbering, self._notes_as = styles, numbering, notes_as
        self._blocks: list[Block] = []
        self._tables: list[_Table] = []
        self._open: list[_Paragraph] = []
        self._floating: list[tuple[int, list[Block]]] = []
        """Text boxes being read, and at which open paragraph each began."""
        self._inside: list[str] = []
        self._skip = self._count = 0
        self._run = Look()
        self._in_text = False
        self._symbol_font = False
        self._control: list[dict[str, bool | str]] = []
        self._field: list[str] = []
        self._note = ""
        self._notes: dict[str, list[Paragraph]] = {}
        self.noted: dict[str, list[str]] = {"footnote": [], "endnote": []}
        self.spent = 0
        self.landscape = False
        self.remarks: list[str] = []

    # --- elements ----------------------------------------------------------------------------------------------------

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Meet the beginning of an element."""
        self._inside.append(name)
        if self._skip or name in _SKIPPED:
            if name in ("del", "moveFrom"):
                self.remarks.append("CHANGES")
            self._skip += 1
            return
        match name:
            case "p":
                self._count += 1
                if self._count > MAX_PARAGRAPHS:
                    raise WordBomb("PARAGRAPHS", MAX_PARAGRAPHS)
                self._open.append(_Paragraph())
            case "r":
                self._run, self._symbol_font = Look(), False
            case "t":
                self._in_text = True
            case "tbl":
                if len(self._tables) >= MAX_NESTED:
                    raise WordBomb("DEPTH", MAX_NESTED)
                self._tables.append(_Table())
            case "tr" if self._tables:
                self._tables[-1].rows.append([])
                self._tables[-1].before = 0
            case "tc" if self._tables:
                table = self._tables[-1]
                table.blocks, table.across, table.continued = [], 1, False
            case "txbxContent":
                self._floating.append((len(self._open), []))
                self.remarks.append("SHAPES")
            case "footnote" | "endnote" if self._notes_as:
                self._note = attributes.get("id", "")
            case "pgSz":
                self.landscape = self.landscape or attributes.get("orient") == "landscape"
            case "sdt":
                self._control.append({})
            case _:
                self._property(name, attributes)
                self._content(name, attributes)

    def end(self, name: str) -> None:
        """Meet the end of an element."""
        self._inside.pop()
        if self._skip:
            self._skip -= 1
            return
        match name:
            case "t":
                self._in_text = False
            case "p":
                self._end_paragraph()
            case "tc" if self._tables and self._tables[-1].rows:
                table = self._tables[-1]
                if len(table.rows[-1]) < 64:
                    table.rows[-1].append(Cell(tuple(table.blocks), table.across, table.continued))
                table.blocks = []
            case "tbl" if self._tables:
                self._end_table()
            case "sdt" if self._control:
                self._control.pop()
            case "txbxContent" if self._floating:
                _, blocks = self._floating.pop()
                self._place().extend(blocks)
            case "footnote" | "endnote":
                self._note = ""

    def characters(self, content: str) -> None:
        """Take in text."""
        if not self._in_text or self._skip or not self._open:
            return
        if self._control and self._control[-1].get("taken"):
            return
        self.spent += len(content)
        if self.spent > MAX_TEXT:
            raise WordBomb("TEXT", MAX_TEXT)
        at = self._open[-1]
        look = self._run.over(self._style_look(at))
        if look.hidden:
            return
        text = unicodedata.normalize("NFC", content)
        if self._symbol_font:
            for letter in text:
                self._symbol(at, letter)
            return
        text = re.sub(r"[\s\u00a0\u2000-\u200a\u202f\u3000]", " ", text)
        text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
        if look.capitals:
            text = text.upper()
        if look.underlined and not text.strip() and len(text) >= 3:
            at.add(Gap(len(text)))
            return
        if look.raised and (sign := self._raised(at, text.strip())) is not None:
            at.add(sign)
            return
        at.write(text, bool(look.bold), bool(look.italic))

    def _raised(self, at: _Paragraph, text: str) -> Piece | None:
        """Return what a raised sign is: the exponent of a unit, or a mark that leads to a note typed below."""
        before = "".join(at.text) or next((p.text for p in reversed(at.pieces) if isinstance(p, Words)), "")
        if text in _EXPONENTS and re.search(r"(?:^|[\s\d(])(?:[ckdm]?m)$", before):
            return Words(_EXPONENTS[text], *at.text_look)
        if re.fullmatch(r"\(?\d{1,2}\)?", text):
            return NoteMark(text.strip("()"))
        return None

    # --- what elements mean ------------------------------------------------------------------------------------------

    def _property(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._inside and "rPr" in self._inside:
            if name == "rFonts":
                font = " ".join(attributes.values()).lower()
                self._symbol_font = (
                    "wingdings" in font or "webdings" in font or attributes.get("ascii", "").lower() == "symbol"
                )
            elif "r" in self._inside[-4:]:
                self._run = look_of(self._run, name, attributes, self._inside)
            return
        if self._open and "pPr" in self._inside:
            at = self._open[-1]
            if name == "pStyle":
                at.style, at.base = attributes.get("val", ""), None
            else:
                at.look = look_of(at.look, name, attributes, self._inside)
            return
        if not self._tables:
            return
        table = self._tables[-1]
        match name:
            case "tblStyle":
                table.style = attributes.get("val", "")
            case "gridCol":
                width = attributes.get("w", "")
                table.widths.append(int(width) if width.isdigit() and len(width) < 7 else 0)
            case "gridSpan":
                value = attributes.get("val", "1")
                table.across = max(1, min(64, int(value))) if value.isdigit() and len(value) < 4 else 1
            case "vMerge":
                table.continued = attributes.get("val", "continue") == "continue"
            case "tblHeader" if on(attributes):
                table.heads = max(table.heads, len(table.rows))
            case "top" | "bottom" | "left" | "right" if "tcBorders" in self._inside:
                table.cell_lines += attributes.get("val", "nil") not in ("nil", "none")
            case _:
                table.look = look_of(table.look, name, attributes, self._inside)

    def _content(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in ("placeholder", "showingPlcHdr", "checkbox", "comboBox", "dropDownList", "date") and self._control:
            self._control[-1][name] = True
        if not self._open or "pPr" in self._inside or "rPr" in self._inside[:-1]:
            return
        at = self._open[-1]
        match name:
            case "tab":
                self._tab(at)
            case "br" | "cr":
                at.add(Break())
            case "noBreakHyphen":
                at.write("-", bool(self._run.bold), bool(self._run.italic))
            case "sym":
                code = attributes.get("char", "")
                if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code):
                    self._symbol(at, chr(min(0x1FFFF, int(code, 16))))
            case "footnoteReference" | "endnoteReference":
                noted = self.noted[name.removesuffix("Reference")]
                noted.append(attributes.get("id", ""))
                at.add(NoteMark(str(len(noted))))
            case "checkBox" if "ffData" in self._inside:
                at.add(Box())
            case "textInput" | "ddList" if "ffData" in self._inside:
                at.add(Gap(20))
            case "sdtContent" if self._control:
                self._begin_control(at)
            case "drawing" | "pict" | "object":
                pass

    def _begin_control(self, at: _Paragraph) -> None:
        control = self._control[-1]
        if control.get("checkbox"):
            at.add(Box())
            control["taken"] = True
        elif control.get("showingPlcHdr"):
            at.add(Gap(30))
            control["taken"] = True

    def _tab(self, at: _Paragraph) -> None:
        leaders = at.look.over(self._style_look(at)).leaders or ()
        leads = bool(leaders) and leaders[min(at.tabs, len(leaders) - 1)]
        at.tabs += 1
        if leads or self._run.over(Look()).underlined:
            at.add(Gap(30))
        else:
            at.add(Space())

    def _symbol(self, at: _Paragraph, letter: str) -> None:
        code = ord(letter)
        letter = chr(code - 0xF000) if 0xF000 <= code < 0xF100 else letter
        if letter in _TICKS:
            at.add(Box())
        elif letter == "\u00a7":
            at.write("-", False, False)  # a small black square, as a bullet
        elif letter == " ":
            at.write(" ", False, False)

    def _style_look(self, at: _Paragraph) -> Look:
        if at.base is None:
            at.base = self._styles.look(at.style)
        return at.base

    # --- ends --------------------------------------------------------------------------------------------------------

    def _place(self) -> list[Block]:
        """Return the list that the next block belongs in."""
        if self._floating and self._floating[-1][0] >= len(self._open):
            return self._floating[-1][1]
        if self._tables:
            return self._tables[-1].blocks
        return self._blocks

    def _end_paragraph(self) -> None:
        if not self._open:
            return
        at = self._open.pop()
        at.flush()
        look = at.look.over(self._style_look(at))
        pieces = list(at.pieces)
        if look.list_id and look.list_id != "0" and (pieces or False):
            number = self._numbering.next(look.list_id, look.list_level or 0)
            if number:
                pieces.insert(0, Words(number + " ", bool(look.bold), bool(look.italic)))
        align: Align = "left"
        if look.align in ("center", "right", "end"):
            align = "center" if look.align == "center" else "right"
        paragraph = Paragraph(joined(pieces), align)
        if self._notes_as:
            self._notes.setdefault(self._note, []).append(paragraph)
        else:
            self._place().append(paragraph)

    def _end_table(self) -> None:
        table = self._tables.pop()
        style = self._styles.look(table.style)
        ruled = table.look.ruled
        if ruled is None:
            ruled = bool(style.ruled) or "grid" in table.style.lower()
        cells = sum(map(len, table.rows))
        ruled = ruled or table.cell_lines >= max(2, 2 * cells)
        rows = tuple(tuple(row) for row in table.rows if row)
        if rows:
            self._place().append(Grid(rows, ruled, min(table.heads, len(rows)), tuple(table.widths[:64])))

    def finished(self) -> list[Block]:
        """Return the blocks, without the empty ones at the ends."""
        return self._blocks

    def notes(self, order: list[str]) -> list[Paragraph]:
        """Return the notes in the order in which they were referred to, each behind its number."""
        out = []
        for number, name in enumerate(order, 1):
            for at, paragraph in enumerate(self._notes.get(name, ())):
                pieces = paragraph.pieces
                out.append(replace(paragraph, pieces=(Words(f"({number}) "), *pieces)) if at == 0 else paragraph)
        return out
