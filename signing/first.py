"""The first signature in a simple PDF, written as bytes.

Most of what is signed was printed a moment ago and has no form, no signature and no tricks. For such a file the whole
increment is put together here in a millisecond or two, where pyHanko's model of the document takes ten. What is written
is the same document, object for object (a test compares them); whatever is less simple raises NotPlain before anything
is written, and pyHanko does it. The result is read again like any other.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import IO

from signing.emblem import Picture
from signing.errors import SignatureNotReread
from signing.plain import Entries, NotPlain, Plain, integer, real, reference
from signing.stamp import Stamp, StampFont, draw

NAME = "Signature1"
TEXT_LIMIT = 400
_PRINTED_AND_LOCKED = 132
_SIGNATURES_APPEND_ONLY = 3
_VERSION = (1, 7)
_MATRICES = {90: b"0 1 -1 0 0 0", 180: b"-1 0 0 -1 0 0", 270: b"0 -1 1 0 0 0"}
# The number tree of a printed document, flat: numbers, each with a reference or an array of references.
_PAIRS = re.compile(rb"\s*([0-9]{1,10})\s+(?:[0-9]{1,10}\s+0\s+R|\[[^\[\]()<>%]*+\])\s*")


@dataclass(frozen=True)
class Wish:
    """What is to be signed how; the key's part comes later."""

    field: str | None
    stamp: Stamp | None
    title: str
    """What a screen reader says of the field."""
    at: datetime
    """With the zone of Việt Nam."""
    reason: str | None
    location: str | None
    contact: str | None
    reserve: int
    """Bytes to keep free for the CMS."""


@dataclass(frozen=True)
class Draft:
    """A finished document but for the signature's value."""

    name: str
    visible: bool
    accessible: bool | None
    reserve: int
    _parts: tuple[bytes, bytes, bytes] = field(repr=False)
    """The document as it was; the increment up to the value; the increment behind the value"""

    def digest(self, algorithm: str) -> bytes:
        """Return the digest of all but the value."""
        state = hashlib.new(algorithm)
        for part in self._parts:
            state.update(part)
        return state.digest()

    def write(self, output: IO[bytes], content: bytes) -> None:
        """Write the document with a CMS in its place. Raise SignatureNotReread where it is larger than its place."""
        if len(content) > self.reserve:
            raise SignatureNotReread("place")
        source, before, after = self._parts
        value = content.hex().upper().ljust(2 * self.reserve, "0").encode("ascii")
        output.write(b"".join((source, before, b"<", value, b">", after)))

    def of(self, document: bytes) -> Draft:
        """Return it with another copy of its document, or with none (empty) where it is kept apart from it."""
        return replace(self, _parts=(document, *self._parts[1:]))


def draft(data: bytes, wish: Wish) -> Draft:
    """Put together the increment of the first signature. Raise NotPlain where the file is not simple, or not as wished.

    StampUnfit and its kinds pass: the stamp would not fit in any other way either.
    """
    return _Increment(Plain(data), wish).draft()


class _Increment:
    def __init__(self, pdf: Plain, wish: Wish) -> None:
        self._pdf, self._wish = pdf, wish
        self._changed: dict[int, Entries] = {}
        self._new: list[bytes] = []
        self._next = self._size()
        self._accessible: bool | None = None
        root_number = reference(pdf.trailer.get(b"/Root", b""))
        self._root = self._edit(root_number)
        if self._root.get(b"/Type") != b"/Catalog" or not self._root.keys().isdisjoint((b"/AcroForm", b"/Perms")):
            raise NotPlain

    def _size(self) -> int:
        """Return the first free object number."""
        size = integer(self._pdf.trailer.get(b"/Size", b""))
        if size <= self._pdf.highest or size > 8_000_000:
            raise NotPlain
        return size

    def _edit(self, number: int) -> Entries:
        """Return the entries of a dictionary that is written anew."""
        if number not in self._changed:
            self._changed[number] = self._pdf.entries(b"%d 0 R" % number)
        return self._changed[number]

    def _add(self, value: bytes) -> bytes:
        """Add an object and return the reference to it."""
        self._new.append(value)
        return b"%d 0 R" % (self._next + len(self._new) - 1)

    def draft(self) -> Draft:
        wish = self._wish
        name = NAME if wish.field is None else wish.field
        if not name.strip() or len(name) > 120:
            raise NotPlain
        number, _, inherited = self._pdf.page(1 if wish.stamp is None else wish.stamp.page)
        page = self._edit(number)
        here = b"%d 0 R" % number
        rectangle = self._rectangle(inherited)
        widget = self._add(b"")  # its number is needed before it can be written
        place = len(self._new) - 1
        if b"/Annots" in page and page[b"/Annots"][:1] != b"[":
            raise NotPlain
        page[b"/Annots"] = _append(page.get(b"/Annots", b"[]"), widget)
        entries: Entries = {
            b"/Type": b"/Annot",
            b"/Subtype": b"/Widget",
            b"/FT": b"/Sig",
            b"/T": write_text(name),
            b"/TU": write_text(wish.title[:TEXT_LIMIT]),
            b"/F": b"%d" % _PRINTED_AND_LOCKED,
            b"/Rect": rectangle[0],
            b"/P": here,
        }
        if wish.stamp is not None and rectangle[1] > 0 and rectangle[2] > 0:
            turn = integer(inherited.get(b"/Rotate", b"0")) % 360
            appearance = self._add(_appearance(wish.stamp, rectangle[1], rectangle[2], turn, self._resources))
            entries[b"/AP"] = b"<</N " + appearance + b">>"
        self._tag(entries, widget, page, here)
        self._root[b"/AcroForm"] = self._add(
            b"<</Fields [%s] /SigFlags %d>>" % (widget, _SIGNATURES_APPEND_ONLY)
        )  # fmt: skip
        self._raise_version()
        value = b"%d 0 R" % (self._next + len(self._new))
        entries[b"/V"] = value
        self._new[place] = _dictionary(entries)
        return self._finish(name, visible=b"/AP" in entries)

    def _rectangle(self, inherited: Entries) -> tuple[bytes, float, float]:
        """Return the field's place, its width and its height; a place off the page is not for us to refuse."""
        if self._wish.stamp is None:
            return b"[0 0 0 0]", 0.0, 0.0
        x, y, width, height = self._wish.stamp.box
        corners = [real(raw) for raw in self._pdf.items(inherited.get(b"/CropBox", inherited.get(b"/MediaBox", b"")))]
        if len(corners) != 4 or not (width > 0 and height > 0):
            raise NotPlain
        slack = 0.5
        left, right = sorted((corners[0], corners[2]))
        bottom, top = sorted((corners[1], corners[3]))
        if x < left - slack or y < bottom - slack or x + width > right + slack or y + height > top + slack:
            raise NotPlain
        sides = [round(side, 4) for side in (x, y, x + width, y + height)]
        return _numbers(sides), sides[2] - sides[0], sides[3] - sides[1]

    def _raise_version(self) -> None:
        """Say version 1.7 in the catalog where the header says less, and nothing there says more."""
        stated = self._root.get(b"/Version", b"/%d.%d" % self._pdf.version)
        found = re.fullmatch(rb"/([12])\.([0-9])", stated)
        if found is None:
            raise NotPlain
        if max(self._pdf.version, (int(found[1]), int(found[2]))) < _VERSION:
            self._root[b"/Version"] = b"/%d.%d" % _VERSION

    # Structure

    def _tag(self, widget: Entries, here: bytes, page: Entries, page_here: bytes) -> None:
        """Put the field into the structure tree, as widget.Accessibility does."""
        if b"/StructTreeRoot" not in self._root:
            return
        tree_number = reference(self._root[b"/StructTreeRoot"])
        tree = self._edit(tree_number)
        above, parent = self._document(tree_number, tree)
        element: Entries = {
            b"/Type": b"/StructElem",
            b"/S": b"/Form",
            b"/P": b"%d 0 R" % above,
            b"/Pg": page_here,
            b"/Alt": write_text(self._wish.title[:TEXT_LIMIT]),
            # One object, not an array of one: see widget.Accessibility.
            b"/K": b"<</Type /OBJR /Obj %s /Pg %s>>" % (here, page_here),
        }
        if b"/NS" in parent:
            element[b"/NS"] = parent[b"/NS"]
        mine = self._add(_dictionary(element))
        kids = parent.get(b"/K")
        if kids is None:
            parent[b"/K"] = b"[%s]" % mine
        elif kids[:1] == b"[":
            parent[b"/K"] = _append(kids, mine)
        elif kids[:2] == b"<<" or kids.isdigit():
            parent[b"/K"] = b"[%s %s]" % (kids, mine)
        else:
            reference(kids)
            if self._pdf.value(kids)[:1] == b"[":
                raise NotPlain
            parent[b"/K"] = b"[%s %s]" % (kids, mine)
        key = self._register(tree, mine)
        widget[b"/StructParent"] = b"%d" % key
        page[b"/Tabs"] = b"/S"
        self._accessible = True

    def _document(self, tree_number: int, tree: Entries) -> tuple[int, Entries]:
        """Return the element under which everything stands: the single top one, else the root."""
        kids = tree.get(b"/K")
        if kids is None:
            return tree_number, tree
        if kids[:1] == b"[":
            members = self._pdf.items(kids)
            if len(members) != 1:
                return tree_number, tree
            kids = members[0]
        number = reference(kids)
        return number, self._edit(number)

    def _register(self, tree: Entries, element: bytes) -> int:
        """Add the element to the parent tree under the next free number and return the number."""
        raw = tree.get(b"/ParentTree", b"")
        direct = raw[:2] == b"<<"
        parents = self._pdf.entries(raw) if direct else self._edit(reference(raw))
        numbers = parents.get(b"/Nums", b"")
        if parents.keys() != {b"/Nums"} or numbers[:1] != b"[":
            raise NotPlain
        highest = -1
        at, end = 1, len(numbers) - 1
        while at < end:
            pair = _PAIRS.match(numbers, at, end)
            if pair is None:
                break
            highest = max(highest, int(pair[1]))
            at = pair.end()
        if numbers[at:end].strip(b"\x00\t\n\f\r "):
            raise NotPlain
        key = max(highest + 1, integer(tree.get(b"/ParentTreeNextKey", b"0")))
        parents[b"/Nums"] = _append(numbers, b"%d %s" % (key, element))
        if direct:
            tree[b"/ParentTree"] = _dictionary(parents)
        tree[b"/ParentTreeNextKey"] = b"%d" % (key + 1)
        return key

    # Writing

    def _resources(self, stamp: Stamp) -> bytes:
        """Write the stamp's font, and its picture where it has one, as widget._resources builds them."""
        named = b"/Font <</F1 %s>>" % self._font(stamp.font) if stamp.lines else b""
        if stamp.picture is not None:
            named += b" /XObject <</Im1 %s>>" % self._picture(stamp.picture)
        return named

    def _picture(self, shown: Picture) -> bytes:
        entries = (
            b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace %%s"
            b"%%s /Filter /FlateDecode" % (shown.width, shown.height)
        )  # fmt: skip
        masked = b""
        if shown.cover is not None:
            masked = b" /SMask " + self._add(_stream(entries % (b"/DeviceGray", b""), shown.cover))
        return self._add(_stream(entries % (b"/DeviceRGB", masked), shown.colours))

    def _font(self, font: StampFont) -> bytes:
        program, descriptor, widths, cid, to_unicode, whole = _font_objects(font)
        file = self._add(program)
        described = self._add(descriptor % file)
        measured = self._add(widths)
        descendant = self._add(cid % (described, measured))
        return self._add(whole % (descendant, self._add(to_unicode)))

    def _finish(self, name: str, *, visible: bool) -> Draft:
        data, wish = self._pdf.data, self._wish
        pieces: list[bytes] = [] if data[-1:] in b"\r\n" else [b"\n"]
        at = len(data) + len(b"".join(pieces))
        places: dict[int, int] = {}
        objects = [(number, _dictionary(entries)) for number, entries in sorted(self._changed.items())]
        objects += list(enumerate(self._new, self._next))
        for number, value in objects:
            places[number] = at
            written = b"%d 0 obj\n%s\nendobj\n" % (number, value)
            pieces.append(written)
            at += len(written)
        last = self._next + len(self._new)
        places[last] = at
        # Contents first: a reader that seeks it as bytes must not find what a reason says.
        pieces.append(b"%d 0 obj\n<<\n/Contents " % last)
        before = b"".join(pieces)
        first = len(data) + len(before)
        second = first + 2 * wish.reserve + 2
        entries: Entries = {
            b"/Type": b"/Sig",
            b"/Filter": b"/Adobe.PPKLite",
            b"/SubFilter": b"/ETSI.CAdES.detached",
            b"/M": write_text(_moment(wish.at)),
        }
        for key, said in ((b"/Reason", wish.reason), (b"/Location", wish.location), (b"/ContactInfo", wish.contact)):
            if said:
                entries[key] = write_text(said)
        rest = b"".join(b"\n%s %s" % entry for entry in entries.items()) + b"\n>>\nendobj\n"
        width = 2 + len(b"%d %d" % (first, second)) + 1 + 10
        table = second + len(b"\n/ByteRange []") + width + len(rest)
        rest += _table(places) + self._trailer(last + 1) + b"\nstartxref\n%d\n%%%%EOF\n" % table
        length = len(b"\n/ByteRange []") + width + len(rest)
        numbers = (b"0 %d %d %d" % (first, second, length)).ljust(width)
        return Draft(
            name=name,
            visible=visible,
            accessible=self._accessible,
            reserve=wish.reserve,
            _parts=(data, before, b"\n/ByteRange [" + numbers + b"]" + rest),
        )

    def _trailer(self, size: int) -> bytes:
        """Write the trailer: what the one before says, its second identifier new (ISO 32000-1, 14.4)."""
        entries = dict(self._pdf.trailer)
        new = b"<%s>" % os.urandom(16).hex().encode("ascii")
        given = self._pdf.items(entries[b"/ID"]) if b"/ID" in entries else [b"<%s>" % os.urandom(16).hex().encode()]
        if not given or given[0][:1] not in (b"<", b"("):
            raise NotPlain
        entries |= {
            b"/Size": b"%d" % size,
            b"/ID": b"[%s %s]" % (given[0], new),
            b"/Prev": b"%d" % self._pdf.newest,
        }
        return b"trailer\n" + _dictionary(entries)


def _table(places: dict[int, int]) -> bytes:
    """Write a cross-reference table; each run of numbers is a part of its own."""
    parts = [b"xref\n0 1\n0000000000 65535 f \n"]
    run: list[int] = []
    for number in [*sorted(places), -1]:
        if run and number != run[-1] + 1:
            parts.append(b"%d %d\n" % (run[0], len(run)))
            parts += [b"%010d 00000 n \n" % places[one] for one in run]
            run = []
        run.append(number)
    return b"".join(parts)


def _dictionary(entries: Entries) -> bytes:
    return b"<<\n" + b"".join(b"%s %s\n" % entry for entry in entries.items()) + b">>"


def _append(array: bytes, value: bytes) -> bytes:
    """Put a value at an array's end."""
    if array[:1] != b"[" or array[-1:] != b"]":
        raise NotPlain
    return array[:-1] + b" " + value + b"]"


def _numbers(values: Sequence[float]) -> bytes:
    return ("[" + " ".join(f"{value:.4f}".rstrip("0").rstrip(".") for value in values) + "]").encode("ascii")


def write_text(value: str) -> bytes:
    """Write a text: plain letters as they are, any other in UTF-16 (ISO 32000-1, 7.9.2.2)."""
    if value.isascii() and value.isprintable():
        return b"(" + re.sub(rb"([\\()])", rb"\\\1", value.encode("ascii")) + b")"
    return b"<FEFF" + value.encode("utf-16-be").hex().upper().encode("ascii") + b">"


def _moment(at: datetime) -> str:
    """Write a time as PDF has it (ISO 32000-1, 7.9.4)."""
    zone = at.strftime("%z")
    return f"D:{at:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'"


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<<%s /Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def _appearance(
    stamp: Stamp, width: float, height: float, turn: int, resources: Callable[[Stamp], bytes]
) -> bytes:  # fmt: skip
    """Write the stamp's drawing; on a turned page (a scan) it is turned back, so that it reads upright."""
    if turn in (90, 270):
        width, height = height, width
    drawn = draw(stamp, width, height)
    matrix = b" /Matrix [%s]" % _MATRICES[turn] if turn in _MATRICES else b""
    box = _numbers([0, 0, round(width, 3), round(height, 3)])
    entries = b"/Type /XObject /Subtype /Form /BBox %s%s /Resources <<%s>>" % (
        box, matrix, resources(stamp),
    )  # fmt: skip
    return _stream(entries, drawn)


_fonts: dict[int, tuple[StampFont, tuple[bytes, ...]]] = {}


def _font_objects(font: StampFont) -> tuple[bytes, ...]:
    """Write the composite font of a stamp as widget._font builds it; prepared once for each font.

    Program, descriptor (takes the program), widths, descendant (takes descriptor and widths), ToUnicode, whole font
    (takes descendant and ToUnicode).
    """
    known = _fonts.get(id(font))
    if known is not None and known[0] is font:
        return known[1]
    name = b"/HOSOVN+" + font.name.encode("ascii")
    flate = b"/Filter /FlateDecode"
    made = (
        _stream(b"%s /Length1 %d" % (flate, font.program_length), font.program),
        b"<</Type /FontDescriptor /FontName %s /Flags 4 /FontBBox %s /ItalicAngle %s /Ascent %d /Descent %d"
        b" /CapHeight %d /StemV 80 /FontFile2 %%s>>"
        % (name, _numbers(font.box), f"{font.italic_angle:g}".encode(), font.ascent, font.descent,
           font.cap_height),
        b"[0 [" + " ".join(f"{width:g}" for width in font.widths).encode("ascii") + b"]]",
        b"<</Type /Font /Subtype /CIDFontType2 /BaseFont %s /CIDSystemInfo"
        b" <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> /FontDescriptor %%s /DW 1000 /W %%s"
        b" /CIDToGIDMap /Identity>>" % name,
        _stream(flate, font.to_unicode),
        b"<</Type /Font /Subtype /Type0 /BaseFont %s /Encoding /Identity-H /DescendantFonts [%%s] /ToUnicode %%s>>"
        % name,
    )  # fmt: skip
    if len(_fonts) > 8:
        _fonts.clear()
    _fonts[id(font)] = font, made
    return made
