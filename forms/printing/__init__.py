"""Form → official page: PDF/A-3a + PDF/UA-1 by Typst, data attached, places found again; and every other page.

Plain data in and out, so that a worker process can run each function. A compiler stays warm per template in the
process that runs it.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.bundled import RESOURCES
from forms.errors import FormsError
from forms.printing import matching, paper
from forms.printing.errors import (
    GlyphMissing,
    LayoutBroken,
    LayoutRefused,
    NoFormData,
    PdfUnreadable,
    PrintingError,
)
from forms.printing.press import Mark, Press, Printed, check_layout, page_sizes, warm_press
from forms.printing.reading import EmbeddedData, PageImage, page_images, read_back
from forms.printing.typeface import check_glyphs, unprintable

if TYPE_CHECKING:
    from forms.template import Library, Template, TemplateRef

__all__ = [
    "Attachment",
    "EmbeddedData",
    "GlyphMissing",
    "LayoutBroken",
    "LayoutRefused",
    "Mark",
    "NoFormData",
    "PageImage",
    "PdfUnreadable",
    "Press",
    "PrintOptions",
    "Printed",
    "PrintingError",
    "Seen",
    "Sight",
    "check_layout",
    "matching_text",
    "page_images",
    "page_sizes",
    "print_form",
    "print_forms",
    "print_page",
    "print_seen",
    "read_back",
    "read_checked",
    "unprintable",
]


@dataclass(frozen=True)
class PrintOptions:
    """Say how a form is printed; everything here but marks decides the bytes."""

    timestamp: int
    """Unix seconds: the document's date."""
    draft: bool = False
    practice: bool = False
    blank: bool = False
    dossier: str | None = None
    """A mark of the dossier, at the foot of each page."""
    marks: bool = True


@dataclass(frozen=True)
class Sight:
    """Say which page of a print is looked at, and how large."""

    scale: float
    """1 is 72 dpi."""
    page: int
    """1-based; the last one where there are fewer."""
    field: str = ""
    """The page with this field's mark is looked at instead, where there is one."""


@dataclass(frozen=True)
class Seen:
    """Be a printed document and the picture of the page of it that is looked at."""

    printed: Printed
    image: PageImage


@dataclass(frozen=True)
class Attachment:
    """Be a file attached to a printed page."""

    name: str
    data: bytes
    media_type: str
    description: str


def canonical(value: object) -> str:
    """Write plain data as JSON in one way only: sorted keys, no blanks, UTF-8 letters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def print_form(ref: TemplateRef, period: str | None, values: Mapping[str, Any], options: PrintOptions) -> Printed:
    """Print a form with its data attached, as JSON and, where the receiver has a layout for it, as XML; the same
    arguments give the same bytes on every machine.

    Raise GlyphMissing before anything is printed when a value holds a character that the typeface lacks.
    """
    from forms.template import load  # a page that is no form needs no templates

    return _print_opened(load(ref), period, values, options)


def print_seen(
    ref: TemplateRef, period: str | None, values: Mapping[str, Any], options: PrintOptions, sight: Sight
) -> Seen:
    """Print a form as `print_form` does and draw the page that is looked at, in one go: it follows what is typed."""
    printed = print_form(ref, period, values, options)
    number = next((mark.page for mark in printed.fields if mark.name == sight.field), sight.page)
    (image,) = page_images(printed.pdf, scale=sight.scale, pages=[min(number, printed.pages)])
    return Seen(printed, image)


def print_forms(
    ref: TemplateRef, period: str | None, forms: Sequence[tuple[Mapping[str, Any], PrintOptions]]
) -> list[Printed | FormsError]:
    """Print several forms of one template, which is read and compared with its digest once; what goes wrong with one
    stands in its place.
    """
    from forms.template import load

    template = load(ref)
    made: list[Printed | FormsError] = []
    for values, options in forms:
        try:
            made.append(_print_opened(template, period, values, options))
        except FormsError as error:
            made.append(error)
    return made


def _print_opened(template: Template, period: str | None, values: Mapping[str, Any], options: PrintOptions) -> Printed:
    values = paper.nfc({} if options.blank else values)
    check_glyphs(values)
    how = {
        "timestamp": options.timestamp,
        "draft": options.draft,
        "practice": options.practice,
        "dossier": paper.nfc(options.dossier),
    }
    attached = {
        "format": 1,
        "template": template.id,
        "version": template.version,
        "period": period,
        "values": values,
        "print": how,
    }
    sheet = paper.sheet(_definition(template.files["definition.json"]), values, blank=options.blank)
    sheet |= {
        "period": paper.period_facts(period),
        "blank": options.blank,
        "draft": options.draft,
        "practice": options.practice,
        "dossier": how["dossier"],
        "title": template.title.vi,
        "template": template.id,
        "version": template.version,
        "lang": "vi",
    }
    inputs, data = {"shown": canonical(sheet)}, canonical(attached)
    if how["dossier"] and not options.draft and not options.blank:  # a draft's data is not what will be filed
        inputs["matching"] = matching.picture(matching.matching_text(how["dossier"], data.encode()))
    if not options.blank:
        inputs["attached"] = data
        if template.xml is not None and not options.draft:
            inputs["attached-xml"] = canonical(_as_xml(template, period, values))
    return warm_press(f"{template.id} {template.version}", template.files).print(
        inputs, options.timestamp, marks=options.marks
    )


def _as_xml(template: Template, period: str | None, values: Mapping[str, Any]) -> str:
    """Return the form's XML, unsigned; nothing where its layout has no place for a value, or lacks one."""
    from forms.xml import XmlError, write  # few forms have one

    try:
        return write(template, period, values).decode()
    except XmlError:
        return ""


def read_checked(pdf: bytes, library: Library) -> tuple[EmbeddedData, bool]:
    """Read the data of a form out of its print as `read_back` does, and compare the XML beside it.

    Return the data, and whether all that is attached was compared: the library may not have the template.
    Raise XmlNotTheData where the XML says something else.
    """
    found = read_back(pdf)
    if not found.xml:
        return found, True
    from forms.errors import UnknownTemplate
    from forms.template import load
    from forms.xml import check_attached

    try:
        template = load(library.get(found.template, found.version))
    except UnknownTemplate:
        return found, False
    check_attached(template, found)
    return found, True


def matching_text(found: EmbeddedData) -> str | None:
    """Return what the QR code on the paper of these data says; None where it has none: no dossier, or a draft."""
    dossier = found.print.get("dossier")
    if not isinstance(dossier, str) or not dossier or found.print.get("draft"):
        return None
    attached = {
        "format": 1,
        "template": found.template,
        "version": found.version,
        "period": found.period,
        "values": found.values,
        "print": found.print,
    }
    return matching.matching_text(dossier, canonical(attached).encode())


@functools.lru_cache(maxsize=8)
def _definition(data: bytes) -> Mapping[str, Any]:
    """Read a definition once for a batch; nothing here changes it."""
    definition: Mapping[str, Any] = json.loads(data)
    return definition


def print_page(
    layout: str,
    data: Mapping[str, Any],
    *,
    timestamp: int,
    lang: str = "vi",
    practice: bool = False,
    draft: bool = False,
    attachments: Sequence[Attachment] = (),
) -> Printed:
    """Print plain data by resources/layouts/<layout>.typ.

    Text in data is printed as given, but for characters the typeface lacks: these pages also show what others wrote
    (file names, messages of a portal), so such a character is replaced by a white square and never
    a reason to show nothing.
    """
    path = RESOURCES / "layouts" / f"{layout}.typ"
    if not layout.isidentifier() or not path.is_file():
        raise LayoutBroken(layout, "no such layout")
    sheet = {
        "raw": _for_page(paper.nfc(data)),
        "lang": lang,
        "practice": practice,
        "draft": draft,
        "title": "Hồ Sơ",
    }
    files = [
        {"name": a.name, "data": list(a.data), "media_type": a.media_type, "description": a.description}
        for a in attachments
    ]
    inputs = {"shown": canonical(sheet), "attachments": canonical(files)}
    return warm_press(layout, {"layout.typ": path.read_bytes()}).print(inputs, timestamp, marks=True)


def _for_page(value: Any) -> Any:
    """Return plain data fit for a page: times in Vietnam's time, a white square for what cannot be printed."""
    if isinstance(value, str):
        for character in unprintable(value):
            value = value.replace(character, "□")
        return paper.local_time(value)
    if isinstance(value, dict):
        return {key: _for_page(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_for_page(inner) for inner in value]
    return value
