"""What pyHanko's difference analysis takes for granted about a file's history, looked at in the file itself.

It compares what the cross-references of two revisions name. So it does not see where those objects stand: a signed
revision may name a place behind the signed bytes, which its author fills in later; a long stream may reach over the end
of the signed bytes, or over the place of the signature. It lets any dictionary become a signature field that says it is
one, also one that has lain unused in the signed bytes, and measures a field by a rectangle that others read otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType

from signing.validation import pdf_syntax
from signing.validation.pdf_bytes import CHUNK, Bytes

OBJECTS_LIMIT = 200_000
_DEPTH = 32
_LONGEST = 16 * 1024 * 1024
"""Bytes of an object without its stream; one whose end is not found in them is in doubt."""
_OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,10}[\s\x00]{1,32}[0-9]{1,5}[\s\x00]{1,32}obj(?![A-Za-z])")
# From an object's number to the word that ends it or begins its stream, past strings and comments.
_BODY = re.compile(
    rb"[\s\x00]{0,64}[0-9]{1,10}[\s\x00]{1,32}[0-9]{1,5}[\s\x00]{1,32}obj"
    rb"(?:[^(<%es]|<<|<[^<>]*+>|%[^\r\n]*+|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*+\))*+\))*+\)"
    rb"|e(?!ndobj)|s(?!tream))*+",
    re.DOTALL,
)
_HEAD = re.compile(rb"[\s\x00]{0,64}[0-9]{1,10}[\s\x00]{1,32}[0-9]{1,5}[\s\x00]{1,32}obj(?![A-Za-z])")
_LENGTH = re.compile(rb"/Length[\s\x00]{0,32}([0-9]{1,12})(?:([\s\x00]{1,32}[0-9]{1,5}[\s\x00]{1,32}R))?(?![0-9])")
_ENDSTREAM = re.compile(rb"[\s\x00]{0,32}endstream")
_WIDGET = frozenset(
    {
        *("/Type", "/Subtype", "/FT", "/T", "/TU", "/TM", "/Ff", "/F", "/Rect", "/P", "/V"),
        *("/AP", "/AS", "/Lock", "/SV", "/Kids", "/Parent", "/DA", "/DR", "/Q"),
        *("/MK", "/BS", "/Border", "/M", "/NM", "/StructParent", "/Contents", "/Lang", "/H", "/C"),
    }
)
"""What a signature field or its widget may hold; actions, say, are none of it."""


class History:
    """Where the objects of every revision stand in the file."""

    def __init__(self, data: Bytes, reader: PdfFileReader) -> None:
        self._data = data
        self._reader = reader
        self._places: list[dict[int, int]] = []
        """By revision: where its objects begin, and their numbers."""
        total = 0
        for revision in range(reader.xrefs.total_revisions):
            named = reader.xrefs.get_xref_data(revision)
            places = {place: number for number, (_, place) in named.standard_xrefs.items()}
            if named.hybrid is not None:
                hidden = named.hybrid.xref_data.standard_xrefs
                places |= {place: number for number, (_, place) in hidden.items()}
            total += len(places)
            if total > OBJECTS_LIMIT:
                raise OverflowError("too many objects")
            self._places.append(places)
        self._ends: dict[int, int] = {}
        self._reach: list[int] = []
        self._strays: tuple[int, list[int]] | None = None
        self._odd: list[int] | None = None
        self._odd_from = 0

    def doubt(self, first: int, end: int) -> str:
        """Return why the bytes up to `end` are not all of the revisions up to `first`, or ""."""
        for places in self._places[len(self._reach) : first + 1]:
            reach = max((self._end(place) for place in places), default=0)
            self._reach.append(max(reach, *self._reach[-1:], 0))
        if self._reach[first] > end:
            return "REVISION_NOT_COVERED"
        for revision in range(first + 1, len(self._places)):
            section = self._reader.xrefs.get_xref_container_info(revision).xref_section_type
            if section == XRefSectionType.HYBRID_MAIN:
                return "UNSIGNED_BYTES_AFTER"  # readers disagree about which of its two tables counts
        if self._strays is None or self._strays[0] > end:
            self._strays = end, self._unlisted(end)
        if any(place >= end for place in (*self._strays[1], *self._badly_written(end))):
            return "UNSIGNED_BYTES_AFTER"
        return ""

    def _badly_written(self, end: int) -> list[int]:
        """Return the places of the objects behind the signed bytes that readers may read otherwise."""
        if self._odd is None or self._odd_from > end:
            self._odd_from = end
            self._odd = [
                place for places in self._places for place in places if place >= end and not self._by_the_letter(place)
            ]
            for revision in range(len(self._places)):
                self._odd += self._odd_streams(revision, end)
        return self._odd

    def _by_the_letter(self, place: int) -> bool:
        """Tell whether an object is written so that all readers read the same."""
        stop = self._end(place)
        if stop <= place or place >= len(self._data):
            return True  # a dead entry
        window = bytes(self._data[place : min(stop, place + _LONGEST)])
        head = _HEAD.match(window)
        return head is not None and pdf_syntax.one_object(window[head.end() :])

    def _odd_streams(self, revision: int, end: int) -> list[int]:
        """Return the places of the object streams of a revision behind the signed bytes that are badly written."""
        named = self._reader.xrefs.get_xref_data(revision)
        holders = {one.obj_stream_id for one in named.xrefs_in_objstm.values()}
        odd = []
        for place, number in self._places[revision].items():
            if place < end or number not in holders:
                continue
            try:
                stream = self._reader.get_object(generic.Reference(number, 0, self._reader), revision=revision)
                sound = pdf_syntax.objects(bytes(stream.data[int(stream["/First"]) :]))
            except Exception:  # pyHanko raises bare errors of all kinds
                sound = False
            if not sound:
                odd.append(place)
        return odd

    def overlaps(self, gap: tuple[int, int], signature: int) -> bool:
        """Tell whether an object other than the signature reaches into the bytes that it leaves unsigned."""
        start, end = gap
        for places in self._places:
            for place, number in places.items():
                if number != signature and place < end and self._end(place) > start:
                    return True
        return False

    def _end(self, place: int) -> int:
        if place not in self._ends:
            self._ends[place] = self._measured(place)
        return self._ends[place]

    def _measured(self, place: int) -> int:
        """Return where an object that begins here ends, as far as any reader may take it."""
        data, size = self._data, len(self._data)
        if place >= size:
            return place + 1
        for length in (4096, 65536, CHUNK, _LONGEST):
            window = bytes(data[place : place + length])
            found = _BODY.match(window)
            if found is not None and window.startswith((b"endobj", b"stream"), found.end()):
                break
            if place + length >= size:
                break
        if found is None:
            return place  # a dead entry, as honest files have them: nothing begins here
        head = found.end()
        if not window.startswith(b"stream", head):
            return place + head + 6 if window.startswith(b"endobj", head) else size
        begin = place + head + 6
        begin += {b"\r\n": 2}.get(bytes(data[begin : begin + 2]), 1)
        stops = [begin + length for length in self._lengths(window[:head])]
        if not stops or any(_ENDSTREAM.match(bytes(data[stop : stop + 64])) is None for stop in stops):
            # Readers look for the end where the length is wrong.
            stops.append(self._find(b"endstream", begin) + 9)
        return max(stops)

    def _lengths(self, head: bytes) -> list[int]:
        """Return what the dictionary of a stream says about its length."""
        found = []
        for number, reference in _LENGTH.findall(head):
            try:
                length: Any = int(number)
                if reference:
                    length = generic.Reference(length, 0, self._reader).get_object()
                found.append(int(length))
            except Exception:  # pyHanko raises bare errors of all kinds; then readers look for the end
                continue
        return [one for one in found if one >= 0]

    def _find(self, word: bytes, start: int) -> int:
        for begin in range(start, len(self._data), CHUNK):
            found = bytes(self._data[begin : begin + CHUNK + len(word)]).find(word)
            if found >= 0:
                return begin + found
        return len(self._data)

    def _unlisted(self, end: int) -> list[int]:
        """Find the objects behind the signed bytes that no cross-reference names."""
        known = {place for places in self._places for place in places if place >= end}
        tables = {
            self._reader.xrefs.get_xref_container_info(revision).start_location
            for revision in range(self._reader.xrefs.total_revisions)
        }
        starts = sorted(known)
        strays = []
        for found in _objects(self._data, end):
            before = bisect_right(starts, found) - 1
            # Within the object before it, inside a stream say, these letters are no object.
            if found not in tables and (before < 0 or (found != starts[before] and found >= self._end(starts[before]))):
                strays.append(found)
        return strays


def _objects(data: Bytes, start: int) -> Iterator[int]:
    """Find what looks like the beginning of an object."""
    for begin in range(start, len(data), CHUNK):
        part = bytes(data[begin - 1 : begin + CHUNK + 64])
        for found in _OBJECT.finditer(part, 1):
            if found.start() <= CHUNK:
                yield begin - 1 + found.start()


def unlike_a_signature(reader: PdfFileReader, revision: int) -> bool:
    """Tell whether a field that this revision adds to the form is anything but a new field for a signature."""
    old, new = reader.get_historical_resolver(revision - 1), reader.get_historical_resolver(revision)
    before = {reference for reference, _, _ in fields(old)}
    for reference, _, one in fields(new):
        if reference in before:
            continue
        if reader.xrefs.get_historical_ref(reference, revision - 1) is not None:
            return True  # it lay unused in the signed bytes
        if not set(one) <= _WIDGET or isinstance(one, generic.StreamObject):
            return True
        if "/Rect" in one or "/Subtype" in one:
            box = one.get("/Rect", None)
            numbers = (generic.NumberObject, generic.FloatObject)
            if one.get("/Subtype", None) != "/Widget" or not isinstance(box, generic.ArrayObject) or len(box) != 4:
                return True
            if not all(isinstance(box.raw_get(index), numbers) for index in range(4)):
                return True
    return False


def button_redrawn(reader: PdfFileReader, first: int, names: frozenset[str]) -> bool:
    """Tell whether one of these fields is a button whose picture changed after revision `first`.

    Filling a form chooses among the pictures of a check box; a new picture for a button is drawing on the page.
    """
    last = reader.get_historical_resolver(reader.xrefs.total_revisions - 1)
    old = {reference: one for reference, _, one in fields(reader.get_historical_resolver(first))}
    for reference, name, one in fields(last):
        if name not in names or _kind(one) != "/Btn":
            continue
        if "/AP" not in one:
            continue
        look = one.raw_get("/AP")
        if reference not in old or "/AP" not in old[reference] or old[reference].raw_get("/AP") != look:
            return True
        for used in last.collect_dependencies(look):
            if reader.xrefs.get_last_change(used) > first:
                return True
    return False


def _kind(field: Any) -> str:
    for _ in range(_DEPTH):
        if "/FT" in field:
            return str(field["/FT"])
        if "/Parent" not in field:
            break
        field = field["/Parent"]
    return ""


def fields(resolver: HistoricalResolver) -> Iterator[tuple[generic.Reference, str, Any]]:
    """Yield (reference, full name, dictionary) of every field and widget of the form; a widget has its field's name."""
    try:
        top: Any = resolver.root["/AcroForm"]["/Fields"]
    except KeyError:
        return
    waiting = [(one, "", 0) for one in top]
    seen: set[generic.Reference] = set()
    while waiting:
        indirect, above, depth = waiting.pop()
        if not isinstance(indirect, generic.IndirectObject) or depth > _DEPTH:
            raise ValueError("no field")
        reference = indirect.reference
        if reference in seen:
            raise ValueError("a field that holds itself")
        seen.add(reference)
        one: Any = indirect.get_object()
        if not isinstance(one, generic.DictionaryObject):
            raise ValueError("no field")
        own = str(one["/T"]) if "/T" in one else ""
        name = f"{above}.{own}" if above and own else above or own
        yield reference, name, one
        waiting += [(kid, name, depth + 1) for kid in one.get("/Kids", ())]
