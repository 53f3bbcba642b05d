"""Read a text file with separators: UTF-8, UTF-16 or Windows-1258; comma, semicolon, tab or bar."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import Final

from forms.sheet.errors import (
    SheetCellTooLong,
    SheetEncoding,
    SheetTooFull,
    SheetTooLong,
    SheetTooWide,
)
from forms.sheet.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, Cell, Grid, Row, Sheet

SEPARATORS: Final = (";", "\t", ",", "|")
_LOOK = 60
"""Lines from which the separator is told."""


def read_text(data: bytes) -> Grid:
    """Return the rows of a text file as one sheet. Raises SheetError."""
    text, encoding = _decoded(data)
    if "\0" in text:
        raise SheetEncoding
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip()) == 5:
        separator, text, skipped = first.strip()[4], rest, 1  # a spreadsheet program's own way of saying so
    else:
        separator, skipped = _separator(text), 0
    for number, line in enumerate(text.splitlines(), 1 + skipped):
        if line.count(separator) > MAX_TEXT:  # before a list of so many cells is made
            raise SheetTooWide("", number, MAX_COLUMNS)
    rows: list[Row] = []
    count = 0
    # Line numbers are the records', as a spreadsheet program shows them: a quoted cell may hold line breaks.
    for number, cells in enumerate(_records(text, separator), 1 + skipped):
        kept: list[Cell] = [_cell(cell, number) for cell in cells]
        while kept and kept[-1] is None:
            kept.pop()
        if not kept:
            continue
        if len(kept) > MAX_COLUMNS:
            raise SheetTooWide("", number, MAX_COLUMNS)
        if len(rows) >= MAX_ROWS:
            raise SheetTooLong("", MAX_ROWS)
        count += len(kept)
        if count > MAX_CELLS:
            raise SheetTooFull(MAX_CELLS)
        rows.append(Row(number, tuple(kept)))
    return Grid("csv", (Sheet("", tuple(rows)),), {"encoding": encoding, "separator": separator})


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if data.startswith(mark):
            return _strict(data, encoding), encoding
    head = data[:4096]
    if head.count(0) * 5 > len(head) > 1:
        return _strict(data, "utf-16-be" if head[:1] == b"\0" else "utf-16-le"), "utf-16"
    try:
        return unicodedata.normalize("NFC", data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return _strict(data, "cp1258"), "windows-1258"


def _strict(data: bytes, encoding: str) -> str:
    # Windows-1258 writes tone marks behind their letters: composed, they are the letters that people mean.
    try:
        return unicodedata.normalize("NFC", data.decode(encoding))
    except UnicodeDecodeError as error:
        raise SheetEncoding from error


def _records(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The standard reader's own limit on a cell is above ours; a quotation mark never closed meets it.
            raise SheetCellTooLong("", reader.line_num, MAX_TEXT) from error


def _separator(text: str) -> str:
    """Tell the separator: the one that cuts the first lines into the most cells, as many in each."""
    head = "".join(text.splitlines(keepends=True)[:_LOOK])[:65_536]
    best, merit = ",", 0.0
    for separator in SEPARATORS:
        widths = [len(cells) for cells in _records(head, separator) if any(cell.strip() for cell in cells)]
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        found = (usual - 1) * widths.count(usual) / len(widths)
        if found > merit:
            best, merit = separator, found
    return best


def _cell(text: str, row: int) -> Cell:
    if len(text) > MAX_TEXT:
        raise SheetCellTooLong("", row, MAX_TEXT)
    return text if text.strip() else None
