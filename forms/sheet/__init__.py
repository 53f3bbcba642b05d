"""Spreadsheets: read from outside within limits, read as data for many forms, written with lists and notes.

Plain data in and out: a worker process runs `read_sheet`, `check_rows`, `make_sheet` and `copy_sheet`.
"""

from forms.sheet.checking import RowCheck, RowInput, check_rows
from forms.sheet.grid import Grid
from forms.sheet.plan import Plan, PlanRow, made_for, read_plan
from forms.sheet.reading import read_sheet
from forms.sheet.rows import SheetRows, read_rows
from forms.sheet.writing import Content, Line, Remark, as_cell, copy_sheet, lines_of, make_sheet

__all__ = [
    "Content", "Grid", "Line", "Plan", "PlanRow", "Remark", "RowCheck", "RowInput", "SheetRows", "as_cell",
    "check_rows", "copy_sheet", "lines_of", "made_for", "make_sheet", "read_plan", "read_rows", "read_sheet",
]  # fmt: skip
