"""The signature field on the page: its place, its appearance, and its part in the structure tree.

A PDF/UA file promises that every field stands in the structure tree with a name for a screen reader. So the widget is
tagged in the same revision that makes it (a Form element with an object reference, /StructParent, /TU, tab order). A
later signer must not touch the structure: it would look like an edit of what was signed before. For those the first
signer prepares empty, tagged fields; where nobody did, the UA claim is dropped from the metadata instead of being
false. See docs/decisions/0003-signature-widget-and-ua.md.
"""

# pyHanko declares types for its package but leaves many of its calls without them.
# mypy: disallow-untyped-calls=False

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.form_tools import get_single_field_annot
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from signing.emblem import Picture
from signing.errors import FieldTaken, PdfUnreadable, PlaceOutsidePage
from signing.stamp import Stamp, StampFont, draw

_MOST_FIELDS = 20_000
_TEXT_LIMIT = 400


def _get(dictionary: generic.DictionaryObject, key: str, default: Any = None) -> Any:
    """Return an entry with references followed: pyHanko's own `get` leaves them as they are."""
    return dictionary[key] if key in dictionary else default  # noqa: SIM401  (see above)


def field_names(writer: IncrementalPdfFileWriter) -> dict[str, str]:
    """Return every field's full name with its type ('/Sig', '/Tx', … or '' for a group)."""
    form = _get(writer.root, "/AcroForm")
    if not isinstance(form, generic.DictionaryObject):
        return {}
    names: dict[str, str] = {}
    waiting = [(field, "", "") for field in _get(form, "/Fields", ())]
    while waiting:
        reference, above, inherited = waiting.pop()
        field = reference.get_object() if isinstance(reference, generic.IndirectObject) else reference
        if not isinstance(field, generic.DictionaryObject) or "/T" not in field:
            continue
        name = f"{above}.{field['/T']}" if above else str(field["/T"])
        kind = str(_get(field, "/FT", inherited))
        names[name] = kind
        if len(names) + len(waiting) > _MOST_FIELDS or name.count(".") > 32:
            raise PdfUnreadable
        waiting += [(kid, name, kind) for kid in _get(field, "/Kids", ())]
    return names


def require_place(writer: IncrementalPdfFileWriter, page: int, box: tuple[float, float, float, float] | None) -> None:
    """Raise PlaceOutsidePage unless the page exists and the box lies on its visible part."""
    pages = int(writer.root["/Pages"]["/Count"])
    if not 1 <= page <= pages:
        raise PlaceOutsidePage(page, pages)
    if box is None:
        return
    x, y, width, height = box
    left, bottom, right, top = page_box(writer, page)
    slack = 0.5
    if (
        not (width > 0 and height > 0)
        or x < left - slack
        or y < bottom - slack
        or x + width > right + slack
        or y + height > top + slack
    ):
        raise PlaceOutsidePage(page, pages)


def page_box(writer: IncrementalPdfFileWriter, page: int) -> tuple[float, float, float, float]:
    """Return left, bottom, right, top of a page's visible part (its crop box)."""
    found = _inherited(writer, page, "/CropBox") or _inherited(writer, page, "/MediaBox")
    if found is None:
        raise PdfUnreadable
    a, b, c, d = (float(value) for value in found)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _inherited(writer: IncrementalPdfFileWriter, page: int, key: str) -> Any:
    node: Any = writer.find_page_for_modification(page - 1)[0].get_object()
    for _ in range(64):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    raise PdfUnreadable


def add_empty(
    writer: IncrementalPdfFileWriter,
    name: str,
    page: int,
    box: tuple[float, float, float, float],
    title: str,
    accessible: Accessibility,
) -> None:
    """Make an empty, tagged signature field for a later signer."""
    if name in field_names(writer):
        raise FieldTaken(name)
    require_place(writer, page, box)
    x, y, width, height = box
    spec = SigFieldSpec(
        name,
        on_page=page - 1,
        box=(x, y, x + width, y + height),  # type: ignore[arg-type]  # pyHanko rounds; floats are right
        readable_field_name=title,
        empty_field_appearance=False,
    )
    append_signature_field(writer, spec)
    reference = next(
        one for one in reversed(writer.root["/AcroForm"]["/Fields"]) if _get(one.get_object(), "/T") == name
    )
    accessible.tag(reference, title)


def finish(
    writer: IncrementalPdfFileWriter,
    reference: generic.IndirectObject,
    stamp: Stamp | None,
    title: str,
    accessible: Accessibility,
    *,
    new: bool,
) -> bool:
    """Give a signature field its name, appearance and place in the structure; return whether it is seen."""
    field = reference.get_object()
    annotation = get_single_field_annot(field)
    if new:
        field[pdf_name("/TU")] = generic.TextStringObject(title[:_TEXT_LIMIT])
    left, bottom, right, top = (float(value) for value in annotation["/Rect"])
    width, height = abs(right - left), abs(top - bottom)
    seen = width > 0 and height > 0
    if seen and stamp is not None:
        turn = _rotation(annotation)
        appearance = writer.add_object(_appearance(writer, stamp, width, height, turn))
        annotation[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): appearance})
        writer.update_container(annotation)
    if new:
        accessible.tag(reference, title)
    else:
        accessible.note(annotation)
    return seen


def _rotation(annotation: generic.DictionaryObject) -> int:
    node: Any = _get(annotation, "/P")
    for _ in range(64):
        if not isinstance(node, generic.DictionaryObject):
            return 0
        if "/Rotate" in node:
            return int(node["/Rotate"]) % 360
        node = _get(node, "/Parent")
    return 0


_MATRICES = {90: (0, 1, -1, 0, 0, 0), 180: (-1, 0, 0, -1, 0, 0), 270: (0, -1, 1, 0, 0, 0)}


def _appearance(
    writer: IncrementalPdfFileWriter, stamp: Stamp, width: float, height: float, turn: int
) -> generic.StreamObject:
    """Build the form XObject; on a turned page (a scan) it is turned back, so that it reads upright."""
    if turn in (90, 270):
        width, height = height, width
    entries: dict[Any, Any] = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Form"),
        pdf_name("/BBox"): _numbers(0, 0, width, height),
        pdf_name("/Resources"): _resources(writer, stamp),
    }
    if turn in _MATRICES:
        entries[pdf_name("/Matrix")] = _numbers(*_MATRICES[turn])
    return generic.StreamObject(entries, stream_data=draw(stamp, width, height))


def _resources(writer: IncrementalPdfFileWriter, stamp: Stamp) -> generic.DictionaryObject:
    """Build the stamp's font, and its picture where it has one."""
    named = generic.DictionaryObject()
    if stamp.lines:
        font = writer.add_object(_font(writer, stamp.font))
        named[pdf_name("/Font")] = generic.DictionaryObject({pdf_name("/F1"): font})
    if stamp.picture is not None:
        shown = writer.add_object(_picture(writer, stamp.picture))
        named[pdf_name("/XObject")] = generic.DictionaryObject({pdf_name("/Im1"): shown})
    return named


def _picture(writer: IncrementalPdfFileWriter, shown: Picture) -> generic.StreamObject:
    def image(data: bytes, space: str) -> generic.StreamObject:
        made = _deflated(data, Width=shown.width, Height=shown.height, BitsPerComponent=8)
        for key, value in (("/Type", "/XObject"), ("/Subtype", "/Image"), ("/ColorSpace", space)):
            made[pdf_name(key)] = pdf_name(value)
        return made

    made = image(shown.colours, "/DeviceRGB")
    if shown.cover is not None:
        made[pdf_name("/SMask")] = writer.add_object(image(shown.cover, "/DeviceGray"))
    return made


def _numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(round(value, 3)) for value in values)


def _deflated(data: bytes, **entries: int) -> generic.StreamObject:
    named: dict[Any, Any] = {pdf_name(f"/{key}"): generic.NumberObject(value) for key, value in entries.items()}
    named[pdf_name("/Filter")] = pdf_name("/FlateDecode")
    return generic.StreamObject(named, encoded_data=data)


def _font(writer: IncrementalPdfFileWriter, font: StampFont) -> generic.DictionaryObject:
    """Build a composite font by glyph number (Identity-H), as PDF/A-3 wants it: embedded, mapped to Unicode."""
    name = pdf_name(f"/HOSOVN+{font.name}")
    program = writer.add_object(_deflated(font.program, Length1=font.program_length))
    descriptor = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/FontDescriptor"),
            pdf_name("/FontName"): name,
            pdf_name("/Flags"): generic.NumberObject(4),
            pdf_name("/FontBBox"): _numbers(*font.box),
            pdf_name("/ItalicAngle"): generic.FloatObject(font.italic_angle),
            pdf_name("/Ascent"): generic.NumberObject(font.ascent),
            pdf_name("/Descent"): generic.NumberObject(font.descent),
            pdf_name("/CapHeight"): generic.NumberObject(font.cap_height),
            pdf_name("/StemV"): generic.NumberObject(80),
            pdf_name("/FontFile2"): program,
        }
    )
    cid = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/CIDFontType2"),
            pdf_name("/BaseFont"): name,
            pdf_name("/CIDSystemInfo"): generic.DictionaryObject(
                {
                    pdf_name("/Registry"): generic.TextStringObject("Adobe"),
                    pdf_name("/Ordering"): generic.TextStringObject("Identity"),
                    pdf_name("/Supplement"): generic.NumberObject(0),
                }
            ),
            pdf_name("/FontDescriptor"): writer.add_object(descriptor),
            pdf_name("/DW"): generic.NumberObject(1000),
            pdf_name("/W"): writer.add_object(_widths(font)),
            pdf_name("/CIDToGIDMap"): pdf_name("/Identity"),
        }
    )
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Font"),
            pdf_name("/Subtype"): pdf_name("/Type0"),
            pdf_name("/BaseFont"): name,
            pdf_name("/Encoding"): pdf_name("/Identity-H"),
            pdf_name("/DescendantFonts"): generic.ArrayObject([writer.add_object(cid)]),
            pdf_name("/ToUnicode"): writer.add_object(_deflated(font.to_unicode)),
        }
    )


class _Raw(generic.PdfObject):
    """A PDF object written as it stands: 478 widths as objects would cost more than the signature."""

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self._text = text

    def write_to_stream(self, stream: Any, handler: Any = None, container_ref: Any = None) -> None:
        stream.write(self._text)


def _widths(font: StampFont) -> _Raw:
    return _Raw(b"[0 [" + " ".join(f"{width:g}" for width in font.widths).encode("ascii") + b"]]")


class Accessibility:
    """The structure tree of one document while it is being signed."""

    def __init__(self, writer: IncrementalPdfFileWriter, *, may_edit: bool) -> None:
        self._writer = writer
        self._may_edit = may_edit
        tree = _get(writer.root, "/StructTreeRoot")
        self._tree = tree if isinstance(tree, generic.DictionaryObject) else None
        self.outcome: bool | None = None
        """True: every new field is tagged; False: the UA claim was dropped; None: the file has no structure."""

    def tag(self, reference: generic.IndirectObject, title: str) -> None:
        """Put a new field's widget into the structure tree.

        Where that would edit what an earlier signer signed, drop the UA claim instead.
        """
        if self._tree is None:
            return
        if not self._may_edit:
            if self._drop_claim():
                self.outcome = False
            return
        field = reference.get_object()
        annotation = get_single_field_annot(field)
        page = annotation.raw_get("/P")
        parent_reference, parent = self._document_element()
        element = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/StructElem"),
                pdf_name("/S"): pdf_name("/Form"),
                pdf_name("/P"): parent_reference,
                pdf_name("/Pg"): page,
                pdf_name("/Alt"): generic.TextStringObject(title[:_TEXT_LIMIT]),
                # One object, not an array of one: pyHanko's comparison of revisions knows a field in the structure
                # tree only by a path that ends in K.Obj, and would call the later signature in it an edit.
                pdf_name("/K"): generic.DictionaryObject(
                    {
                        pdf_name("/Type"): pdf_name("/OBJR"),
                        pdf_name("/Obj"): reference,
                        pdf_name("/Pg"): page,
                    }
                ),
            }
        )
        if "/NS" in parent:
            element[pdf_name("/NS")] = parent.raw_get("/NS")
        element_reference = self._writer.add_object(element)
        self._append_kid(parent, element_reference)
        key = self._register(element_reference)
        annotation[pdf_name("/StructParent")] = generic.NumberObject(key)
        page_object = page.get_object()
        if _get(page_object, "/Tabs") != "/S":
            page_object[pdf_name("/Tabs")] = pdf_name("/S")
            self._writer.update_container(page_object)
            self._writer.mark_update(page)
        self.outcome = True

    def note(self, annotation: generic.DictionaryObject) -> None:
        """Remember that an existing field stands in the structure tree already."""
        if self._tree is not None and "/StructParent" in annotation:
            self.outcome = True

    def _document_element(self) -> tuple[Any, Any]:
        """Return the element under which everything stands: the single top one, else the root."""
        tree = self._tree
        assert tree is not None
        kids = _get(tree, "/K")
        if isinstance(kids, generic.ArrayObject) and len(kids) == 1:
            only = kids.raw_get(0)
        elif "/K" in tree and not isinstance(kids, generic.ArrayObject):
            only = tree.raw_get("/K")
        else:
            only = None
        if isinstance(only, generic.IndirectObject) and isinstance(only.get_object(), generic.DictionaryObject):
            return only, only.get_object()
        return self._writer.root.raw_get("/StructTreeRoot"), tree

    def _append_kid(self, parent: Any, kid: generic.IndirectObject) -> None:
        kids = _get(parent, "/K")
        if isinstance(kids, generic.ArrayObject):
            kids.append(kid)
            self._writer.update_container(kids)
        else:
            before = [parent.raw_get("/K")] if "/K" in parent else []
            parent[pdf_name("/K")] = generic.ArrayObject([*before, kid])
        self._writer.update_container(parent)

    def _register(self, element: generic.IndirectObject) -> int:
        """Add the element to the parent tree under the next free number and return the number."""
        tree = self._tree
        assert tree is not None
        parents = _get(tree, "/ParentTree")
        if not isinstance(parents, generic.DictionaryObject):
            parents = generic.DictionaryObject({pdf_name("/Nums"): generic.ArrayObject()})
            tree[pdf_name("/ParentTree")] = self._writer.add_object(parents)
        highest = max(_keys(parents), default=-1)
        key = max(highest + 1, int(_get(tree, "/ParentTreeNextKey", 0)))
        pair = [generic.NumberObject(key), element]
        if "/Kids" in parents:
            leaf = generic.DictionaryObject(
                {
                    pdf_name("/Limits"): generic.ArrayObject([generic.NumberObject(key)] * 2),
                    pdf_name("/Nums"): generic.ArrayObject(pair),
                }
            )
            parents["/Kids"].append(self._writer.add_object(leaf))
            self._writer.update_container(parents["/Kids"])
        else:
            if "/Nums" not in parents:
                parents[pdf_name("/Nums")] = generic.ArrayObject()
            parents["/Nums"].extend(pair)
            self._writer.update_container(parents["/Nums"])
        self._writer.update_container(parents)
        tree[pdf_name("/ParentTreeNextKey")] = generic.NumberObject(key + 1)
        self._writer.update_container(tree)
        self._writer.mark_update(self._tree_reference())
        return key

    def _tree_reference(self) -> Any:
        reference = self._writer.root.raw_get("/StructTreeRoot")
        return reference if isinstance(reference, generic.IndirectObject) else self._writer.root_ref

    def _drop_claim(self) -> bool:
        """Take the PDF/UA identification out of the XMP metadata; return whether there was one."""
        root = self._writer.root
        if "/Metadata" not in root:
            return False
        reference = root.raw_get("/Metadata")
        xmp = bytes(root["/Metadata"].data)
        without = _UA_CLAIM.sub(b"", xmp)
        if without == xmp or not isinstance(reference, generic.IndirectObject):
            return False
        replaced = generic.StreamObject(
            {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")},
            stream_data=without,
        )
        self._writer.objects[reference.generation, reference.idnum] = replaced
        return True


_UA_CLAIM = re.compile(
    rb"<pdfuaid:(\w{1,20})>[^<]{0,200}</pdfuaid:\1>|\spdfuaid:\w{1,20}=(?:\"[^\"]{0,200}\"|'[^']{0,200}')"
)


def _keys(node: Any, depth: int = 0) -> Iterator[int]:
    """Walk a number tree's keys."""
    if depth > 16 or not isinstance(node, generic.DictionaryObject):
        return
    if "/Limits" in node:
        yield int(node["/Limits"][1])
        return
    yield from (int(key) for key in list(_get(node, "/Nums", ()))[::2])
    for kid in _get(node, "/Kids", ()):
        yield from _keys(kid.get_object() if isinstance(kid, generic.IndirectObject) else kid, depth + 1)
