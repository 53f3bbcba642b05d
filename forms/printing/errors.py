"""What can go wrong with printing.

FormsError
└── PrintingError
    ├── GlyphMissing      a value holds a character that the official typeface lacks
    ├── LayoutRefused     a layout asks for what no layout may have
    ├── LayoutBroken      a layout does not compile
    ├── PdfUnreadable     a file is not a PDF that can be read
    └── NoFormData        a PDF carries no data of a form
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from forms.errors import FormsError


@dataclass(eq=False)
class PrintingError(FormsError):
    """Be the root of what printing raises."""

    code: ClassVar[str] = "PRINTING"


@dataclass(eq=False)
class GlyphMissing(PrintingError):
    """Say that a value cannot be printed because of one character."""

    field: str
    character: str
    codepoint: str
    code: ClassVar[str] = "GLYPH_MISSING"


@dataclass(eq=False)
class LayoutRefused(PrintingError):
    """Say that a layout uses a word that could reach beyond its own files."""

    file: str
    word: str
    line: int
    code: ClassVar[str] = "LAYOUT_REFUSED"


@dataclass(eq=False)
class LayoutBroken(PrintingError):
    """Say that a layout does not compile; detail is the compiler's own text, for the template's author."""

    layout: str
    detail: str
    code: ClassVar[str] = "LAYOUT_BROKEN"


@dataclass(eq=False)
class PdfUnreadable(PrintingError):
    """Say that a file cannot be read as a PDF; reason is BROKEN, ENCRYPTED, TOO_LARGE or TOO_MANY_PAGES."""

    reason: str
    code: ClassVar[str] = "PAGES_UNREADABLE"


@dataclass(eq=False)
class NoFormData(PrintingError):
    """Say that a PDF carries no form data; reason is ABSENT, TWICE, TOO_LARGE or MALFORMED."""

    reason: str
    code: ClassVar[str] = "NO_FORM_DATA"
