"""PDF files as attackers write them: object by object, with cross-references that say what one likes."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import PdfFileReader

HONEST = b"BT /F1 12 Tf 72 700 Td (Pay 1 000 000) Tj ET"
EVIL = b"BT /F1 12 Tf 72 700 Td (Pay 9 000 000) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Write a stream object's body."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def form(content: bytes, width: int = 595, height: int = 842) -> bytes:
    """Write a form XObject's body."""
    return stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 %d %d]" % (width, height))


def file(
    objects: Mapping[int, bytes],
    *,
    root: int = 1,
    size: int | None = None,
    places: Mapping[int, int] | None = None,
    unlisted: tuple[int, ...] = (),
) -> bytes:
    """Write a whole file; `places` overrides where the table says that objects stand."""
    return _revision(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", objects, b"/Root %d 0 R" % root, size, places or {}, unlisted)


def append(
    data: bytes,
    objects: Mapping[int, bytes],
    *,
    root: int | None = None,
    size: int | None = None,
    places: Mapping[int, int] | None = None,
    unlisted: tuple[int, ...] = (),
    trailer: bytes = b"",
    before: bytes = b"",
) -> bytes:
    """Append a revision; `before` are bytes that stand in front of its objects and belong to nothing."""
    reader = PdfFileReader(io.BytesIO(data), strict=False)
    number = root or reader.trailer.raw_get("/Root").idnum
    more = b"/Root %d 0 R /Prev %d %s" % (number, reader.last_startxref or 0, trailer)
    old = int(reader.trailer["/Size"])
    if not data.endswith(b"\n"):
        data += b"\n"
    return _revision(data + before, objects, more, max(size or 0, old), places or {}, unlisted)


def _revision(
    data: bytes,
    objects: Mapping[int, bytes],
    trailer: bytes,
    size: int | None,
    given: Mapping[int, int],
    unlisted: tuple[int, ...],
) -> bytes:
    places = {}
    for number, body in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places = {number: place for number, place in places.items() if number not in unlisted} | dict(given)
    start = len(data)
    data += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(places):
        data += b"%d 1\n%010d 00000 n \n" % (number, places[number])
    size = max([size or 0, *(number + 1 for number in places)])
    return data + b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def place_of(data: bytes, number: int) -> int:
    """Return where the newest revision says that an object stands."""
    place = PdfFileReader(io.BytesIO(data), strict=False).xrefs[Reference(number, 0)]
    assert isinstance(place, int)
    return place


def body_of(data: bytes, number: int) -> bytes:
    """Return an object's bytes between obj and endobj; its strings must not hold the word."""
    found = re.compile(rb"\d+ \d+ obj\s*(.*?)\s*endobj", re.DOTALL).match(data, place_of(data, number))
    assert found is not None
    return found[1]


def root_of(data: bytes) -> int:
    """Return the catalogue's object number."""
    return int(PdfFileReader(io.BytesIO(data), strict=False).trailer.raw_get("/Root").idnum)


def next_number(data: bytes) -> int:
    """Return the first object number that nothing uses."""
    return int(PdfFileReader(io.BytesIO(data), strict=False).trailer["/Size"])


def objects(
    *,
    contents: bytes = b"4 0 R",
    page: bytes = b"",
    catalogue: bytes = b"",
    resources: bytes = b"",
    fields: bytes = b"",
) -> dict[int, bytes]:
    """Return a document of one page and a form: 1 catalogue, 2 pages, 3 page, 4 contents, 5 font, 6 form, 7 a field."""
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R %s >>" % catalogue,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %s "
        b"/Resources << /Font << /F1 5 0 R >> %s >> /Annots [7 0 R] %s >>" % (contents, resources, page),
        4: stream(HONEST),
        5: FONT,
        6: b"<< /Fields [7 0 R %s] /SigFlags 3 /DR << /Font << /F1 5 0 R >> >> /DA (/F1 12 Tf 0 g) >>" % fields,
        7: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (so_tien) /V (1000000) /DA (/F1 12 Tf 0 g) /F 4 "
        b"/Rect [72 600 272 620] /P 3 0 R /AP << /N 8 0 R >> >>",
        8: form(b"/Tx BMC BT /F1 12 Tf 2 4 Td (1000000) Tj ET EMC", 200, 20),
    }


def with_store(data: bytes, more: Mapping[int, bytes] | None = None, **named: object) -> bytes:
    """Append a store of validation data, as honest programs do after signing, and other objects along with it."""
    number, root = next_number(data), root_of(data)
    taken = max([number, *((more or {}).keys())]) + 1
    catalogue = (more or {}).get(root) or body_of(data, root)
    new = dict(more or {})
    new[taken] = stream(bytes.fromhex("3003020101"))
    new[root] = catalogue[: catalogue.rindex(b">>")] + b"/DSS << /Type /DSS /CRLs [%d 0 R] >> >>" % taken
    return append(data, new, **named)  # type: ignore[arg-type]


def object_stream(inside: Mapping[int, bytes]) -> bytes:
    """Write an object stream's body."""
    head, body = b"", b""
    for number, text in inside.items():
        head += b"%d %d " % (number, len(body))
        body += text + b"\n"
    return stream(head + body, b"/Type /ObjStm /N %d /First %d" % (len(inside), len(head)))


def packed_file(objects: Mapping[int, bytes], packs: Mapping[int, Mapping[int, bytes]]) -> bytes:
    """Write a file with object streams; an object that two of them hold is found in the first."""
    return _packed(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", objects, packs, {}, 0, b"/Root 1 0 R")


def packed_append(
    data: bytes,
    objects: Mapping[int, bytes],
    packs: Mapping[int, Mapping[int, bytes]],
    *,
    inside: Mapping[int, tuple[int, int]] | None = None,
) -> bytes:
    """Append a revision with a stream of references; `inside` says (object stream, index) of old objects."""
    reader = PdfFileReader(io.BytesIO(data), strict=False)
    trailer = b"/Root %d 0 R /Prev %d" % (root_of(data), reader.last_startxref or 0)
    return _packed(data + b"\n", objects, packs, inside or {}, next_number(data), trailer)


def _packed(
    data: bytes,
    objects: Mapping[int, bytes],
    packs: Mapping[int, Mapping[int, bytes]],
    inside: Mapping[int, tuple[int, int]],
    size: int,
    trailer: bytes,
) -> bytes:
    entries: dict[int, tuple[int, int, int]] = {}
    for number, body in [*objects.items(), *((number, object_stream(pack)) for number, pack in packs.items())]:
        entries[number] = (1, len(data), 0)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    for holder, pack in packs.items():
        for index, number in enumerate(pack):
            entries.setdefault(number, (2, holder, index))
    entries |= {number: (2, *place) for number, place in inside.items()}
    own = max([size, *(number + 1 for number in entries)])
    entries[own] = (1, len(data), 0)
    rows = b"".join(
        bytes((kind,)) + place.to_bytes(4, "big") + more.to_bytes(2, "big")
        for _, (kind, place, more) in sorted(entries.items())
    )
    sections = b" ".join(b"%d 1" % number for number in sorted(entries))
    head = b"/Type /XRef /Size %d /W [1 4 2] /Index [%s] %s" % (own + 1, sections, trailer)
    start = len(data)
    return data + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, stream(rows, head), start)
