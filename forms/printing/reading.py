"""Read back what was printed: the attached data, and pictures of the pages."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from forms import strict_json
from forms.errors import NotJson
from forms.printing.errors import NoFormData, PdfUnreadable
from forms.printing.press import locked

DATA_NAME = "form-data.json"
DATA_LIMIT = 8 * 1024 * 1024
MOST_XML = 3
"""Files of XML that are read out of a print, which has one at most."""
PIXEL_LIMIT = 60_000_000
"""Largest page image, about A3 at 400 dpi."""


@dataclass(frozen=True)
class EmbeddedData:
    """Be the data of a form as it was attached to its print."""

    template: str
    version: str
    period: str | None
    values: dict[str, Any]
    print: dict[str, Any]
    xml: tuple[bytes, ...] = ()
    """What is attached as XML, wherever in the file it hangs and whatever it is called."""


@dataclass(frozen=True)
class PageImage:
    """Be a page as pixels, three bytes each, row by row from the top."""

    page: int
    width: int
    height: int
    rgb: bytes


def _bounded(stream: pikepdf.Stream) -> bytes:
    """Return a stream's bytes, at most DATA_LIMIT; only plain and Flate, which is what a print holds."""
    raw = bytes(stream.read_raw_bytes())
    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array) and len(filters) == 1:
        filters = filters[0]
    if filters is None:
        data = raw
    elif isinstance(filters, pikepdf.Name) and filters == "/FlateDecode":
        try:
            data = zlib.decompressobj().decompress(raw, DATA_LIMIT + 1)
        except zlib.error as error:
            raise NoFormData("MALFORMED") from error
    else:
        raise NoFormData("MALFORMED")
    if len(data) > DATA_LIMIT:
        raise NoFormData("TOO_LARGE")
    return data


def _hung(document: pikepdf.Pdf) -> Iterator[tuple[frozenset[str], pikepdf.Stream]]:
    """Yield every file that hangs in a document with its names: in the list of files, at the document, at pages.

    One file may have several names and two contents; programs differ about which of them they read.
    """
    specs: list[tuple[str, pikepdf.Object]] = [(name, spec.obj) for name, spec in document.attachments.items()]
    owners: list[pikepdf.Object] = [document.Root, *(page.obj for page in document.pages)]
    specs += [("", spec) for owner in owners for spec in _listed(owner.get("/AF"))]
    notes = [note for owner in owners[1:] for note in _listed(owner.get("/Annots"))]
    specs += [("", note.FS) for note in notes if isinstance(note, pikepdf.Dictionary) and "/FS" in note]
    for name, spec in specs:
        if not isinstance(spec, pikepdf.Dictionary):
            continue
        names = frozenset({name, *(str(spec[key]) for key in ("/F", "/UF", "/DOS", "/Mac", "/Unix") if key in spec)})
        held = spec.get("/EF")
        for stream in dict(held).values() if isinstance(held, pikepdf.Dictionary) else ():
            if isinstance(stream, pikepdf.Stream):
                yield names, stream


def _listed(value: object) -> list[pikepdf.Object]:
    return list(value) if isinstance(value, pikepdf.Array) else []


def _is_xml(names: frozenset[str], stream: pikepdf.Stream) -> bool:
    said = str(stream.get("/Subtype", "")).casefold()
    return said.endswith(("/xml", "+xml")) or any(name.casefold().endswith(".xml") for name in names)


def read_back(pdf: bytes) -> EmbeddedData:
    """Read the data of a form out of its print; nothing in it has been checked yet.

    Raise NoFormData when there is none, more than one, or one that is not what the press attaches, and PdfUnreadable
    for what is not a PDF.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            found = [spec for name, spec in document.attachments.items() if name == DATA_NAME]
            # Another file that goes by this name inside would be read by other programs.
            named = [s for s in document.attachments.values() if s.filename == DATA_NAME]
            if not found:
                raise NoFormData("ABSENT")
            if len(found) > 1 or len(named) != 1:
                raise NoFormData("TWICE")
            stream = found[0].get_file().obj
            if not isinstance(stream, pikepdf.Stream):
                raise NoFormData("MALFORMED")
            hung = list(_hung(document))
            if {one.objgen for names, one in hung if DATA_NAME in names} != {stream.objgen}:
                raise NoFormData("TWICE")
            data = _bounded(stream)
            trees = {one.objgen: one for names, one in hung if _is_xml(names, one)}
            xml = tuple(_bounded(one) for one in list(trees.values())[:MOST_XML])
    except pikepdf.PasswordError as error:
        raise PdfUnreadable("ENCRYPTED") from error
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, AttributeError) as error:
        raise PdfUnreadable("BROKEN") from error
    return replace(parse_data(data), xml=xml)


def parse_data(data: bytes) -> EmbeddedData:
    """Parse the attached data; raise NoFormData when it has another shape."""
    try:
        tree = strict_json.loads(data, limit=DATA_LIMIT)
    except NotJson as error:
        raise NoFormData("MALFORMED") from error
    if not isinstance(tree, dict) or tree.get("format") != 1:
        raise NoFormData("MALFORMED")
    template, version, period = tree.get("template"), tree.get("version"), tree.get("period")
    values, options = tree.get("values"), tree.get("print")
    if not (
        isinstance(template, str)
        and isinstance(version, str)
        and (period is None or isinstance(period, str))
        and isinstance(values, dict)
        and isinstance(options, dict)
    ):
        raise NoFormData("MALFORMED")
    return EmbeddedData(template, version, period, values, options)


def page_images(pdf: bytes, *, scale: float, pages: Sequence[int] | None = None) -> list[PageImage]:
    """Draw pages (1-based; none = all) with form fields and signature stamps; scale 1 is 72 dpi.

    A page that would have more than PIXEL_LIMIT pixels is drawn smaller.
    """
    with locked():
        try:
            document = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError as error:
            raise PdfUnreadable("BROKEN") from error
        try:
            # Fields are drawn only when forms were initialised before the page was loaded.
            document.init_forms()
            wanted = range(1, len(document) + 1) if pages is None else pages
            return [_draw(document, number, scale) for number in wanted if 1 <= number <= len(document)]
        except pdfium.PdfiumError as error:
            raise PdfUnreadable("BROKEN") from error
        finally:
            document.close()


def _draw(document: pdfium.PdfDocument, number: int, scale: float) -> PageImage:
    page = document[number - 1]
    try:
        width, height = page.get_size()
        scale = min(scale, (PIXEL_LIMIT / max(width * height, 1.0)) ** 0.5)
        bitmap = page.render(scale=scale, may_draw_forms=True, rev_byteorder=True)
        try:
            return PageImage(number, bitmap.width, bitmap.height, _pixels(bitmap))
        finally:
            bitmap.close()
    finally:
        page.close()


def _pixels(bitmap: pdfium.PdfBitmap) -> bytes:
    """Return three bytes for each pixel, without what fills up the rows."""
    if bitmap.mode != "RGB":
        return bytes(bitmap.to_pil().convert("RGB").tobytes())
    raw, row = bytes(bitmap.buffer), 3 * bitmap.width
    if bitmap.stride == row:
        return raw
    return b"".join(raw[start : start + row] for start in range(0, bitmap.stride * bitmap.height, bitmap.stride))
