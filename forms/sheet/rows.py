"""The rows of one table of a form out of somebody's spreadsheet: a list of workers kept in Excel, say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.form.problem import Problem
from forms.sheet.errors import SheetEmpty, SheetNoFields, SheetTooLong
from forms.sheet.grid import Grid, Sheet, plain
from forms.sheet.layout import Heading, table_heading
from forms.sheet.plan import Reading, swapped_dates
from forms.template import Template


@dataclass(frozen=True)
class SheetRows:
    """Hold what a spreadsheet says for one table."""

    rows: tuple[dict[str, Any], ...]
    numbers: tuple[int, ...]
    """Number of each row as the spreadsheet counts, from 1."""
    sheet: str
    unknown: tuple[str, ...]
    """Headings that are none of the table's: their columns are left out."""
    notes: tuple[Problem, ...]
    """Cells that could not be read, or were read with a change; paths count the rows from 0."""


def read_rows(grid: Grid, template: Template, table: str, today: date) -> SheetRows:
    """Read the sheet whose headings name most columns of a table.

    Raises SheetNoFields where no sheet names any, SheetEmpty, and SheetTooLong beyond what the table takes.
    """
    definition = template.definition.tables[table]
    best: tuple[Sheet, Heading] | None = None
    for sheet in [sheet for sheet in grid.sheets if not sheet.hidden] or list(grid.sheets):
        heading = table_heading(sheet, definition)
        if heading is not None and (best is None or len(heading.columns) > len(best[1].columns)):
            best = sheet, heading
    if best is None:
        raise SheetNoFields(template.id)
    sheet, heading = best
    reader = Reading(template, today)
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    notes: list[Problem] = []
    meant = [heading.columns[spec.path] for spec in definition.columns if heading.has(spec.path)]
    for row in sheet.rows:
        if row.number <= heading.row or not any(plain(row[column]) for column in meant):
            continue
        if len(rows) >= definition.max_rows:
            raise SheetTooLong(sheet.name, definition.max_rows)
        rows.append(reader.entry(row, heading, definition, len(rows), notes))
        numbers.append(row.number)
    if not rows:
        raise SheetEmpty
    notes += swapped_dates(grid, heading, template)
    return SheetRows(tuple(rows), tuple(numbers), sheet.name, heading.unknown, tuple(notes))
