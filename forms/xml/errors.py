"""What can go wrong between a form and its XML; all are FormsError.

XmlError
├── XmlNoLayout             no electronic layout for the template or the period
├── XmlLayoutLacksField     a value that the layout has no place for
├── XmlValueMissing         a value without which the receiver refuses the file
├── XmlTooLarge, XmlForbidden, XmlUnreadable
├── XmlNotTheData           the XML attached to a print says something else than the data beside it
├── XmlAmbiguous            an element stands twice where one is meant
├── XmlPeriodUnreadable     the period inside is none that we know
└── XmlUnknownForm          no template in the library reads this file
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from forms.errors import FormsError


class XmlError(FormsError):
    """Gather what can go wrong between a form and its XML."""

    code: ClassVar[str] = "XML"


@dataclass(eq=False)
class XmlNoLayout(XmlError):
    """Say that there is no electronic layout for the template in this period."""

    code: ClassVar[str] = "XML_NO_LAYOUT"
    template: str
    period: str | None


@dataclass(eq=False)
class XmlLayoutLacksField(XmlError):
    """Say that the layout has no place for these fields; `labels` are their official numbers or names."""

    code: ClassVar[str] = "XML_LAYOUT_LACKS_FIELD"
    field: str
    fields: tuple[str, ...]
    labels: str
    layout: str


@dataclass(eq=False)
class XmlValueMissing(XmlError):
    """Say that the receiver takes no file without these fields."""

    code: ClassVar[str] = "XML_VALUE_MISSING"
    fields: tuple[str, ...]
    labels: str


@dataclass(eq=False)
class XmlTooLarge(XmlError):
    """Say that a file is larger, deeper or fuller than any form; `what` is SIZE, DEPTH, ELEMENTS or PARSER."""

    code: ClassVar[str] = "XML_TOO_LARGE"
    what: str
    limit: int


@dataclass(eq=False)
class XmlForbidden(XmlError):
    """Say that a file declares a document type or entities: no form does."""

    code: ClassVar[str] = "XML_FORBIDDEN"


@dataclass(eq=False)
class XmlUnreadable(XmlError):
    """Say that bytes are no well-formed XML."""

    code: ClassVar[str] = "XML_UNREADABLE"
    line: int | None


@dataclass(eq=False)
class XmlNotTheData(XmlError):
    """Say that the XML attached to a print is not that of the data beside it.

    `field` is the first place: a field's path, an element's name, or "" where the whole is no such XML.
    """

    code: ClassVar[str] = "XML_NOT_THE_DATA"
    field: str
    label: str
    """How people name that place."""


@dataclass(eq=False)
class XmlAmbiguous(XmlError):
    """Say that an element that is there once in the layout stands more than once in the file."""

    code: ClassVar[str] = "XML_AMBIGUOUS"
    element: str


@dataclass(eq=False)
class XmlPeriodUnreadable(XmlError):
    """Say that the period inside a file is neither a month nor a quarter."""

    code: ClassVar[str] = "XML_PERIOD_UNREADABLE"
    kind: str
    number: str


@dataclass(eq=False)
class XmlUnknownForm(XmlError):
    """Say that no template reads a file with this root element."""

    code: ClassVar[str] = "XML_UNKNOWN_FORM"
    root: str
