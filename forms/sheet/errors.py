"""What can be wrong with a spreadsheet from outside.

SheetError
├── SheetUnreadable        no spreadsheet, or a damaged one
├── SheetOldOrLocked       the old binary format, or a workbook under a password
├── SheetTooLarge          the file itself
├── SheetBomb              it unpacks to far more than it is
├── SheetTooWide, SheetTooLong, SheetTooFull, SheetCellTooLong
├── SheetEntities          a document type declaration: the way to entities, local files and floods of text
├── SheetMacros            it carries program code
├── SheetExternalLinks     it takes values from other files
├── SheetEncoding          a text file in no encoding that we read
├── SheetEmpty             no row that holds anything
├── SheetNoClients         no column says for which client a row is
├── SheetNoFields          no heading is one of the form's
└── SheetOfAnotherForm     it was made for another template or period
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from forms.errors import FormsError


class SheetError(FormsError):
    """Stand for all that keeps a spreadsheet from being read."""

    code: ClassVar[str] = "SHEET"


@dataclass(eq=False)
class SheetUnreadable(SheetError):
    """Say that the bytes are no spreadsheet; `detail` names the part, for a report."""

    code: ClassVar[str] = "SHEET_UNREADABLE"
    detail: str = ""


@dataclass(eq=False)
class SheetOldOrLocked(SheetError):
    """Say that it is a workbook of before 2007, or one under a password: both look alike from outside."""

    code: ClassVar[str] = "SHEET_OLD_OR_LOCKED"


@dataclass(eq=False)
class SheetTooLarge(SheetError):
    """Say that the file is larger than any that is read."""

    code: ClassVar[str] = "SHEET_TOO_LARGE"
    limit_mb: int


@dataclass(eq=False)
class SheetBomb(SheetError):
    """Say that it unpacks to more than is read."""

    code: ClassVar[str] = "SHEET_BOMB"
    limit_mb: int


@dataclass(eq=False)
class SheetTooWide(SheetError):
    """Say that a row has more columns than are read."""

    code: ClassVar[str] = "SHEET_TOO_WIDE"
    sheet: str
    row: int
    limit: int


@dataclass(eq=False)
class SheetTooLong(SheetError):
    """Say that there are more rows than are read."""

    code: ClassVar[str] = "SHEET_TOO_LONG"
    sheet: str
    limit: int


@dataclass(eq=False)
class SheetTooFull(SheetError):
    """Say that it holds more cells, or more text, than is read."""

    code: ClassVar[str] = "SHEET_TOO_FULL"
    limit: int


@dataclass(eq=False)
class SheetCellTooLong(SheetError):
    """Say that one cell holds more text than is read."""

    code: ClassVar[str] = "SHEET_CELL_TOO_LONG"
    sheet: str
    row: int
    limit: int


@dataclass(eq=False)
class SheetEntities(SheetError):
    """Say that a part declares a document type, which no spreadsheet program writes."""

    code: ClassVar[str] = "SHEET_ENTITIES"
    detail: str


@dataclass(eq=False)
class SheetMacros(SheetError):
    """Say that it carries program code."""

    code: ClassVar[str] = "SHEET_MACROS"


@dataclass(eq=False)
class SheetExternalLinks(SheetError):
    """Say that it takes values from other files, or from other programs."""

    code: ClassVar[str] = "SHEET_EXTERNAL_LINKS"


@dataclass(eq=False)
class SheetEncoding(SheetError):
    """Say that a text file is in no encoding that is read."""

    code: ClassVar[str] = "SHEET_ENCODING"


@dataclass(eq=False)
class SheetEmpty(SheetError):
    """Say that no row below a heading holds anything."""

    code: ClassVar[str] = "SHEET_EMPTY"


@dataclass(eq=False)
class SheetNoClients(SheetError):
    """Say that no heading names the client's tax code."""

    code: ClassVar[str] = "SHEET_NO_CLIENTS"


@dataclass(eq=False)
class SheetNoFields(SheetError):
    """Say that no heading is one of the form's fields."""

    code: ClassVar[str] = "SHEET_NO_FIELDS"
    template: str


@dataclass(eq=False)
class SheetOfAnotherForm(SheetError):
    """Say that the sheet was made for another template or period than was asked for."""

    code: ClassVar[str] = "SHEET_OF_ANOTHER_FORM"
    found: str
    wanted: str
