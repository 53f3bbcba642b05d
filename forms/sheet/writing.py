"""Write the sheet of a form for many clients, and the copy of a sheet with its problems beside their cells.

Nothing that came from outside can become a formula: a text that begins like one is written as text, marked as such,
so that it stays text when somebody edits it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from forms import kinds, units
from forms.definition import Field, Table
from forms.identifiers import fold
from forms.period import Period
from forms.sheet.grid import MAX_TEXT, Cell, Grid, Odd, Percent, Row, plain
from forms.sheet.layout import (
    CLIENT,
    FACTS,
    LISTS,
    NAME,
    OWN,
    PROBLEMS,
    ROW,
    Arrangement,
    Heading,
    sheet_title,
    written_fields,
)
from forms.template import Template, TemplateRef, load

FIRST: Final = 3
"""Row of the first client: the paths stand hidden in row 1, the headings in row 2."""
_SPARE = 300
"""Rows below the last one that still get their lists to choose from."""
_MOST_COMMENTS = 4_000
_INK, _LINE, _GROUND = "FF1F2937", "FFD1D5DB", "FFE8EEF5"
_TINTS = {"error": "FFF9D7D5", "warning": "FFFFF0C2"}
_MARKS = {"error": "Lỗi", "warning": "Cảnh báo"}
_LIKE_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = {"money": 17, "date": 12, "check": 9, "month": 10, "integer": 9, "percent": 9, "multiline": 36, "ward": 30}


@dataclass(frozen=True)
class Line:
    """Hold one row to be written: its number in the sheet, and cells by path."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Remark:
    """Say something beside a cell, and in the column of problems of the client's row."""

    table: str
    """Name of the table in whose sheet it stands; empty for the sheet of clients."""
    row: int
    path: str | None
    """Path of the column; None: about the row as a whole."""
    severity: str
    text: str
    main_row: int
    """Number of the client's row."""


@dataclass(frozen=True)
class Content:
    """Hold what stands in a sheet that this program makes."""

    ref: TemplateRef
    period: str | None
    batch: str
    lines: tuple[Line, ...] = ()
    tables: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)


def make_sheet(content: Content, remarks: Sequence[Remark] = ()) -> bytes:
    """Return the workbook of a template: headings, notes, lists to choose from, a row per client. Raises
    TemplateError.
    """
    template = load(content.ref)
    book = Workbook()
    main = book.active
    assert isinstance(main, Worksheet)
    main.title = main_title(template)
    with_tables = bool(template.definition.tables)
    own = [CLIENT, NAME, *([ROW] if with_tables else [])]
    lists = _Lists(book)
    fields = written_fields(template.definition.form_fields.values())
    columns = _write(main, own, fields, content.lines, lists)
    places = {"": (main, columns)}
    for table in template.definition.tables.values():
        sheet = book.create_sheet(sheet_title(table))
        lines = content.tables.get(table.name, ())
        places[table.name] = sheet, _write(sheet, [ROW], written_fields(table.columns), lines, lists, table=table)
    facts = book.create_sheet(FACTS)
    for name, value in (
        ("format", "1"), ("template", template.id), ("version", template.version), ("period", content.period or ""),
        ("batch", content.batch),
    ):  # fmt: skip
        facts.append([name, value])
    facts.sheet_state = "veryHidden"
    facts.protection.sheet = True
    lists.close()
    _note(places, columns[PROBLEMS], remarks)
    book.properties.creator = "Hồ Sơ"
    when = f" · {Period.parse(content.period).label()}" if content.period else ""
    book.properties.title = f"{template.title.vi}{when}"
    return _bytes(book)


def main_title(template: Template) -> str:
    """Return the name of the sheet with a row per client."""
    return re.sub(r"[\[\]:*?/\\']", "-", f"{template.short or 'Tờ khai'}")[:31]


def copy_sheet(grid: Grid, headings: Arrangement, remarks: Sequence[Remark]) -> bytes:
    """Return a copy of a spreadsheet of another maker: its values as they were read, and the problems beside them."""
    book = Workbook()
    book.remove(book.worksheets[0])
    target: Worksheet | None = None
    column, main = 0, headings.main
    known = {"": main, **headings.tables}
    places: dict[str, tuple[Worksheet, Mapping[str, int]]] = {}
    for sheet in grid.sheets:
        made = book.create_sheet(sheet.name or "Danh sách")
        for row in sheet.rows:
            for at, cell in enumerate(row.cells):
                _put(made, row.number, at + 1, cell)
        for table, heading in known.items():
            if heading.sheet == sheet.name:
                places[table] = made, {path: at + 1 for path, at in heading.columns.items()}
        if sheet.hidden:
            made.sheet_state = "hidden"
        elif sheet.name == main.sheet:
            target = made
            width = max((len(row.cells) for row in sheet.rows), default=0)
            column = main.columns.get(PROBLEMS, width)
            for row in sheet.rows:
                if row.number == main.row:
                    for at in range(len(row.cells)):
                        made.cell(main.row, at + 1).font = Font(bold=True)
            made.freeze_panes = f"A{main.row + 1}"
            for at in range(width):
                longest = max((len(plain(row[at])) for row in sheet.rows[:200]), default=8)
                made.column_dimensions[get_column_letter(at + 1)].width = min(max(longest + 2, 8), 40)
    assert target is not None
    _put(target, main.row, column + 1, OWN[PROBLEMS][0])
    target.cell(main.row, column + 1).font = Font(bold=True)
    for number in range(main.row + 1, target.max_row + 1):
        target.cell(number, column + 1).value = None  # what a copy made before said
    target.column_dimensions[get_column_letter(column + 1)].width = 60
    _note(places, column + 1, remarks)
    return _bytes(book)


def as_cell(spec: Field, value: object) -> Cell:
    """Return a form's value as a person would have typed it into a cell."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, int):
        return Decimal(value)
    text = str(value)
    match spec.kind:
        case "decimal" | "percent" | "money":
            return Decimal(text)
        case "date":
            return date.fromisoformat(text)
        case "month":
            return f"{text[5:]}/{text[:4]}"
        case "choice":
            return kinds.option_label(spec, text) or text
        case "province":
            return kinds.option_label(spec, text) or text
        case "ward":
            label = kinds.option_label(spec, text)
            return f"{label} ({text})" if label else text
        case _:
            return text


# --- one sheet -----------------------------------------------------------------------------------------------------


def _write(
    sheet: Worksheet,
    own: Sequence[str],
    fields: Sequence[Field],
    lines: Iterable[Line],
    lists: _Lists,
    *,
    table: Table | None = None,
) -> dict[str, int]:
    """Write paths, headings, notes and rows; return path → column, from 1."""
    order = [PROBLEMS] if table is None else []
    paths = [*own, *(one.path for one in fields), *order]
    columns = {path: at for at, path in enumerate(paths, 1)}
    specs = {one.path: one for one in fields}
    edge = Border(bottom=Side("thin", _LINE), right=Side("thin", _LINE))
    for path, at in columns.items():
        letter = get_column_letter(at)
        spec = specs.get(path)
        sheet.cell(1, at, path)
        title = OWN[path][0] if spec is None else spec.title("vi") + (" *" if spec.required else "")
        head = sheet.cell(2, at)
        _put(sheet, 2, at, title)
        head.font = Font(bold=True, color=_INK)
        head.fill = PatternFill("solid", fgColor=_GROUND)
        head.border = edge
        head.alignment = Alignment(wrap_text=True, vertical="top")
        help_text = _OWN_HELP[path] if spec is None else _help(spec)
        head.comment = _comment(help_text)
        dimension: Any = sheet.column_dimensions[letter]
        dimension.width = _OWN_WIDTHS.get(path, 14) if spec is None else _width(spec)
        dimension.number_format = "@" if spec is None else _format(spec)
        dimension.protection = Protection(locked=False)
        if path == PROBLEMS:
            dimension.alignment = Alignment(wrap_text=True, vertical="top")
    last = FIRST - 1
    formats = {path: ("@" if path not in specs else _format(specs[path])) for path in paths}
    unlocked = Protection(locked=False)
    for line in lines:
        last = max(last, line.number)
        for path, cell in line.cells.items():
            if path in columns and cell is not None:
                made = _put(sheet, line.number, columns[path], cell)
                made.protection = unlocked
                if not isinstance(cell, str) or formats[path] == "@":
                    made.number_format = formats[path] if not isinstance(cell, Percent) else "0.####%"
    for spec in fields:
        lists.offer(sheet, spec, columns, last + _SPARE)
    sheet.row_dimensions[1].hidden = True
    sheet.row_dimensions[2].height = 62
    fixed = len(own) + 1
    sheet.freeze_panes = f"{get_column_letter(fixed)}{FIRST}"
    # No password: it keeps the headings from being changed by accident, and hides nothing.
    protection = sheet.protection
    protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(protection, allowed, False)
    return columns


_OWN_WIDTHS = {CLIENT: 18, NAME: 34, ROW: 10, PROBLEMS: 60}
_OWN_HELP = {
    CLIENT: "Mã số thuế (hoặc số định danh 12 chữ số) của khách hàng trong kho hồ sơ. Mỗi khách hàng một dòng.",
    NAME: "Để dễ nhận ra dòng; chương trình lấy tên trong kho hồ sơ.",
    ROW: "Nối các dòng của bảng ở trang khác với dòng này. Ở trang bảng có thể ghi mã dòng hoặc mã số thuế khách hàng.",
    PROBLEMS: "Chương trình ghi lỗi vào đây khi kiểm tra. Nội dung cột này không được đọc.",
}


def _help(spec: Field) -> str:
    parts = [spec.help.vi]
    if spec.required:
        parts.append("Bắt buộc.")
    kind = {
        "money": "Số nguyên đồng.", "date": "Ngày dạng dd/MM/yyyy.", "month": "Tháng dạng MM/yyyy.",
        "quarter": "Quý dạng Q3/2026.", "percent": "Phần trăm: ghi 8 cho 8 %.", "check": "Có hoặc để trống.",
        "tax_code": "Định dạng văn bản, giữ số 0 ở đầu.", "personal_id": "Định dạng văn bản, đủ 12 chữ số.",
    }.get(spec.kind)  # fmt: skip
    if kind:
        parts.append(kind)
    if spec.confidence:
        parts.append("Chưa xác nhận.")
    return " ".join(parts)


def _width(spec: Field) -> float:
    return _WIDTHS.get(spec.kind, 34 if (spec.max_length or 100) > 60 and spec.kind in ("text", "name") else 18)


def _format(spec: Field) -> str:
    match spec.kind:
        case "money" if spec.coefficient:
            return "#,##0.##"
        case "money" | "integer":
            return "#,##0"
        case "decimal" | "percent":
            return "General"
        case "date":
            return "dd/mm/yyyy"
        case _:
            return "@"


class _Lists:
    """The hidden sheet of lists, and the cells that choose from them."""

    def __init__(self, book: Workbook) -> None:
        self._sheet = book.create_sheet(LISTS)
        self._made: dict[str, str] = {}
        self._next = 1
        self._provinces: tuple[str, str] | None = None

    def offer(self, sheet: Worksheet, spec: Field, columns: Mapping[str, int], last: int) -> None:
        """Let the cells of a field choose from its list."""
        letter = get_column_letter(columns[spec.path])
        formula = self._formula(spec, columns)
        if formula is None:
            return
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, errorStyle="warning")
        rule.errorTitle, rule.error = "Ngoài danh mục", "Giá trị này không có trong danh mục. Vẫn giữ lại?"
        rule.promptTitle, rule.prompt = spec.title("vi")[:32], _help(spec)[:250]
        rule.add(f"{letter}{FIRST}:{letter}{last}")
        sheet.add_data_validation(rule)

    def close(self) -> None:
        """Put the sheet behind the others, unseen."""
        self._sheet.sheet_state = "veryHidden"
        self._sheet.protection.sheet = True

    def _formula(self, spec: Field, columns: Mapping[str, int]) -> str | None:
        if spec.kind == "check":
            return '"Có,Không"'
        if spec.kind == "ward":
            return self._wards(spec, columns)
        if spec.kind == "province":
            return self._range("provinces", self._names("units/provinces"))
        labels = [option.label.vi for option in spec.options]
        if not labels:
            return None
        joined = ",".join(labels)
        if len(joined) <= 250 and not any("," in one or '"' in one for one in labels):
            return f'"{joined}"'
        return self._range(spec.path, labels)

    def _names(self, name: str) -> list[str]:
        return sorted((unit.name for unit in (units.entries(name) or {}).values()), key=fold)

    def _range(self, name: str, texts: Sequence[str]) -> str:
        if name not in self._made:
            self._made[name] = self._column(texts)
        return self._made[name]

    def _column(self, texts: Sequence[str]) -> str:
        at, letter = self._next, get_column_letter(self._next)
        self._next += 1
        for row, text in enumerate(texts, 1):
            self._sheet.cell(row, at, text)
        return f"{quote_sheetname(LISTS)}!${letter}$1:${letter}${max(len(texts), 1)}"

    def _wards(self, spec: Field, columns: Mapping[str, int]) -> str:
        """Offer the wards of the province beside; all of them where the form does not name it."""
        if self._provinces is None:
            provinces = units.entries("units/provinces") or {}
            wards = [
                (provinces[ward.parent or ""].name, f"{ward.name} ({code})")
                for code, ward in (units.entries("units/wards") or {}).items()
                if ward.parent in provinces
            ]
            wards.sort(key=lambda pair: (fold(pair[0]), fold(pair[1])))
            self._provinces = self._column([pair[0] for pair in wards]), self._column([pair[1] for pair in wards])
        of, names = self._provinces
        table = f"{spec.table}." if spec.table else ""
        beside = columns.get(f"{table}{spec.depends_on}") if spec.depends_on else None
        if beside is None:
            return names
        cell, first = f"${get_column_letter(beside)}{FIRST}", names.partition(":")[0]
        return f"OFFSET({first},MATCH({cell},{of},0)-1,0,COUNTIF({of},{cell}),1)"


# --- cells -----------------------------------------------------------------------------------------------------------


def _put(sheet: Worksheet, row: int, column: int, cell: Cell) -> Any:
    made: Any = sheet.cell(row, column)
    match cell:
        case str():
            text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", cell)[:MAX_TEXT]
            made.value = text
            made.data_type = "s"
            if text.startswith(_LIKE_FORMULA):
                made.quotePrefix = True
        case Decimal():
            made.value = int(cell) if cell == cell.to_integral_value() else cell
        case Percent():
            made.value = cell.number
            made.number_format = "0.####%"
        case Odd():
            made.value = cell.text or "(công thức chưa tính)"
            made.data_type = "s"
        case date():
            made.value = cell
            made.number_format = "dd/mm/yyyy"
        case _:
            made.value = cell
    return made


def _note(places: Mapping[str, tuple[Worksheet, Mapping[str, int]]], column: int, remarks: Sequence[Remark]) -> None:
    """Colour the cells, say beside each what is wrong, and gather it in the column of problems (from 1).

    `places` holds each table's sheet and its columns by path; the empty name is the sheet of clients.
    """
    main = places[""][0]
    said: dict[tuple[str, int, int], list[Remark]] = {}
    rows: dict[int, list[Remark]] = {}
    where: dict[int, str] = {}
    for remark in remarks:
        sheet, columns = places.get(remark.table, places[""])
        at = columns.get(remark.path or "")
        if at is not None:
            said.setdefault((remark.table, remark.row, at), []).append(remark)
            cell = f" {get_column_letter(at)}{remark.row}"
            where[id(remark)] = cell if sheet is main else f" {sheet.title}{cell}"
        rows.setdefault(remark.main_row, []).append(remark)
    for number, ((table, row, at), told) in enumerate(said.items()):
        made: Any = places[table][0].cell(row, at)
        worst = "error" if any(one.severity == "error" for one in told) else "warning"
        made.fill = PatternFill("solid", fgColor=_TINTS[worst])
        made.protection = Protection(locked=False)
        if number < _MOST_COMMENTS:
            made.comment = _comment("\n".join(f"{_MARKS[one.severity]}: {one.text}" for one in told))
    for row, told in rows.items():
        if row <= 0:
            continue
        told = sorted(told, key=lambda one: one.severity != "error")
        lines = [f"{_MARKS[one.severity]}{where.get(id(one), '')}: {one.text}" for one in told]
        made = _put(main, row, column, "\n".join(lines)[:2_000])
        made.alignment = Alignment(wrap_text=True, vertical="top")
        made.protection = Protection(locked=False)
        made.fill = PatternFill("solid", fgColor=_TINTS[told[0].severity])


def _comment(text: str) -> Comment:
    text = ILLEGAL_CHARACTERS_RE.sub("", text)[:1_000]
    return Comment(text, "Hồ Sơ", width=320, height=min(40 + 18 * (len(text) // 45 + text.count("\n") + 1), 300))


def _bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lines_of(rows: Iterable[Row], heading: Heading) -> tuple[Line, ...]:
    """Return the rows below a heading as they were read, by path."""
    return tuple(
        Line(row.number, {path: row[at] for path, at in heading.columns.items() if path != PROBLEMS})
        for row in rows
        if row.number > heading.row
    )
