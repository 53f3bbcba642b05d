"""From a form as it was drawn to a proposal: what is head, title, item, choice, table, statement, signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from forms.template.proposal import choices, signing, tables
from forms.template.proposal.draft import (
    Dots,
    Draft,
    Element,
    Line,
    National,
    Part,
    ProposedField,
    Slot,
    Title,
)
from forms.template.proposal.guessing import guess
from forms.template.proposal.labels import (
    INTRODUCES,
    Day,
    day_of,
    is_heading,
    item_of,
    label_of,
    level_of,
    only_gaps,
    ornament,
    rule,
    with_days,
)
from forms.template.proposal.naming import Names
from forms.template.proposal.paper import (
    Block,
    Box,
    Break,
    Gap,
    Grid,
    Paper,
    Paragraph,
    Piece,
    Space,
    Words,
    paragraphs,
)

_NATION: Final = re.compile(r"cộng h(?:òa|oà) xã hội chủ nghĩa", re.IGNORECASE)
_MOTTO: Final = re.compile(r"độc lập\s*[-–—]+\s*tự do\s*[-–—]+\s*hạnh phúc", re.IGNORECASE)
_TITLES: Final = re.compile(
    r"^(?:tờ khai|đơn|giấy|báo cáo|thông báo|phiếu|bản|hồ sơ|đề nghị|văn bản|danh sách|biên bản|hợp đồng|đăng ký|"
    r"kê khai|bảng)\b",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(
    r"^\s*\(?\s*(?i:mẫu|biểu mẫu|phụ lục)\s*(?i:số)?\s*[:.]?\s*"
    r"((?=[^\s]{0,24}\d|[IVX]+\b)[0-9A-ZĐ][0-9A-Za-zĐđ./\-]{0,24})"
)
_NOTES: Final = re.compile(r"^\s*(?:\(\d{1,2}\)|\(?\*+\)?|\[1\]|ghi chú\b|chú thích\b|hướng dẫn\b)", re.IGNORECASE)
_COUNTED: Final = re.compile(r"^\s*(?:\d{1,2}|[a-zđ])\s*[-–.)/]\s*…$")
"""A line to write on with nothing but its number before it."""
_PLACE: Final = re.compile(r"(?:địa điểm|địa chỉ|nơi)\b[^:]{0,60}:$", re.IGNORECASE)
_LEGAL: Final = re.compile(
    r"(luật|nghị định|thông tư(?: liên tịch)?|quyết định|nghị quyết|công văn)\s*(?:số)?\s*[:.]?\s*"
    r"(\d{1,4}/\d{4}/[A-ZĐ0-9][A-ZĐ0-9\-]{1,20}|"
    r"\d{1,5}/[A-ZĐ][A-ZĐ\-]{1,20})(?:[^()]{0,12}?ngày\s*(\d{1,2})\s*(?:/|-|tháng)\s*(\d{1,2})\s*(?:/|-|năm)\s*(\d{4}))?",
    re.IGNORECASE,
)


def draft_of(paper: Paper, source: str) -> Draft:
    """Return a proposal for a form. Raises TooManyFields."""
    return Structure(paper, source).read()


class Structure:
    def __init__(self, paper: Paper, source: str) -> None:
        self.paper = paper
        self.draft = Draft(source, landscape=paper.landscape)
        self.names = Names(self.draft)
        self.blocks = [b for b in paper.blocks if isinstance(b, Grid) or b.text]
        self.at = 0
        self.groups: dict[str, ProposedField] = {}
        """Choices that a file with real fields names, by its own name for them."""
        self.one_of: tuple[str, ProposedField] | None = None
        """The choice that boxes under one line are options of, with that line."""
        self.intro = ""
        """The last line that ends in a colon and fills nothing in itself."""

    def read(self) -> Draft:
        self._head()
        self._title()
        end = signing.begins(self.blocks)
        while self.at < len(self.blocks):
            block = self.blocks[self.at]
            if self.at >= end and (signed := signing.read(self.blocks, self.at, self)):
                elements, used = signed
                self.draft.elements += elements
                self.at += used
                continue
            self.at += 1
            self.draft.elements += self.block(block)
        self.draft.notes = [self.line(p.pieces, fixed=True, small=True) for p in self.paper.notes]
        signing.finish(self)
        self.draft.sections = [s for s in self.draft.sections if s.items]
        for code in self.paper.remarks:
            self.names.remark(code)
        if not self.draft.title:
            self.names.remark("NO_TITLE")
        if not self.draft.legal:
            self.names.remark("NO_LEGAL_BASIS")
        return self.draft

    # --- head and title ----------------------------------------------------------------------------------------------

    def _head(self) -> None:
        """Take what stands above the title: number of the form, who issues it, national name."""
        limit = min(len(self.blocks), 14)
        for index in range(limit):
            if _NATION.search(_text(self.blocks[index])):
                break
        else:
            if limit and any(_title_like(b) for b in self.blocks[:limit] if isinstance(b, Paragraph)):
                self.names.remark("NO_NATIONAL_HEADING")
            return
        for block in self.blocks[:index]:
            self.draft.elements += self._above(block)
        block = self.blocks[index]
        self.at = index + 1
        if isinstance(block, Grid):
            left: list[Element] = []
            below: list[Element] = []
            for row in block.rows:
                for cell in row:
                    nation = any(_NATION.search(p.text) or _MOTTO.search(p.text) for p in paragraphs(cell.blocks))
                    for paragraph in paragraphs(cell.blocks):
                        if (
                            not paragraph.text
                            or ornament(paragraph)
                            or _NATION.search(paragraph.text)
                            or _MOTTO.search(paragraph.text)
                        ):
                            continue
                        self._facts_of(paragraph)
                        day = any(isinstance(p, Day) for p in with_days(paragraph.pieces))
                        line = self.line(paragraph.pieces, align="center", date_line=day)
                        if nation or day:
                            below.append(replace(line, align="right"))
                        else:
                            left.append(line)
            self.draft.elements.append(National(tuple(left)))
            self.draft.elements += below
        else:
            self.draft.elements.append(National())
        while self.at < len(self.blocks):
            after = self.blocks[self.at]
            if isinstance(after, Paragraph) and (_MOTTO.search(after.text) or ornament(after)):
                self.at += 1
            else:
                break

    def _above(self, block: Block) -> list[Element]:
        out: list[Element] = []
        for paragraph in paragraphs([block]):
            if paragraph.text and not ornament(paragraph):
                self._facts_of(paragraph)
                out.append(replace(self.line(paragraph.pieces), align=paragraph.align))
        return out

    def _facts_of(self, paragraph: Paragraph) -> None:
        """Take the form's number and the law behind it from words above the title."""
        text = paragraph.text
        if (found := _SHORT.match(text)) and not self.draft.short:
            self.draft.short = found[1].strip(".-/")
        for law in _LEGAL.finditer(text):
            day = ""
            if law[3]:
                month, number = int(law[4]), int(law[3])
                if 1 <= month <= 12 and 1 <= number <= 28 + (month != 2) * 2:
                    day = f"{law[5]}-{month:02}-{number:02}"
            if all(known[0] != law[2].upper() for known in self.draft.legal) and len(self.draft.legal) < 20:
                self.draft.legal.append((law[2].upper(), " ".join(text.strip("() ").split())[:300], day))

    def _title(self) -> None:
        """Take the title and the centred lines below it."""
        start = self.at
        for index in range(start, min(start + 8, len(self.blocks))):
            block = self.blocks[index]
            if isinstance(block, Grid):
                return
            if _title_like(block):
                break
            if re.match(r"^\s*(?:kính gửi|1[.)])", block.text, re.IGNORECASE):
                return
        else:
            return
        for block in self.blocks[start:index]:
            if isinstance(block, Paragraph) and not ornament(block):
                self._facts_of(block)
                self.draft.elements.append(self.line(block.pieces, align=block.align, date_line=True))
        lines: list[str] = []
        self.at = index
        while self.at < len(self.blocks) and len(lines) < 5:
            block = self.blocks[self.at]
            if not isinstance(block, Paragraph) or block.has(Gap, Box) or not (block.align == "center" or not lines):
                break
            if lines and not (block.capitals or (block.bold and not re.match(r"^\s*kính", block.text, re.IGNORECASE))):
                break
            for part in _split_lines(block):
                lines.append(part)
            self.at += 1
        self.draft.title = re.sub(r"\s*\(\d{1,2}\)(?=\s|$)", "", " ".join(lines))[:300]
        below: list[Element] = []
        while self.at < len(self.blocks):
            block = self.blocks[self.at]
            if (
                not isinstance(block, Paragraph)
                or block.align != "center"
                or re.match(r"^\s*kính", block.text, re.IGNORECASE)
                or (is_heading(block) and block.capitals)
            ):
                break
            self.at += 1
            if not ornament(block):
                self._facts_of(block)
                below.append(self.line(block.pieces, align="center"))
        self.draft.elements.append(Title(tuple(lines), tuple(below)))

    # --- the body ----------------------------------------------------------------------------------------------------

    def block(self, block: Block) -> list[Element]:
        """Return what one block comes to."""
        if isinstance(block, Grid):
            intro, self.intro = self.intro, ""
            return tables.read(block, self, intro)
        return self.paragraph(block)

    def paragraph(self, paragraph: Paragraph) -> list[Element]:
        """Return what one paragraph comes to, with the dotted lines below it."""
        if ornament(paragraph) and not paragraph.has(Gap):
            return []
        if only_gaps(paragraph):
            return [] if rule(paragraph) and self._notes_follow() else self._alone(paragraph)
        if is_heading(paragraph):
            return self._heading(paragraph)
        pieces = with_days(paragraph.pieces)
        if any(isinstance(piece, Box) for piece in pieces):
            return [choices.read(pieces, paragraph.align, self)]
        if not any(isinstance(piece, Gap) for piece in pieces):
            return self._without_gaps(paragraph)
        if not _COUNTED.match(paragraph.text):
            self.intro = ""
        day_last = isinstance(pieces[-1] if pieces else None, Day) or bool(
            re.search(r"ngày\s*…\s*tháng\s*…\s*năm", paragraph.text)
        )
        date_line = day_last and (paragraph.align != "left" or paragraph.italic) and len(paragraph.words) < 60
        extra = self._lines_below() if isinstance(pieces[-1], Gap) and not isinstance(pieces[-1], Day) else 0
        line = self.line(paragraph.pieces, align=paragraph.align, date_line=date_line, lines=1 + extra)
        return [line, Dots(extra)] if extra else [line]

    def _heading(self, paragraph: Paragraph) -> list[Element]:
        text = paragraph.text
        code, rest = item_of(text)
        self.intro = text
        follows = self.blocks[self.at] if self.at < len(self.blocks) else None
        if isinstance(follows, Paragraph) and only_gaps(follows) and not paragraph.capitals:
            return self._without_gaps(paragraph)
        if (
            level_of(code) >= 2
            and not paragraph.capitals
            and text.rstrip().endswith(":")
            and not self._introduces(paragraph)
        ):
            return self._without_gaps(paragraph)
        if len(rest) > 2:
            self.names.begin_section(text)
        return [replace(self.line(paragraph.pieces, align=paragraph.align, fixed=True), sticky=True)]

    def _lines_below(self) -> int:
        """Take the paragraphs of mere dots that follow, and count their lines."""
        count = 0
        while self.at < len(self.blocks):
            block = self.blocks[self.at]
            if not isinstance(block, Paragraph) or not only_gaps(block):
                break
            count += max(1, sum(piece.size for piece in block.pieces if isinstance(piece, Gap)) // 160)
            self.at += 1
        return min(count, 40)

    def _alone(self, paragraph: Paragraph) -> list[Element]:
        """Make a field of several lines from dots under a line that fills nothing in itself."""
        lines = 1 + self._lines_below()
        label = label_of(item_of(self.intro)[1]) or "Nội dung"
        made = self.names.field(label, said=self.intro or "……", room=90, lines=max(2, lines))
        if not self.intro:
            made.certainty, made.doubt = "unsure", "NO_LABEL"
        self.intro = ""
        line = Line((Slot(made.key),), paragraph.align)
        return [line, Dots(lines - 1)] if lines > 1 else [line]

    def _notes_follow(self) -> bool:
        """Say whether notes come next, typed below a line that was drawn by hand."""
        follows = self.blocks[self.at] if self.at < len(self.blocks) else None
        return isinstance(follows, Paragraph) and bool(_NOTES.match(follows.text)) and not self.intro

    def _introduces(self, paragraph: Paragraph) -> bool:
        """Say whether what follows belongs below this paragraph: boxes, a table, items of a deeper number."""
        if self.at >= len(self.blocks):
            return False
        follows = self.blocks[self.at]
        if isinstance(follows, Grid):
            return follows.ruled and not tables.letter_boxes(follows)
        if follows.has(Box):
            return True
        if _COUNTED.match(follows.text):
            return True
        if paragraph.bold and paragraph.text.endswith(":") and not follows.bold:
            return follows.align == "left" and ":" in follows.text
        own, next_ = level_of(item_of(paragraph.text)[0]), level_of(item_of(follows.text)[0])
        if own and not next_ and follows.has(Gap) and follows.align == "left" and _PLACE.search(paragraph.text):
            return True
        return (own > 0 and next_ > own) or follows.text.startswith(("-", "–", "+", "•"))

    def _without_gaps(self, paragraph: Paragraph) -> list[Element]:
        """Tell a label that lost its dots from a heading over items and from mere words."""
        text = paragraph.text
        code, rest = item_of(text)
        follows = self.blocks[self.at] if self.at < len(self.blocks) else None
        fixed = self.line(paragraph.pieces, align=paragraph.align, fixed=True)
        if isinstance(follows, Paragraph) and only_gaps(follows) and len(text) < 300:
            self.intro = ""
            lines = self._lines_below()
            made = self.names.field(label_of(rest) or "Nội dung", said=text, code=code, room=90, lines=max(2, lines))
            return [replace(fixed, sticky=True), Line((Slot(made.key),)), *([Dots(lines - 1)] if lines > 1 else [])]
        ends = text.endswith(":")
        if self._introduces(paragraph) and (ends or code):
            self.intro = text
            if code and not (isinstance(follows, Paragraph) and follows.has(Box)):
                self.names.begin_section(text)
            return [replace(fixed, sticky=True)]
        if not ends and not code:
            return [fixed]
        label = label_of(rest)
        sure = guess(label).certainty == "sure"
        short = len(label) <= 60 and not INTRODUCES.search(text) and not text.endswith((".", ";"))
        if label and short and (sure or (ends and (code or len(label) <= 40))) and paragraph.align == "left":
            made = self.names.field(label, said=text, code=code)
            if not sure:
                made.certainty, made.doubt = "unsure", "NO_DOTS"
            self.intro = ""
            self._boxed(made)
            return [
                Line(
                    (
                        *fixed.parts,
                        *(() if ends else (Words(":"),)),
                        Words(" "),
                        Slot(made.key, "boxes" if made.boxes else "line"),
                    )
                )
            ]
        self.intro = text if ends else ""
        return [fixed]

    def _boxed(self, made: ProposedField) -> None:
        """Take a row of empty cells that follows a label as the boxes of its letters."""
        follows = self.blocks[self.at] if self.at < len(self.blocks) else None
        if isinstance(follows, Grid) and (count := tables.letter_boxes(follows)):
            made.boxes = count
            self.at += 1

    # --- lines -------------------------------------------------------------------------------------------------------

    def line(
        self, pieces: Sequence[Piece], *, align: str = "left", fixed: bool = False, small: bool = False,
        date_line: bool = False, lines: int = 1
    ) -> Line:  # fmt: skip
        """Return a line of the layout; each gap in it becomes a field. `fixed`: words only, gaps stay dots."""
        pieces = pieces if fixed else with_days(pieces)
        said = Paragraph(tuple(pieces)).text
        parts: list[Part] = []
        before, code, last = "", "", ""
        first = True
        gaps = [at for at, piece in enumerate(pieces) if isinstance(piece, Gap)]
        for at, piece in enumerate(pieces):
            match piece:
                case Words():
                    text = piece.text
                    if first and text.strip():
                        code, before = item_of(text)
                        first = False
                    else:
                        before += text
                    if parts and isinstance(parts[-1], Slot) and text[:1].isalnum():
                        piece = Words(" " + text, piece.bold, piece.italic)
                    parts.append(piece)
                case Gap() if fixed:
                    parts.append(Words("…" * max(2, min(8, piece.size // 3))))
                case Gap():
                    first = False
                    if not code or at != gaps[0]:
                        code, before = item_of(before)
                    after = next((p.text for p in pieces[at + 1 : at + 2] if isinstance(p, Words)), "")
                    if after.strip().isalpha() and isinstance(next(iter(pieces[at + 2 : at + 3]), None), Gap):
                        after = f": {after.strip()}"  # the label of the next gap, no unit of this one
                    made = self._slot(piece, before, after, last, code, said, date_line,
                                      lines if at == gaps[-1] else 1)  # fmt: skip
                    if (parts and not isinstance(parts[-1], Space | Break | Words)) or (
                        parts and isinstance(parts[-1], Words) and not parts[-1].text.endswith((" ", "(", "/"))
                    ):
                        parts.append(Words(" "))
                    shape = "line"
                    if made.boxes:
                        shape = "boxes"
                    elif isinstance(piece, Day):
                        shape = ("Long" if piece.capital else "long") if piece.spoken else "strokes"
                    ends = at == gaps[-1] and at == len(pieces) - 1
                    parts.append(
                        Slot(
                            made.key,
                            shape,
                            0 if (ends and not date_line) or piece.size >= 20 or shape != "line" else piece.size,
                        )
                    )
                    before, code, last = "", "", made.label
                case Box():
                    parts.append(Words("□"))
                case _:
                    parts.append(piece)
                    before += " "
        return Line(tuple(parts), align, small)  # type: ignore[arg-type]  # a paragraph's own align

    def _slot(
        self, piece: Gap, before: str, after: str, last: str, code: str, said: str, date_line: bool, lines: int
    ) -> ProposedField:
        day = piece if isinstance(piece, Day) else None
        unit = {"month": " tháng", "quarter": " quý"}.get(day.unit, " ngày") if day is not None and day.spoken else ""
        label = label_of(before + ("" if day_of(before) else unit))
        if day is not None and day.unit != "date" and not label_of(before):
            label = "Tháng, năm" if day.unit == "month" else "Quý, năm"
        again = " ký" if "ngay_lap" in self.names.used else " lập"
        if date_line and day is not None and day.unit == "date":
            label = f"Ngày{again}"
        elif date_line and not label and re.match(r"^\s*,", after):
            label = f"Nơi{again}"
        lost = not label
        if lost and (words := label_of(re.split(r"[,.;:]", after)[0])):
            label = words
        elif lost and last:
            label = f"{last} (tiếp)"
        elif lost and code and (above := label_of(item_of(self.intro)[1])):
            label = f"{above} ({code})"
        if piece.hint is not None and piece.hint.label:
            label, lost = piece.hint.label, False
        elif piece.hint is not None and lost and not label:
            label = re.sub(r"[._\-]+", " ", piece.hint.name)
        made = self.names.field(
            label or "Nội dung", said=said, after=after, room=piece.size, lines=lines, code=code,
            day=day is not None, unit=day.unit if day is not None else "date", hint=piece.hint,
        )  # fmt: skip
        if date_line:
            made.certainty, made.doubt = "sure", ""
        elif lost and made.certainty != "sure":
            made.certainty, made.doubt = "unsure", "NO_LABEL"
        elif len(label) > 60 and made.certainty == "likely":
            made.certainty, made.doubt = "unsure", made.doubt or "LONG_LABEL"
        return made


def _text(block: Block) -> str:
    return " ".join(p.text for p in paragraphs([block]))


def _split_lines(paragraph: Paragraph) -> list[str]:
    """Return a title's lines: where it was broken by hand, it stays broken."""
    lines = [""]
    for piece in paragraph.pieces:
        if isinstance(piece, Break):
            lines.append("")
        elif isinstance(piece, Words):
            lines[-1] += piece.text
        elif isinstance(piece, Space):
            lines[-1] += " "
    return [clean for line in lines if (clean := " ".join(line.split()))]


def _title_like(paragraph: Paragraph) -> bool:
    """Say whether a paragraph can be the title of a form."""
    text = paragraph.text
    if not 4 <= len(text) <= 250 or paragraph.has(Gap, Box) or _NATION.search(text) or _MOTTO.search(text):
        return False
    if _SHORT.match(text) or text.startswith("(") or re.match(r"^\s*kính", text, re.IGNORECASE):
        return False
    return (paragraph.align == "center" and (paragraph.capitals or (paragraph.bold and bool(_TITLES.match(text))))) or (
        paragraph.capitals and bool(_TITLES.match(text))
    )
