"""A spreadsheet as data for one form per row, each value still knowing its cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from forms import kinds, strict_json, units, written
from forms.bundled import RESOURCES
from forms.definition import Field, Table, Text
from forms.form.problem import Problem, fill
from forms.identifiers import check_personal_id, check_phone, check_tax_code, fold
from forms.period import Period
from forms.sheet.errors import SheetEmpty, SheetNoClients, SheetNoFields, SheetOfAnotherForm, SheetTooLong
from forms.sheet.grid import Cell, Grid, Odd, Percent, Row, letters, plain
from forms.sheet.layout import CLIENT, FACTS, NAME, ROW, Arrangement, Heading, arrange
from forms.template import Template

MAX_CLIENTS: Final = 5_000
_ITEM = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[([0-9]+)\]\.([A-Za-z_][A-Za-z0-9_]*)")
_SLASHED = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -](?:[0-9]{4}|[0-9]{2})")
_YES = frozenset(("x", "co", "1", "true", "yes", "✓", "v", "✔", "đ"))
_NO = frozenset(("", "khong", "0", "false", "no", "-"))
_FIXED: Final = {"tax_code": 10, "personal_id": 12, "social_insurance": 10, "phone": 10}
"""Digits of the numbers that begin with 0 more often than not: a cell of numbers loses it."""


@dataclass(frozen=True)
class Place:
    """Name a cell."""

    sheet: str
    row: int
    column: int

    @property
    def name(self) -> str:
        """Return it as spreadsheets do: `C5`, with its sheet where that has a name."""
        cell = f"{letters(self.column)}{self.row}"
        return f"{self.sheet}!{cell}" if self.sheet else cell


@dataclass(frozen=True)
class PlanRow:
    """Hold what one row says."""

    number: int
    key: str
    """What its rows in other sheets are tied to: the row's own key, or the client's tax code."""
    client: str
    name: str
    data: Mapping[str, Any]
    notes: tuple[Problem, ...] = ()
    """What could not be read of its cells, or was read with a change that a person should know."""
    table_rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Numbers of the rows of each table, in the order of the data."""


@dataclass(frozen=True)
class Plan:
    """Hold a spreadsheet read for one version of a template."""

    template: str
    version: str
    period: str | None
    batch: str | None
    """Identity that the sheet was given when it was made; None for a sheet of another maker."""
    own: bool
    """Whether this program made it."""
    headings: Arrangement
    rows: tuple[PlanRow, ...]
    stray: tuple[Problem, ...] = ()
    """Rows of tables that belong to no row of the main sheet; headings that are none of the form's."""

    def place(self, row: PlanRow, path: str) -> Place | None:
        """Return the cell that a problem is about; None where the sheet has no column for it."""
        match = _ITEM.fullmatch(path)
        if match is None:
            table = self.headings.tables.get(path.partition("[")[0])
            if table is not None:
                numbers = row.table_rows.get(path.partition("[")[0], ())
                return Place(table.sheet, numbers[0], 0) if numbers else None
            column = self.headings.main.columns.get(path)
            return None if column is None else Place(self.headings.main.sheet, row.number, column)
        heading, numbers = self.headings.tables.get(match[1]), row.table_rows.get(match[1], ())
        if heading is None or int(match[2]) >= len(numbers):
            return None
        column = heading.columns.get(f"{match[1]}.{match[3]}", 0)
        return Place(heading.sheet, numbers[int(match[2])], column)


@dataclass(frozen=True)
class MadeFor:
    """Say what a sheet of ours was made for; all None where another program made it."""

    template: str | None = None
    version: str | None = None
    period: str | None = None
    batch: str | None = None


def made_for(grid: Grid) -> MadeFor:
    """Return what the hidden sheet says."""
    sheet = grid.sheet(FACTS)
    said = {plain(row[0]): plain(row[1]) for row in sheet.rows[:20]} if sheet is not None else {}
    return MadeFor(*(said.get(name, "")[:80] or None for name in ("template", "version", "period", "batch")))


def read_plan(grid: Grid, template: Template, period: Period | None, today: date) -> Plan:
    """Read the rows of a spreadsheet as data for a form each.

    Raises SheetOfAnotherForm, SheetNoFields, SheetNoClients, SheetEmpty.
    """
    made = made_for(grid)
    if made.template is not None and made.template != template.id:
        raise SheetOfAnotherForm(made.template, template.id)
    if made.period is not None and period is not None and made.period != str(period):
        raise SheetOfAnotherForm(f"{made.template} {made.period}", f"{template.id} {period}")
    found = arrange(grid, template.definition)
    if found is None:
        raise SheetNoFields(template.id)
    keys = [path for path in (CLIENT, template.identity.tax_code, template.identity.personal_id) if path]
    keys = [path for path in keys if found.main.has(path)]
    if not keys:
        raise SheetNoClients
    reader = Reading(template, today)
    tables, stray = _table_rows(grid, found)
    rows: list[PlanRow] = []
    sheet = grid.sheet(found.main.sheet)
    assert sheet is not None
    for row in sheet.rows:
        if row.number <= found.main.row or not any(plain(cell) for cell in _meant(row, found.main)):
            continue
        if len(rows) >= MAX_CLIENTS:
            raise SheetTooLong(sheet.name, MAX_CLIENTS)
        rows.append(reader.row(row, found, keys, tables))
    if not rows:
        raise SheetEmpty
    for heading in (found.main, *found.tables.values()):
        for words in heading.unknown:
            stray.append(note("SHEET_COLUMN_UNKNOWN", "", "warning", heading=words, sheet=heading.sheet))
        for words in heading.twice:
            stray.append(note("SHEET_COLUMN_TWICE", "", "warning", heading=words, sheet=heading.sheet))
    for (table, key), lost in tables.items():
        if lost:
            numbers = ", ".join(str(one.number) for one in lost[:10])
            where = found.tables[table].sheet
            stray.append(note("SHEET_ROW_LOST", table, "error", key=key or "—", rows=numbers, sheet=where))
    for heading in (found.main, *found.tables.values()):
        stray += swapped_dates(grid, heading, template)
    batch = made.batch if made.batch and re.fullmatch(r"[A-Za-z0-9-]{4,40}", made.batch) else None
    return Plan(
        template.id, template.version, str(period) if period else None, batch, made.template is not None, found,
        tuple(rows), tuple(stray),
    )  # fmt: skip


def swapped_dates(grid: Grid, heading: Heading, template: Template) -> list[Problem]:
    """Warn of each column of dates where some text can only be month before day: the others may be so, too.

    A date as 06/05/2026 is read as people here write it, the 6th of May; beside 06/15/2026 that is likely wrong.
    """
    sheet = grid.sheet(heading.sheet)
    definition = template.definition
    specs = [*definition.form_fields.values(), *(c for table in definition.tables.values() for c in table.columns)]
    found = []
    for spec in specs:
        if sheet is None or spec.kind != "date" or spec.path not in heading.columns:
            continue
        column = heading.columns[spec.path]
        either, month_first = "", ""
        for row in sheet.rows:
            cell = row[column] if row.number > heading.row else None
            match = _SLASHED.fullmatch(unescaped(cell).strip()) if isinstance(cell, str) else None
            if match is None:
                continue
            first, second = int(match[1]), int(match[2])
            if first <= 12 < second <= 31:
                month_first = month_first or match[0]
            elif first != second and first <= 12 and second <= 12:
                either = either or match[0]
        if either and month_first:
            column_name = letters(column)
            found.append(
                note("SHEET_DATES_SWAPPED", "", "warning", spec, column=column_name, sure=month_first, either=either)
            )
    return found


def _meant(row: Row, heading: Heading) -> list[Cell]:
    skipped = (NAME, ROW, "#problems")
    return [row[column] for path, column in heading.columns.items() if path not in skipped]


def _table_rows(grid: Grid, found: Arrangement) -> tuple[dict[tuple[str, str], list[Row]], list[Problem]]:
    """Return the rows of each table by the key that ties them to a row of the main sheet."""
    tied: dict[tuple[str, str], list[Row]] = {}
    for name, heading in found.tables.items():
        sheet = grid.sheet(heading.sheet)
        assert sheet is not None
        column = heading.columns.get(ROW, heading.columns.get(CLIENT, 0))
        for row in sheet.rows:
            if row.number > heading.row and any(plain(cell) for cell in _meant(row, heading)):
                tied.setdefault((name, bare_key(row[column])), []).append(row)
    return tied, []


def bare_key(cell: Cell) -> str:
    """Return a tax code or a row's key as it is compared: without blanks, without an apostrophe in front."""
    return re.sub(r"\s+", "", unescaped(plain(cell)))[:60]


def client_code(cell: Cell) -> str:
    """Return the tax code or personal number that a cell means; zeros that a cell of numbers lost are put back."""
    code = bare_key(cell)
    if isinstance(cell, Decimal) and code.isdigit():
        for digits, check in ((10, check_tax_code), (12, check_personal_id)):
            if len(code) < digits:
                whole = code.zfill(digits)
                found = check(whole)
                if found is None or found.severity != "error":
                    return whole
    return code


def unescaped(text: str) -> str:
    """Return a text without the apostrophe that keeps a spreadsheet program from working it out."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t\r" else text


class Reading:
    """Read cells for the fields of one template."""

    def __init__(self, template: Template, today: date) -> None:
        self.template = template
        self.definition = template.definition
        self.today = today

    def row(
        self, row: Row, found: Arrangement, keys: Sequence[str], tables: dict[tuple[str, str], list[Row]]
    ) -> PlanRow:
        """Read one row, and the rows of tables that are tied to it: those are taken out of `tables`."""
        notes: list[Problem] = []
        data: dict[str, Any] = {}
        for path, column in found.main.columns.items():
            spec = self.definition.form_fields.get(path)
            if spec is not None:
                self._take(data, spec, row[column], path, notes)
        self._wards(data, self.definition.form_fields.values())
        client = next((code for path in keys if (code := client_code(row[found.main.columns[path]]))), "")
        own = bare_key(row[found.main.columns[ROW]]) if found.main.has(ROW) else ""
        table_rows: dict[str, tuple[int, ...]] = {}
        for name, heading in found.tables.items():
            table = self.definition.tables[name]
            tied = [one for key in dict.fromkeys((own, client)) if key for one in tables.pop((name, key), [])]
            if tied:
                table_rows[name] = tuple(one.number for one in tied)
                data[name] = [self.entry(one, heading, table, index, notes) for index, one in enumerate(tied)]
        name_column = found.main.columns.get(NAME)
        name = plain(row[name_column]) if name_column is not None else ""
        if not name and self.template.identity.name:
            name = str(data.get(self.template.identity.name) or "")
        return PlanRow(row.number, own or client, client, name[:200], data, tuple(notes), table_rows)

    def entry(self, row: Row, heading: Heading, table: Table, index: int, notes: list[Problem]) -> dict[str, Any]:
        """Read one row of a table; `index` is its place in the data."""
        entry: dict[str, Any] = {}
        for spec in table.columns:
            if heading.has(spec.path):
                self._take(entry, spec, row[heading.columns[spec.path]], f"{table.name}[{index}].{spec.name}", notes)
        self._wards(entry, table.columns)
        return entry

    def _wards(self, data: dict[str, Any], fields: Iterable[Field]) -> None:
        """Find wards by name in the province beside: many provinces have one of the same name."""
        for spec in fields:
            if spec.kind == "ward" and spec.depends_on and data.get(spec.name):
                province = str(data.get(spec.depends_on) or "")
                same = [ward for ward in units.wards_of(province) if fold(ward.name) == fold(str(data[spec.name]))]
                if len(same) == 1:
                    data[spec.name] = same[0].code

    def _take(self, data: dict[str, Any], spec: Field, cell: Cell, path: str, notes: list[Problem]) -> None:
        if cell is None:
            return
        if isinstance(cell, Odd):
            code = "SHEET_FORMULA_EMPTY" if cell.kind == "formula" else "SHEET_CELL_ERROR"
            notes.append(note(code, path, "error", spec, text=cell.text))
            return
        taken = read_cell(spec, cell, self.today)
        if taken.choices:
            several = " / ".join(kinds.grouped(one) for one in taken.choices)
            notes.append(note("SHEET_NUMBER_AMBIGUOUS", path, "error", spec, text=plain(cell)[:40], choices=several))
            return
        value = taken.value
        if spec.kind in _FIXED and isinstance(cell, Decimal) and isinstance(value, str):
            whole = _zeros(spec.kind, value)
            if whole != value:
                notes.append(note("SHEET_ZERO_RESTORED", path, "warning", spec, text=value, value=whole))
                value = whole
        if value is not None:
            data[spec.name] = value


def _zeros(kind: str, digits: str) -> str:
    wanted = _FIXED[kind]
    if not digits.isdigit() or not wanted - 3 <= len(digits) < wanted:
        return digits
    whole = digits.zfill(wanted)
    checks = {"tax_code": check_tax_code, "personal_id": check_personal_id, "phone": check_phone}
    found = checks[kind](whole) if kind in checks else None
    return whole if found is None else digits


@dataclass(frozen=True)
class Read:
    """Say what a cell means for a field; what cannot be read is handed on as it stands, for the form to refuse."""

    value: Any = None
    choices: tuple[str, ...] = ()


def read_cell(spec: Field, cell: Cell, today: date) -> Read:
    """Return what a cell means for a field."""
    if isinstance(cell, Percent):
        number = cell.number * 100 if spec.kind == "percent" else cell.number
        return Read(_as_number(spec, number))
    match kinds.KINDS[spec.kind]:
        case "number":
            if isinstance(cell, Decimal):
                return Read(_as_number(spec, cell))
            if not isinstance(cell, str):
                return Read(plain(cell))
            whole = spec.kind in ("money", "integer") and not spec.coefficient
            taken = written.read_number(unescaped(cell.strip()), whole=whole)
            if spec.coefficient and len(taken.choices) == 2:
                # "5.000" in a column of pay is an amount, never a coefficient of five.
                taken = written.read_number(unescaped(cell.strip()), whole=True)
            if taken.choices:
                return Read(choices=taken.choices)
            if taken.unread:
                return Read(cell.strip())
            if spec.coefficient and isinstance(taken.value, str):
                return Read(_as_number(spec, Decimal(taken.value)))
            return Read(taken.value)
        case "flag":
            if isinstance(cell, bool):
                return Read(cell)
            said = fold(plain(cell))
            return Read(True if said in _YES else False if said in _NO else plain(cell))
        case _:
            return Read(_as_text(spec, cell, today))


def _as_number(spec: Field, number: Decimal) -> Any:
    if spec.kind in ("money", "integer") and number == number.to_integral_value():
        return int(number)
    return kinds.plain(number) if spec.kind in ("decimal", "percent") or spec.coefficient else number


def _as_text(spec: Field, cell: Cell, today: date) -> Any:
    if isinstance(cell, date):
        match spec.kind:
            case "date":
                return cell.isoformat()
            case "month" | "period":
                return f"{cell.year}-{cell.month:02}"
            case "quarter":
                return f"{cell.year}-Q{(cell.month + 2) // 3}"
            case _:
                return f"{cell:%d/%m/%Y}"
    text = unescaped(plain(cell))
    if not text:
        return None
    match spec.kind:
        case "date":
            taken = written.read_date(text, today)
        case "month" | "quarter" | "period":
            taken = written.read_period(text, spec.kind, today)
        case "choice":
            taken = written.read_option(text, spec.options, "vi")
        case "province" | "ward":
            return listed(spec.options_from or kinds.LISTS[spec.kind], text)
        case "multiline":
            return text
        case _:
            return " ".join(text.split())
    return text if taken.unread else taken.value


def listed(name: str, text: str) -> str:
    """Return the code that a text names in a list: a code, a name that only one has, or "name (code)"."""
    entries = units.entries(name) or {}
    code = re.search(r"\(([0-9A-Za-z]{1,12})\)\s*$", text)
    for known in (text, text.zfill(2) if text.isdigit() else "", text.zfill(5) if text.isdigit() else ""):
        if known in entries:
            return known
    if code and code[1] in entries:
        return code[1]
    same = _by_name(name).get(fold(text), ())
    return same[0] if len(same) == 1 else text


@cache
def _by_name(name: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, unit in (units.entries(name) or {}).items():
        found[fold(unit.name)] = (*found.get(fold(unit.name), ()), code)
    return found


@cache
def _words() -> Mapping[str, Text]:
    raw = strict_json.loads((RESOURCES / "i18n" / "messages" / "sheet.json").read_bytes())

    def text(entry: Mapping[str, Any], lang: str) -> str:
        return f"{entry[lang]['sentence']} {entry[lang]['remedy']}"

    return {code: Text(text(entry, "vi"), text(entry, "en")) for code, entry in raw.items()}


def note(code: str, path: str, severity: Any, spec: Field | None = None, /, **facts: Any) -> Problem:
    """Make a problem about a cell, in words."""
    label = Text(spec.title("vi"), spec.title("en")) if spec is not None else Text("", "")

    def shown(name: str, lang: str) -> str | None:
        return label.get(lang) if name == "label" else str(facts[name]) if name in facts else None

    return Problem(path, severity, code, fill(_words()[code], shown), dict(facts))
