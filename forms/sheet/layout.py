"""Which column of a spreadsheet is which field.

A sheet that this program made names its columns in a hidden row, by path (`ct22`, `lao_dong.ho_ten`, and three of our
own below). In any other the headings are read: a field's name, its indicator (`[22]`), its label, or both, with or
without diacritics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from forms.definition import Definition, Field, Table
from forms.identifiers import fold
from forms.sheet.grid import Grid, Row, Sheet, plain

CLIENT: Final = "#client"
"""Path of the column with the client's tax code."""
NAME: Final = "#name"
"""Path of the column with the client's name: for the reader's eyes."""
ROW: Final = "#row"
"""Path of the column that ties the rows of a table to a row of the main sheet."""
PROBLEMS: Final = "#problems"
"""Path of the column that we write problems into; what stands there is never read."""
FACTS: Final = "_hoso"
"""Name of the hidden sheet with what the sheet was made for."""
LISTS: Final = "_danh_muc"
"""Name of the hidden sheet with the lists that cells choose from."""
OWN: Final[Mapping[str, tuple[str, str]]] = {
    CLIENT: ("Mã số thuế khách hàng", "Client's tax code"),
    NAME: ("Tên khách hàng", "Client"),
    ROW: ("Mã dòng", "Row key"),
    PROBLEMS: ("Lỗi", "Problems"),
}
_SAID: Final[Mapping[str, tuple[str, ...]]] = {
    CLIENT: (
        "ma so thue khach hang", "mst khach hang", "khach hang", "client", "tax code", "ma so thue", "mst",
        "so dinh danh", "so dinh danh ca nhan",
    ),
    NAME: ("ten khach hang", "client name"),
    ROW: ("ma dong", "row key"),
    PROBLEMS: ("loi", "problems"),
}  # fmt: skip
_LOOK = 30
"""Rows among which the headings are looked for."""
_PATH = re.compile(r"#[a-z]+|[a-zA-Z][A-Za-z0-9_]*(?:\.[a-zA-Z][A-Za-z0-9_]*)?")


@dataclass(frozen=True)
class Heading:
    """Say what the columns of one sheet are."""

    sheet: str
    row: int
    """Number of the row with the headings; what is to be read stands below it."""
    columns: Mapping[str, int]
    """Path → column, from 0."""
    unknown: tuple[str, ...] = ()
    """Headings that are none of the form's: their columns are not read."""
    twice: tuple[str, ...] = ()
    """Headings that are claimed by two columns: the first counts."""

    def has(self, path: str) -> bool:
        """Say whether a column holds a path."""
        return path in self.columns


@dataclass(frozen=True)
class Arrangement:
    """Say what the sheets of a spreadsheet are: the one with a row per client, and those of the form's tables."""

    main: Heading
    tables: Mapping[str, Heading] = field(default_factory=dict)


def sheet_title(table: Table) -> str:
    """Return the name of a table's sheet: within 31 characters, without what such names may not hold."""
    bare = re.sub(r"[\[\]:*?/\\']", " ", table.label.vi)
    return f"{' '.join(bare.split())[:20].strip()} ({table.name[:8]})"


def written_fields(fields: Iterable[Field]) -> list[Field]:
    """Return the fields that people fill in: not those that are worked out, nor files, which no cell holds."""
    return [field for field in fields if field.calculated is None and field.kind != "file"]


def arrange(grid: Grid, definition: Definition) -> Arrangement | None:
    """Find the sheet of clients and the sheets of tables; None where no sheet has a heading of the form's."""
    seen = [sheet for sheet in grid.sheets if not sheet.hidden] or list(grid.sheets)
    main: Heading | None = None
    tables: dict[str, Heading] = {}
    for sheet in seen:
        found = _heading(sheet, _names(definition.form_fields.values(), main=True))
        table = _table_of(sheet, definition)
        if table is not None and (found is None or len(table[1].columns) > len(found.columns)):
            tables.setdefault(table[0], table[1])
        elif found is not None and (main is None or len(found.columns) > len(main.columns)):
            main = found
    return Arrangement(main, tables) if main is not None else None


def table_heading(sheet: Sheet, table: Table) -> Heading | None:
    """Return the heading of a sheet that holds the rows of one table and nothing else; None where it has none."""
    found = _heading(sheet, _names(table.columns, main=False))
    return found if found is not None and any(found.has(column.path) for column in table.columns) else None


def _table_of(sheet: Sheet, definition: Definition) -> tuple[str, Heading] | None:
    best: tuple[str, Heading] | None = None
    for table in definition.tables.values():
        found = _heading(sheet, _names(table.columns, main=False))
        if found is None or not (found.has(ROW) or found.has(CLIENT)):
            continue
        named = sheet_title(table) == sheet.name or fold(table.label.vi) == fold(sheet.name)
        if best is None or named or len(found.columns) > len(best[1].columns):
            best = table.name, found
            if named:
                break
    return best


def _names(fields: Iterable[Field], *, main: bool) -> dict[str, str]:
    """Return what a heading may say → path. What two fields share names neither."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    exact: dict[str, str] = {}
    for one in fields:
        if one.kind == "file":
            continue
        exact[one.path] = exact[fold(one.name)] = one.path
        said = {fold(one.label.vi), fold(one.label.en), fold(one.title("vi")), fold(one.title("en"))}
        if one.code:
            said |= {fold(one.code), fold(one.code.strip("[]()"))}
        for words in said:
            if found.setdefault(words, one.path) != one.path:
                shared.add(words)
    for words in shared:
        del found[words]
    found |= exact
    for path, sayings in _SAID.items():
        for words in (*sayings, path) if main or path != NAME else (path,):
            # The form's own field of that name goes first: its value is compared with the client's afterwards.
            found.setdefault(words, path)
    return found


def _heading(sheet: Sheet, names: Mapping[str, str]) -> Heading | None:
    """Return the heading of a sheet: the hidden row of paths, or the row that says most names of fields."""
    best: Heading | None = None
    for row in sheet.rows:
        if row.number > _LOOK:
            break
        if any(plain(cell).startswith("#") and plain(cell) in OWN for cell in row.cells):
            return _by_paths(sheet, row, names)
        found = _by_words(sheet, row, names)
        if found is not None and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def _by_paths(sheet: Sheet, row: Row, names: Mapping[str, str]) -> Heading | None:
    known = set(names.values())
    columns: dict[str, int] = {}
    unknown = []
    for column, cell in enumerate(row.cells):
        path = plain(cell)
        if path and path not in known and _PATH.fullmatch(path):
            unknown.append(path)
        elif path:
            columns.setdefault(path, column)
    fields = [path for path in columns if not path.startswith("#")]
    return Heading(sheet.name, row.number + 1, columns, tuple(unknown)) if fields else None


def _by_words(sheet: Sheet, row: Row, names: Mapping[str, str]) -> Heading | None:
    columns: dict[str, int] = {}
    unknown, twice = [], []
    for column, cell in enumerate(row.cells):
        if not isinstance(cell, str):
            if cell is not None:
                unknown.append(plain(cell)[:80])
            continue
        path = names.get(fold(cell)) or names.get(fold(re.sub(r"[\s*:]+$", "", cell)))
        if path is None:
            unknown.append(cell.strip()[:80])
        elif path in columns:
            twice.append(cell.strip()[:80])
        else:
            columns[path] = column
    fields = [path for path in columns if not path.startswith("#")]
    if not fields or len(columns) * 3 < len(unknown):
        return None
    return Heading(sheet.name, row.number, columns, tuple(unknown), tuple(twice))
