"""What can be wrong with a Word file from which a template is to be begun.

WordError
├── WordUnreadable        no Word document, or a damaged one
├── WordOld               the binary format of before 2007, or RTF or HTML under its name
├── WordLocked            a document under a password
├── WordTooLarge          the file itself
├── WordBomb              it unpacks to far more than it is, or is nested without end
├── WordEntities          a document type declaration: the way to entities, local files and floods of text
├── WordMacros            it carries program code
├── WordExternalLinks     it fetches a template or parts of itself from elsewhere
├── WordEmpty             no words in it
└── WordNoForm            words, but no place to fill in
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from forms.errors import FormsError


class WordError(FormsError):
    """Stand for all that keeps a Word file from being read."""

    code: ClassVar[str] = "WORD"


@dataclass(eq=False)
class WordUnreadable(WordError):
    """Say that the bytes are no Word document; `detail` names the part, for a report."""

    code: ClassVar[str] = "WORD_UNREADABLE"
    detail: str = ""


@dataclass(eq=False)
class WordOld(WordError):
    """Say that it is in a format of before 2007, whatever its name says; `kind` is DOC, RTF or HTML."""

    code: ClassVar[str] = "WORD_OLD"
    kind: str


@dataclass(eq=False)
class WordLocked(WordError):
    """Say that it is under a password."""

    code: ClassVar[str] = "WORD_LOCKED"


@dataclass(eq=False)
class WordTooLarge(WordError):
    """Say that the file is larger than any that is read."""

    code: ClassVar[str] = "WORD_TOO_LARGE"
    limit_mb: int


@dataclass(eq=False)
class WordBomb(WordError):
    """Say that it holds more than a form does; `what` is SIZE, ELEMENTS, DEPTH, TEXT, PARAGRAPHS or FIELDS."""

    code: ClassVar[str] = "WORD_BOMB"
    what: str
    limit: int


@dataclass(eq=False)
class WordEntities(WordError):
    """Say that a part declares a document type, which no word processor writes."""

    code: ClassVar[str] = "WORD_ENTITIES"
    detail: str


@dataclass(eq=False)
class WordMacros(WordError):
    """Say that it carries program code."""

    code: ClassVar[str] = "WORD_MACROS"


@dataclass(eq=False)
class WordExternalLinks(WordError):
    """Say that it takes its template, or a part of itself, from elsewhere."""

    code: ClassVar[str] = "WORD_EXTERNAL_LINKS"


@dataclass(eq=False)
class WordEmpty(WordError):
    """Say that it has no words: empty, or only pictures of pages."""

    code: ClassVar[str] = "WORD_EMPTY"


@dataclass(eq=False)
class WordNoForm(WordError):
    """Say that it has words but no place to fill in: dots, boxes, tables, labels with a colon."""

    code: ClassVar[str] = "WORD_NO_FORM"
