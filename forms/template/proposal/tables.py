"""Tables on paper: lists with repeating rows, labels with cells beside them, boxes for letters, things side by side."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from forms.template.proposal.draft import (
    Element,
    Line,
    ProposedTable,
    Rows,
    Ruled,
    Side,
    Slot,
)
from forms.template.proposal.guessing import bare, guess
from forms.template.proposal.labels import INTRODUCES, item_of, label_of
from forms.template.proposal.paper import Cell, Gap, Grid, Words, paragraphs

if TYPE_CHECKING:
    from forms.template.proposal.structure import Structure

_NUMBERS: Final = re.compile(r"^(?:stt|tt|số tt|số thứ tự|no\.?)$", re.IGNORECASE)
_COLUMN_NUMBER: Final = re.compile(r"^\(?\s*(?:\d{1,2}|[A-ZĐ])\s*\)?(?:\s*=.{1,30})?$")
_TOTAL: Final = re.compile(r"^(?:tổng(?: cộng| số)?|cộng)\b", re.IGNORECASE)
MAX_COLUMNS: Final = 40


def letter_boxes(grid: Grid) -> int:
    """Return how many cells a table of one row of empty cells has, such as are drawn for the digits of a number."""
    if len(grid.rows) != 1 or not grid.ruled:
        return 0
    cells = grid.rows[0]
    return len(cells) if 8 <= len(cells) <= 40 and all(cell.empty for cell in cells) else 0


def read(grid: Grid, form: Structure, intro: str) -> list[Element]:
    """Return what a table comes to; `intro` is the line above it."""
    width = max(sum(cell.across for cell in row) for row in grid.rows)
    if not grid.ruled or width == 1:
        return _side_by_side(grid, form)
    if letter_boxes(grid):
        made = form.names.field(label_of(intro) or "Mã số", said=intro, room=len(grid.rows[0]))
        made.boxes = len(grid.rows[0])
        return [Line((Slot(made.key, "boxes"),))]
    if width <= MAX_COLUMNS and (heads := _heads(grid, width)):
        return _lists(grid, heads, width, form, intro)
    return [_ruled(grid, width, form)]


# --- side by side ----------------------------------------------------------------------------------------------------


def _side_by_side(grid: Grid, form: Structure) -> list[Element]:
    out: list[Element] = []
    for row in grid.rows:
        side, made = "", []
        for cell in row:
            if not cell.continued:
                made.append(tuple(_content(cell, form, side)))
                side = side if _fills(cell) else cell.text or side
        cells = tuple(made)
        if not any(cells):
            continue
        shares = _shares(grid, row)
        out.append(Side(cells, shares) if len(cells) > 1 else Side(cells, (1,)))
    flat: list[Element] = []
    for element in out:
        flat += element.cells[0] if isinstance(element, Side) and len(element.cells) == 1 else [element]
    return flat


def _shares(grid: Grid, row: tuple[Cell, ...]) -> tuple[int, ...]:
    """Return how wide the cells of a row are to each other."""
    widths, at, out = grid.widths, 0, []
    for cell in row:
        share = sum(widths[at : at + cell.across]) if len(widths) >= at + cell.across else 0
        at += cell.across
        if not cell.continued:
            out.append(max(1, share // 50) if share else max(1, cell.across * 20))
    return tuple(out)


def _content(cell: Cell, form: Structure, side: str = "") -> list[Element]:
    """Return what the blocks in a cell come to, as if they were a form of their own; `side` is the label left of it."""
    if side and cell.text == "□":
        form.intro = side  # a lone box is ticked for what stands beside it
    blocks, at = form.blocks, form.at
    form.blocks, form.at = [b for b in cell.blocks if isinstance(b, Grid) or b.text], 0
    out: list[Element] = []
    while form.at < len(form.blocks):
        block = form.blocks[form.at]
        form.at += 1
        out += form.block(block)
    form.blocks, form.at = blocks, at
    return out


# --- lists -----------------------------------------------------------------------------------------------------------


def _heads(grid: Grid, width: int) -> int:
    """Return how many rows are the head of a list; 0 where the table is no list."""
    if len(grid.rows) < 2:
        return 0
    first = grid.rows[0]
    named = [cell for cell in first if cell.text and not cell.continued]
    if len(named) < 2 or len(named) < len(first) or any(p.has(Gap) for cell in first for p in paragraphs(cell.blocks)):
        return 0
    heads = max(1, grid.heads)
    while heads < len(grid.rows):
        row = grid.rows[heads]
        merged = any(cell.continued for cell in row)
        numbers = (
            all(_COLUMN_NUMBER.match(cell.text) for cell in row if cell.text)
            and sum(bool(c.text) for c in row) > len(row) / 2
            and len(row) > 2
        )
        if _group(row, width):
            break
        full = (
            len(row) > 1 and all(cell.text or cell.continued for cell in row) and any(cell.across > 1 for cell in first)
        )
        if not (merged or numbers or full):
            break
        heads += 1
    body = grid.rows[heads:]
    if not body:
        return 0
    if any(any(p.text.endswith(":") or p.has(Gap) for p in paragraphs(row[0].blocks)) for row in grid.rows[:heads]):
        return 0
    filled = 0
    for row in body:
        if _TOTAL.match(next((cell.text for cell in row if cell.text), "")) or _group(row, width):
            continue
        words = [cell for cell in row if not cell.empty and not re.fullmatch(r"[\d.)\s]{1,4}", cell.text)]
        filled += len(words) > 0
    return heads if filled * 2 <= len(body) and filled < 2 else 0


def _group(row: tuple[Cell, ...], width: int) -> str:
    """Return the words of a row that only names the rows below it: one cell across, perhaps behind its number."""
    wide = [cell for cell in row if cell.across >= max(2, width - 1)]
    if len(wide) != 1 or len(row) > 2 or width < 3 or wide[0].empty or wide[0].continued or "□" in wide[0].text:
        return ""
    if _TOTAL.match(wide[0].text) or any(p.has(Gap) for p in paragraphs(wide[0].blocks)):
        return ""
    return " ".join(cell.text for cell in row if cell.text)


def _lists(grid: Grid, heads: int, width: int, form: Structure, intro: str) -> list[Element]:
    """Make one list of a table, or one for each group of rows that it names."""
    body = grid.rows[heads:]
    starts = [at for at, row in enumerate(body) if _group(row, width)]
    if not starts or starts[0] != 0 or any(b - a < 2 for a, b in pairwise([*starts, len(body)])):
        return [_rows(grid, heads, width, form, intro)]
    out: list[Element] = []
    for begin, end in pairwise([*starts, len(body)]):
        name = _group(body[begin], width)
        part = replace(grid, rows=(*grid.rows[:heads], *body[begin + 1 : end]))
        out.append(replace(form.line([Words(name, bold=True)], fixed=True), sticky=True))
        out.append(_rows(part, heads, width, form, name))
    return out


def _rows(grid: Grid, heads: int, width: int, form: Structure, intro: str) -> Rows:
    """Make a table of the form from a list, its columns from the lowest head cells."""
    layout: list[tuple[tuple[str, int, int], ...]] = []
    above: list[list[str]] = [[] for _ in range(width)]
    for number, row in enumerate(grid.rows[:heads]):
        at, cells = 0, []
        for cell in row:
            columns = range(at, min(width, at + cell.across))
            at += cell.across
            if cell.continued:
                continue
            down = 1
            while number + down < heads and _continues(grid.rows[number + down], columns.start):
                down += 1
            cells.append((cell.text, len(columns), down))
            if not _COLUMN_NUMBER.match(cell.text):
                for column in columns:
                    above[column].append(cell.text)
        layout.append(tuple(cells))
    label = item_of(intro)[1]
    label = label_of(label) if label and not INTRODUCES.fullmatch(label) else ""
    table = form.names.table(label or (form.names.section.title if form.draft.sections else "Bảng kê"))
    columns_: list[str | None] = []
    for column in range(width):
        words = list(dict.fromkeys(above[column]))
        name = words[-1] if words else ""
        if column == 0 and _NUMBERS.match(name.strip()):
            columns_.append(None)
            continue
        if len(words) > 1 and (
            guess(name).certainty == "unsure"
            or len(name) < 12
            or any(other != column and above[other][-1:] == [name] for other in range(width))
        ):
            name = f"{words[-2]} – {name}"
        columns_.append(
            form.names.field(label_of(name) or f"Cột {column + 1}", said=" / ".join(words), table=table).key
        )
    if not table.columns:
        columns_[0] = form.names.field("Nội dung", said="", table=table).key
    body = list(grid.rows[heads:])
    foot: tuple[tuple[str | None, int], ...] = ()
    total = next((row for row in body if _TOTAL.match(next((cell.text for cell in row if cell.text), ""))), None)
    if total is not None:
        body.remove(total)
        foot = _foot(total, table, columns_, width)
    table.columns[0].required = True
    return Rows(
        table.key,
        tuple(layout),
        tuple(columns_),
        _column_shares(grid, width, columns_, table),
        max(1, min(len(body), 30)),
        foot,
    )


def _continues(row: tuple[Cell, ...], column: int) -> bool:
    at = 0
    for cell in row:
        if at == column:
            return cell.continued
        at += cell.across
    return False


def _foot(
    row: tuple[Cell, ...], table: ProposedTable, columns: list[str | None], width: int
) -> tuple[tuple[str | None, int], ...]:
    """Return the row of totals: its words, and below amounts and numbers their sums."""
    kinds = {column.key: column.kind for column in table.columns}
    out: list[tuple[str | None, int]] = []
    at = 0
    for cell in row:
        span = min(cell.across, width - at)
        if span <= 0:
            break
        key = columns[at]
        if not cell.empty:
            out.append((cell.text, span))
        elif span == 1 and key is not None and kinds.get(key) in ("money", "integer"):
            table.totals.append(key)
            out.append((f"={key}", 1))
        else:
            out.append((None, span))
        at += span
    if at < width:
        out.append((None, width - at))
    return tuple(out)


def _column_shares(grid: Grid, width: int, columns: list[str | None], table: ProposedTable) -> tuple[int, ...]:
    """Return the columns' widths to each other: as drawn, or as their kinds need."""
    if len(grid.widths) == width and min(grid.widths) * 10 < max(grid.widths) * 9 and all(grid.widths):
        return tuple(max(1, share // 50) for share in grid.widths)
    kinds = {column.key: column.kind for column in table.columns}
    needs = {
        "name": 34,
        "text": 28,
        "multiline": 34,
        "date": 25,
        "personal_id": 31,
        "money": 26,
        "integer": 12,
        "check": 9,
    }
    return tuple(8 if key is None else needs.get(kinds[key], 20) for key in columns)


# --- tables of labels and cells --------------------------------------------------------------------------------------


def _ruled(grid: Grid, width: int, form: Structure) -> Ruled:
    """Make a field of each empty cell with a label left of it or above it; cells with gaps are lines as anywhere."""
    rows: list[tuple[tuple[tuple[Element, ...], int], ...]] = []
    heads: list[str] = [""] * width
    for number, row in enumerate(grid.rows):
        texts = [cell.text for cell in row]
        is_head = (
            (number == 0 and len(row) > 2 and all(texts))
            or (number == 1 and heads[-1] != "" and _below(row, grid.rows[0]))
        ) and not any(p.has(Gap) for c in row for p in paragraphs(c.blocks))
        out: list[tuple[tuple[Element, ...], int]] = []
        at, side = 0, ""
        for cell in row:
            content: list[Element]
            if is_head:
                for column in range(at, min(width, at + cell.across)):
                    heads[column] = " – ".join(part for part in (heads[column], cell.text) if part)
                content = [form.line(p.pieces, align="center", fixed=True) for p in paragraphs(cell.blocks) if p.text]
            elif not cell.empty:
                content = _content(cell, form, side) if _fills(cell) else _printed(cell, form)
                side = cell.text if not re.fullmatch(r"[\d.)\s(]{1,5}", cell.text) else side
            elif cell.continued or not (side or heads[min(at, width - 1)]):
                content = []
            else:
                content = [_cell_field(side, heads[min(at, width - 1)], sum(not c.text for c in row), form)]
            out.append((tuple(content), min(cell.across, width - at) or 1))
            at += cell.across
        rows.append(tuple(out))
    return Ruled(
        tuple(rows),
        width,
        grid.heads,
        tuple(max(1, w // 50) for w in grid.widths) if len(grid.widths) == width else (1,) * width,
    )


def _below(row: tuple[Cell, ...], first: tuple[Cell, ...]) -> bool:
    """Say whether a row is the second of a head: cells of the first go on in it, the others divide what spans."""
    return (
        any(cell.continued for cell in row)
        and any(cell.across > 1 for cell in first)
        and all(cell.text or cell.continued for cell in row)
    )


def _fills(cell: Cell) -> bool:
    return any(p.has(Gap) or "□" in p.text for p in paragraphs(cell.blocks))


def _printed(cell: Cell, form: Structure) -> list[Element]:
    return [form.line(p.pieces, align=p.align, fixed=True) for p in paragraphs(cell.blocks) if p.text]


def _cell_field(side: str, head: str, empties: int, form: Structure) -> Line:
    code, label = item_of(side)
    label = label_of(label)
    if empties > 1 and head:
        kind = guess(head)
        made = form.names.field(f"{label}: {head}" if label else head, said=f"{side} / {head}", code=code)
        if kind.certainty != "unsure" and not bare(head).startswith(("thong tin", "noi dung")):
            made.kind, made.facts = kind.kind, dict(kind.facts)
            made.help = (kind.help_vi, kind.help_en)
    else:
        made = form.names.field(label or head, said=side or head, code=code, room=60)
    return Line((Slot(made.key, "inline"),))


__all__ = ["letter_boxes", "read"]
