"""Read an XLSX workbook: values only, as they were last worked out.

Reading is ours, on a defused parser, because it must stop at the first cell too many, keep amounts exact, and tell a
formula that nobody has worked out from an empty cell. Writing is openpyxl's (`forms.sheet.writing`).
"""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from forms.sheet.archive import Archive, Reader
from forms.sheet.errors import (
    SheetCellTooLong,
    SheetOldOrLocked,
    SheetTooFull,
    SheetTooLong,
    SheetTooWide,
    SheetUnreadable,
)
from forms.sheet.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, MAX_TEXTS, Cell, Grid, Odd, Percent, Row, Sheet

MAX_SHEETS: Final = 60
_PLACE = re.compile(r"([A-Z]{1,7})([0-9]{1,9})")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_PERCENT_FORMATS = frozenset((9, 10))
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_workbook(data: bytes) -> bool:
    """Say whether the bytes are a workbook of either format, rather than text."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06") or data[:8] == _OLE


def read_workbook(data: bytes) -> Grid:
    """Return the sheets of a workbook. Raises SheetError."""
    if data[:8] == _OLE:
        raise SheetOldOrLocked
    archive = Archive(data)
    main = next((path for kind, path in archive.relations("").values() if kind == "officeDocument"), None)
    if main is None or main not in archive:
        raise SheetUnreadable("officeDocument")
    relations = archive.relations(main)
    book = _Book()
    archive.walk(main, book)
    if len(book.sheets) > MAX_SHEETS:
        raise SheetTooFull(MAX_SHEETS)
    texts, styles = _Texts(), _Styles()
    for kind, path in relations.values():
        if kind == "sharedStrings":
            archive.walk(path, texts)
        elif kind == "styles":
            archive.walk(path, styles)
    budget = _Budget()
    sheets = []
    for name, relation, hidden in book.sheets:
        kind, path = relations.get(relation, ("", ""))
        if kind != "worksheet":
            continue  # a sheet of charts or of an old dialogue holds no rows
        archive.relations(path)  # refuses what it must not lead to
        reader = _Cells(name, texts.found, styles.kinds, budget, epoch=book.epoch)
        archive.walk(path, reader)
        sheets.append(Sheet(name, tuple(reader.rows), hidden))
    if not sheets:
        raise SheetUnreadable("worksheet")
    return Grid("xlsx", tuple(sheets))


class _Book(Reader):
    """The workbook part: sheets in order, and from which day dates are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, bool]] = []
        self.epoch = date(1899, 12, 30)

    def begin(self, name: str, attrs: Any) -> None:
        if name == "sheet":
            relation = next((value for key, value in attrs.items() if key.rpartition(":")[2] == "id"), "")
            self.sheets.append((str(attrs.get("name", ""))[:80], relation, attrs.get("state", "") != ""))
        elif name == "workbookPr" and attrs.get("date1904", "0") in ("1", "true"):
            self.epoch = date(1904, 1, 1)


class _Texts(Reader):
    """The shared texts; what is only read aloud (phonetic) is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._inside = self._aloud = False
        self._length = self._total = 0

    def begin(self, name: str, attrs: Any) -> None:
        if name == "si":
            self._pieces, self._length = [], 0
        elif name == "rPh":
            self._aloud = True
        elif name == "t":
            self._inside = not self._aloud

    def characters(self, content: str) -> None:
        if self._inside:
            self._length += len(content)
            self._total += len(content)
            if self._length > MAX_TEXT:
                raise SheetCellTooLong("", len(self.found) + 1, MAX_TEXT)
            if self._total > MAX_TEXTS:
                raise SheetTooFull(MAX_TEXTS)
            self._pieces.append(content)

    def end(self, name: str) -> None:
        if name == "si":
            if len(self.found) >= MAX_CELLS:
                raise SheetTooFull(MAX_CELLS)
            self.found.append("".join(self._pieces))
        elif name == "rPh":
            self._aloud = False
        elif name == "t":
            self._inside = False


class _Styles(Reader):
    """Which cell formats show a date, and which a percentage."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[str] = []
        self._formats: dict[int, str] = {}
        self._inside = False

    def begin(self, name: str, attrs: Any) -> None:
        if name == "numFmt":
            number = _number(attrs.get("numFmtId"))
            if number is not None:
                self._formats[number] = _format_kind(str(attrs.get("formatCode", ""))[:400])
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            number = _number(attrs.get("numFmtId")) or 0
            built_in = "date" if number in _DATE_FORMATS else "percent" if number in _PERCENT_FORMATS else ""
            self.kinds.append(self._formats.get(number, built_in))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False


def _format_kind(code: str) -> str:
    bare = _QUOTED.sub("", code).casefold()
    if "%" in bare:
        return "percent"
    return "date" if re.search(r"[dy]|m{3,}|(?<![a-z])m(?![a-z0#])", bare) and "0" not in bare else ""


def _number(text: object) -> int | None:
    return int(text) if isinstance(text, str) and re.fullmatch(r"[0-9]{1,9}", text) else None


class _Budget:
    """What all sheets together may still hold."""

    def __init__(self) -> None:
        self.cells = MAX_CELLS
        self.text = MAX_TEXTS

    def take(self, length: int) -> None:
        self.cells -= 1
        self.text -= length
        if self.cells < 0:
            raise SheetTooFull(MAX_CELLS)
        if self.text < 0:
            raise SheetTooFull(MAX_TEXTS)


class _Cells(Reader):
    """One sheet's rows. Claims about its size are not looked at: what counts is what is there."""

    def __init__(self, name: str, texts: list[str], styles: list[str], budget: _Budget, *, epoch: date) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._name, self._texts, self._styles, self._budget, self._epoch = name, texts, styles, budget, epoch
        self._number = 0
        self._row: list[Cell] = []
        self._column = -1
        self._type = self._style = ""
        self._formula = self._inside = self._aloud = False
        self._pieces: list[str] = []
        self._length = 0

    def begin(self, name: str, attrs: Any) -> None:
        match name:
            case "c":
                place = _PLACE.fullmatch(attrs.get("r", ""))
                self._column = _column(place[1]) if place else self._column + 1
                self._type, self._style = attrs.get("t", "n"), attrs.get("s", "")
                self._formula, self._pieces, self._length = False, [], 0
            case "v":
                self._inside = True
            case "t":
                self._inside = self._type == "inlineStr" and not self._aloud
            case "rPh":
                self._aloud = True
            case "f":
                self._formula = True
            case "row":
                number = _number(attrs.get("r"))
                self._number = number if number is not None and number > self._number else self._number + 1
                self._row, self._column = [], -1

    def characters(self, content: str) -> None:
        if self._inside:
            self._length += len(content)
            if self._length > MAX_TEXT:
                raise SheetCellTooLong(self._name, self._number, MAX_TEXT)
            self._pieces.append(content)

    def end(self, name: str) -> None:
        match name:
            case "c":
                self._keep(self._value())
            case "v" | "t":
                self._inside = False
            case "rPh":
                self._aloud = False
            case "row":
                if self._row:
                    if len(self.rows) >= MAX_ROWS:
                        raise SheetTooLong(self._name, MAX_ROWS)
                    self.rows.append(Row(self._number, tuple(self._row)))

    def _keep(self, value: Cell) -> None:
        if value is None or value == "":
            return
        if self._column >= MAX_COLUMNS:
            raise SheetTooWide(self._name, self._number, MAX_COLUMNS)
        self._budget.take(len(value) if isinstance(value, str) else 0)
        self._row.extend([None] * (self._column + 1 - len(self._row)))
        self._row[self._column] = value

    def _value(self) -> Cell:
        text = "".join(self._pieces)
        if self._formula and not text and self._type != "str":
            return Odd("formula")
        match self._type:
            case "s":
                index = _number(text.strip())
                if index is None:
                    return None
                if index >= len(self._texts):
                    raise SheetUnreadable(self.part)
                return self._texts[index]
            case "str" | "inlineStr":
                return text
            case "b":
                return text.strip() == "1"
            case "e":
                return Odd("error", text.strip()[:20] or "#?")
            case "d":
                return _iso(text.strip())
            case _:
                return self._numeric(text.strip())

    def _numeric(self, text: str) -> Cell:
        if not text:
            return None
        if _WHOLE.fullmatch(text):
            number = Decimal(text)
        else:
            # Programs write 0.0825 as 8.2500000000000004E-2: the shortest text of the same binary number is meant.
            try:
                binary = float(text)
                number = Decimal(repr(binary))
            except (ValueError, InvalidOperation):
                return text[:MAX_TEXT]
            if not math.isfinite(binary):
                return text[:MAX_TEXT]
        style = _number(self._style)
        kind = self._styles[style] if style is not None and style < len(self._styles) else ""
        if kind == "percent":
            return Percent(number)
        if kind == "date":
            return _day(number, self._epoch)
        return number


def _column(name: str) -> int:
    count = 0
    for letter in name:
        count = count * 26 + ord(letter) - 64
    return count - 1


def _day(serial: Decimal, epoch: date) -> Cell:
    if not 0 < serial < 2_958_466:
        return Odd("error", f"{serial:f}"[:20])
    days = int(serial)
    if epoch.year == 1899 and days < 60:
        days += 1  # the year 1900 had no 29 February, whatever the first of these programs thought
    return epoch + timedelta(days=days)


def _iso(text: str) -> Cell:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return text[:MAX_TEXT]
