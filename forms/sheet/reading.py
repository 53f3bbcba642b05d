"""Read a spreadsheet from outside, whatever its format; for a worker process."""

from __future__ import annotations

from forms.sheet.errors import SheetEmpty, SheetTooLarge
from forms.sheet.grid import MAX_FILE, Grid
from forms.sheet.text import read_text
from forms.sheet.workbook import is_workbook, read_workbook


def read_sheet(data: bytes) -> Grid:
    """Return what a workbook (XLSX) or a text file (CSV) holds. Raises SheetError."""
    if len(data) > MAX_FILE:
        raise SheetTooLarge(MAX_FILE >> 20)
    grid = read_workbook(data) if is_workbook(data) else read_text(data)
    if not any(sheet.rows for sheet in grid.sheets):
        raise SheetEmpty
    return grid
