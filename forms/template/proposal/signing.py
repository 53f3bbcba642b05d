"""Where people sign on paper: titles in capitals over “(Ký, ghi rõ họ tên)”, side by side or alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from forms.template.proposal.draft import Element, Signatures, Signing
from forms.template.proposal.english import english
from forms.template.proposal.guessing import bare, key_of
from forms.template.proposal.labels import Day, only_gaps, ornament, with_days
from forms.template.proposal.paper import Align, Block, Box, Break, Gap, Grid, Paragraph, Piece, Space, paragraphs

if TYPE_CHECKING:
    from forms.template.proposal.structure import Structure

_NOTE: Final = re.compile(
    r"\(?\s*(?:ký|kí)\s*(?:,|và|tên|số|ghi|rõ|đóng|\))|chữ ký|đóng dấu|điểm chỉ|ghi rõ họ|họ và tên\)", re.IGNORECASE
)
_WHO: Final = re.compile(
    r"^(?:\d+\.\s*)?(?:người|đại diện|chủ (?:hộ|đầu tư|tịch|cơ sở|doanh nghiệp|tài khoản)|giám đốc|tổng giám đốc|"
    r"thủ trưởng|hiệu trưởng|xác nhận|"
    r"ý kiến|bên |tm\.|t/m|kt\.|tl\.|cán bộ|kế toán|lãnh đạo|công chức|cha|mẹ|vợ|chồng|nhân viên|"
    r"ủy ban|uỷ ban|cơ quan|tổ chức|"
    r"đơn vị|doanh nghiệp|hộ kinh doanh|thay mặt)",
    re.IGNORECASE,
)
_OTHERS: Final = (
    "xac nhan",
    "can bo",
    "cong chuc",
    "uy ban",
    "co quan",
    "y kien",
    "tm",
    "kt",
    "thu truong co quan",
    "cong an",
    "nguoi chung thuc",
)
_AGENT: Final = ("dai ly thue", "nhan vien dai ly")
_LEGAL: Final = ("dai dien", "giam doc", "thu truong", "chu tich", "chu doanh nghiep", "doanh nghiep", "don vi",
          "to chuc",
          "tong giam doc", "chu dau tu",
                 "lanh dao", "hieu truong", "chu co so")  # fmt: skip


def begins(blocks: Sequence[Block]) -> int:
    """Return the block from which signatures are looked for: none stands before the first thing to fill in."""
    for at, block in enumerate(blocks):
        text = " ".join(p.text for p in paragraphs([block]))
        if ("…" in text or "□" in text or text.rstrip().endswith(":")) and not _NOTE.search(text):
            return min(at + 1, len(blocks))
    return 0


def read(blocks: Sequence[Block], at: int, form: Structure) -> tuple[list[Element], int] | None:
    """Return the signatures that begin at a block, and how many blocks they take; None where there are none."""
    block = blocks[at]
    if isinstance(block, Grid):
        return _grid(block, form)
    return _paragraphs(blocks, at, form)


def _is_title(paragraph: Paragraph) -> bool:
    text = paragraph.text
    return (
        3 < len(text) <= 140
        and not paragraph.has(Gap, Box)
        and (paragraph.capitals or paragraph.bold)
        and not text.endswith((":", ";"))
        and bool(_WHO.match(text))
    )


def _is_note(paragraph: Paragraph) -> bool:
    text = paragraph.text
    return (
        len(text) <= 160
        and bool(_NOTE.search(text))
        and (text.startswith("(") or paragraph.italic or paragraph.align == "center")
    )


def _grid(grid: Grid, form: Structure) -> tuple[list[Element], int] | None:
    cells = [cell for row in grid.rows for cell in row]
    lines = [p for cell in cells for p in _lines(cell.blocks)]
    if len(cells) > 16 or not (any(_is_note(p) for p in lines) or any(_is_title(p) for p in lines)):
        return None
    if grid.ruled and not any(_is_note(p) for p in lines):
        return None
    if any(p.has(Box) for p in lines) or sum(p.text.endswith(":") for p in lines) > 3:
        return None
    width = max(sum(cell.across for cell in row) for row in grid.rows)
    columns: list[list[Paragraph]] = [[] for _ in range(width)]
    for row in grid.rows:
        place = 0
        for cell in row:
            columns[min(place, width - 1)] += _lines(cell.blocks)
            place += cell.across
    made = [_signing(lines_, form) for lines_ in columns if lines_ or width > 1]
    if not any(one.mark for one in made):
        return None
    return [Signatures(tuple(made))], 1


def _lines(blocks: Sequence[Block]) -> list[Paragraph]:
    """Return the lines of a cell: a place to sign is often one paragraph, its lines ended by Shift+Enter."""
    found: list[Paragraph] = []
    for paragraph in paragraphs(blocks):
        parts: list[list[Piece]] = [[]]
        for piece in paragraph.pieces:
            if isinstance(piece, Break):
                parts.append([])
            else:
                parts[-1].append(piece)
        found += [Paragraph(tuple(part), paragraph.align) for part in parts]
    return [paragraph for paragraph in found if paragraph.text]


def _paragraphs(blocks: Sequence[Block], at: int, form: Structure) -> tuple[list[Element], int] | None:
    """Take a run of paragraphs: a date line, one title or several between tabs, a note."""
    taken: list[Paragraph] = []
    titled = noted = False
    for block in blocks[at : at + 9]:
        if not isinstance(block, Paragraph):
            break
        day = any(isinstance(piece, Day) for piece in with_days(block.pieces)) and len(block.words) < 60
        pieces = _columns(block)
        title = all(_is_title(part) for part in pieces)
        note = (
            _NOTE.search(block.text) is not None
            and len(block.text) <= 200
            and all(_is_note(p) or not p.text for p in pieces)
        )
        if (day and not titled and block.align != "left") or (title and not noted) or (note and titled):
            taken.append(block)
            titled, noted = titled or title, noted or note
        elif (titled and noted and (only_gaps(block) or ornament(block))) or (
            titled
            and not noted
            and block.align != "left"
            and (block.capitals or block.bold)
            and not block.has(Gap, Box)
        ):
            taken.append(block)
        else:
            break
    alone = bool(taken) and all(p.align != "left" for p in taken if _is_title(p))
    last = at + len(taken) >= len(blocks) - 3
    if not titled or not (noted or (alone and last)):
        return None
    above: list[Element] = []
    signs = [p for p in taken if not only_gaps(p) and not ornament(p)]
    while signs and any(isinstance(piece, Day) for piece in with_days(signs[0].pieces)):
        above.append(form.line(signs.pop(0).pieces, align="center", date_line=True))
    width = max(len(_columns(p)) for p in signs)
    if width == 1:
        one = _signing(signs, form, tuple(above))
        align: Align = "center" if any(p.align == "center" for p in signs) and not above else "right"
        return [Signatures((one,), align if align != "center" else "right")], len(taken)
    columns: list[list[Paragraph]] = [[] for _ in range(width)]
    for paragraph in signs:
        parts = _columns(paragraph)
        if len(parts) == width:
            for number, part in enumerate(parts):
                columns[number].append(part)
        else:
            columns[-1] += parts
    made = [_signing(lines, form) for lines in columns]
    made[-1] = Signing(made[-1].mark, made[-1].title, made[-1].note, tuple(above))
    return [Signatures(tuple(made))], len(taken)


def _columns(paragraph: Paragraph) -> list[Paragraph]:
    """Return the parts of a paragraph between its tabs."""
    parts: list[list[object]] = [[]]
    for piece in paragraph.pieces:
        if isinstance(piece, Space):
            if parts[-1]:
                parts.append([])
        else:
            parts[-1].append(piece)
    found = [Paragraph(tuple(part), "center") for part in parts]  # type: ignore[arg-type]  # pieces, but for spaces
    found = [part for part in found if part.text]
    return found if len(found) > 1 else [paragraph]


def _signing(lines: Sequence[Paragraph], form: Structure, above: tuple[Element, ...] = ()) -> Signing:
    """Make a place to sign of the lines in one column; words alone where nobody signs there."""
    titles: list[str] = []
    notes: list[str] = []
    over = list(above)
    words: list[Element] = []
    for paragraph in lines:
        if ornament(paragraph) or only_gaps(paragraph):
            continue
        day = any(isinstance(piece, Day) for piece in with_days(paragraph.pieces))
        if day:
            over.append(form.line(paragraph.pieces, align="center", date_line=True))
        elif _is_note(paragraph) and (titles or _NOTE.search(paragraph.text)):
            title, _, note = paragraph.text.partition("(")
            if title.strip() and not titles:
                titles.append(title.strip())
            notes.append(f"({note}" if note else paragraph.text)
        elif not notes and (
            _is_title(paragraph)
            or (paragraph.capitals and not paragraph.has(Gap))
            or (titles and paragraph.bold and not paragraph.has(Gap))
        ):
            titles.append(paragraph.text)
        elif not titles and not notes:
            words.append(form.line(paragraph.pieces, align=paragraph.align, fixed=True, small=True))
    if not titles and not notes:
        return Signing(None, above=(*over, *words))
    title = " ".join(titles) or "Người ký"
    mark = key_of(re.sub(r"\([^()]*\)", " ", title), 40) or "nguoi_ky"
    known = {signer[0] for signer in form.draft.signers}
    number = 2
    base = mark
    while mark in known:
        mark, number = f"{base}_{number}", number + 1
    form.draft.signers.append((mark, title[:200], roles_of(title)))
    return Signing(mark, tuple(titles), tuple(notes), (*over, *words))


def roles_of(title: str) -> tuple[str, ...]:
    """Return as whom one signs under a title; nobody of the applicant's side where an agency or another person does."""
    text = bare(title)
    if any(word in text for word in _AGENT):
        return ("tax_agent",)
    if text.startswith(_OTHERS):
        return ()
    if "duoc uy quyen" in text or "nop ho so" in text:
        return ("self", "on_behalf")
    if any(word in text for word in _LEGAL):
        return ("legal_representative",)
    if text.startswith(("ke toan", "cha", "me", "vo", "chong", "nguoi lam chung", "ben b", "nguoi lap", "nhan vien")):
        return ()
    return ("self",)


def finish(form: Structure) -> None:
    """See that somebody can sign."""
    if not form.draft.signers:
        title = "NGƯỜI ĐỀ NGHỊ"
        form.draft.signers.append(("nguoi_de_nghi", title, ("self",)))
        form.draft.elements.append(Signatures((Signing("nguoi_de_nghi", (title,), ("(Ký, ghi rõ họ tên)",)),)))
        form.names.remark("NO_SIGNATURE")


def english_title(title: str) -> str:
    """Return a signer's title in English, or as it is."""
    return english(title) or title
