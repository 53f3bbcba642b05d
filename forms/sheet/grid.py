"""What a spreadsheet holds once it is read: sheets of sparse rows of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

MAX_FILE: Final = 32 << 20
MAX_UNPACKED: Final = 160 << 20
"""Bytes of a file, and of all that is unpacked from it."""
MAX_COLUMNS: Final = 512
MAX_ROWS: Final = 100_000
"""Columns and rows of one sheet that may hold something."""
MAX_CELLS: Final = 1_000_000
MAX_TEXT: Final = 32_767
"""Characters of one cell: what the spreadsheet programs themselves take."""
MAX_TEXTS: Final = 32 << 20
"""Characters of all cells together: a thousand cells may name one shared text."""


@dataclass(frozen=True)
class Odd:
    """Be a cell whose value cannot be used: an error (`#N/A`), or a formula that no program has worked out yet."""

    kind: Literal["error", "formula"]
    text: str = ""


@dataclass(frozen=True)
class Percent:
    """Be a number that is shown as a percentage: 0.08 that reads 8 %."""

    number: Decimal


Cell: TypeAlias = str | Decimal | bool | date | Percent | Odd | None


@dataclass(frozen=True)
class Row:
    """Hold one row that has something in it, with its number as the spreadsheet counts (from 1)."""

    number: int
    cells: tuple[Cell, ...]

    def __getitem__(self, column: int) -> Cell:
        """Return the cell of a column (from 0), None beyond the last."""
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True)
class Sheet:
    """Hold one sheet."""

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False


@dataclass(frozen=True)
class Grid:
    """Hold a spreadsheet, and how it was written."""

    kind: Literal["xlsx", "csv"]
    sheets: tuple[Sheet, ...]
    how: Mapping[str, str] = field(default_factory=dict)
    """For a text file its encoding and separator."""

    def sheet(self, name: str) -> Sheet | None:
        """Return the sheet of a name."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def letters(column: int) -> str:
    """Return a column's name (0 is A, 27 is AB)."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def plain(cell: Cell) -> str:
    """Return a cell as text, as a heading or a key is compared."""
    match cell:
        case None:
            return ""
        case str():
            return cell.strip()
        case bool():
            return "1" if cell else "0"
        case Decimal():
            return f"{cell:f}"
        case date():
            return cell.isoformat()
        case Percent():
            return f"{cell.number:f}"
        case Odd():
            return cell.text
