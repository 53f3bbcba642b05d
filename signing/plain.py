"""Reading simple PDF files as bytes: quickly, strictly, and only what is asked for.

pyHanko reads every file; this reads those that a printing program writes in one go, in a tenth of the time: classic
cross-reference tables, no encryption, no hybrid parts, every entry where the table says it is. At the first thing that
is not as plain as that, it raises NotPlain and the caller takes pyHanko. It never guesses and never repairs.

Objects are not turned into Python's: a dictionary is its entries as they stand, so what is written back is unchanged to
the byte but for the entry that was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST = 16 * 1024 * 1024
"""A larger file is read by pyHanko, which need not hold it in memory."""

Entries = dict[bytes, bytes]
"""A dictionary: names with their stroke, values as they stand in the file."""

_DEEPEST = 64
_MOST_NODES = 2_000

_SPACE = rb"(?:[\x00\t\n\f\r ]|%[^\r\n]*+[\r\n])*+"
_EOL = rb"(?:\r\n|\n|\r)"
_HEADER = re.compile(rb"%PDF-([12])\.([0-9])[\r\n ]")
_TAIL = re.compile(rb"startxref" + _EOL + rb"([0-9]{1,10})" + _EOL + rb"%%EOF[\r\n]*+\Z")
# ISO 32000-1, 7.5.4: every entry has exactly 20 bytes, so the place of an object's entry is computed, not searched.
_TABLE = re.compile(
    rb"xref *+"
    + _EOL
    + rb"((?:[0-9]{1,10} [0-9]{1,7} ?"
    + _EOL
    + rb"(?:[0-9]{10} [0-9]{5} [nf](?: \r| \n|\r\n))*+)++)trailer"
    + _SPACE
)
_SUBSECTION = re.compile(rb"([0-9]{1,10}) ([0-9]{1,7}) ?" + _EOL)
_ENTRY = 20
_IN_USE = re.compile(rb"([0-9]{10}) 00000 n(?: \r| \n|\r\n)")

_REGULAR = rb"[^\x00\t\n\f\r ()<>\[\]{}/%]"
_BLANK = rb"[\x00\t\n\f\r ]"
# A value with nothing nested in it is passed over in one step: a reference, a number or a word, a name, a text, a flat
# array or dictionary.
_FLAT = (
    rb"(?:[0-9]++" + _BLANK + rb"++[0-9]++" + _BLANK + rb"++R(?!" + _REGULAR + rb")|" + _REGULAR + rb"++"
    rb"|/" + _REGULAR + rb"*+|\((?:[^()\\]++|\\.)*+\)|<[0-9A-Fa-f\x00\t\n\f\r ]*+>"
    rb"|\[[^\[\]()<>%]*+\]|<<[^\[\]()<>%]*+>>)"
)  # fmt: skip
_VALUE = re.compile(_FLAT, re.DOTALL)
_NAME = re.compile(rb"(/" + _REGULAR + rb"++)" + _SPACE)
_ENTRY_OF = re.compile(_NAME.pattern + rb"(" + _FLAT + rb")" + _SPACE, re.DOTALL)
_PARENTHESIS = re.compile(rb"[()]|\\.", re.DOTALL)
_INERT = re.compile(rb"[^\[\]()<>%]++")
_REFERENCE = re.compile(rb"([0-9]{1,10})[\x00\t\n\f\r ]++0[\x00\t\n\f\r ]++R")
_OBJECT = re.compile(rb"([0-9]{1,10}) 0 obj(?!" + _REGULAR + rb")" + _SPACE)
_INTEGER = re.compile(rb"[+-]?[0-9]{1,10}")
_REAL = re.compile(rb"[+-]?(?:[0-9]{1,10}(?:\.[0-9]*)?|\.[0-9]{1,10})")
_SPACES = re.compile(_SPACE)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_NO_LETTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What PDF's own encoding has other signs for."""
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}


class NotPlain(Exception):
    """The file is not as simple as this module reads; it may be a perfectly good one."""


@dataclass(frozen=True)
class _Section:
    """One cross-reference table: its runs of entries (first number, count, place of the first entry)."""

    runs: tuple[tuple[int, int, int], ...]
    trailer: Entries
    place: int


class Plain:
    """A simple PDF file, held as bytes."""

    def __init__(self, data: bytes) -> None:
        if len(data) > LARGEST:
            raise NotPlain
        self.data = data
        header = _HEADER.match(data)
        if header is None:
            raise NotPlain
        self.version = int(header[1]), int(header[2])
        self.newest = newest_table(data[-64:])
        """Where the newest cross-reference table stands."""
        self._sections: list[_Section] = []
        self._left = 4 * LARGEST
        place: int | None = self.newest
        while place is not None:
            place = self._read_section(place)
        # Every trailer says everything again (ISO 32000-1, 7.5.6); one that does not would need a reader that gathers.
        if any(
            not {b"/Root", b"/Info", b"/ID"} & older.trailer.keys() <= self.trailer.keys() for older in self._sections
        ):
            raise NotPlain

    # Cross-references

    def _read_section(self, place: int) -> int | None:
        """Read one table and its trailer; return where the one before stands."""
        # Each table stands before the one that names it, so no chain of them can be endless.
        if len(self._sections) >= _DEEPEST or (self._sections and place >= self._sections[-1].place):
            raise NotPlain
        found = _TABLE.match(self.data, place)
        if found is None:
            raise NotPlain
        runs: list[tuple[int, int, int]] = []
        at, end = found.span(1)
        while at < end:
            head = _SUBSECTION.match(self.data, at, end)
            if head is None:
                raise NotPlain
            first, count = int(head[1]), int(head[2])
            # In order and apart, or two readers could take one number for two objects.
            if runs and first < runs[-1][0] + runs[-1][1]:
                raise NotPlain
            runs.append((first, count, head.end()))
            at = head.end() + _ENTRY * count
        if at != end:
            raise NotPlain
        trailer, _ = dictionary(self.data, found.end())
        if not trailer.keys().isdisjoint((b"/Encrypt", b"/XRefStm")):
            raise NotPlain
        self._sections.append(_Section(tuple(runs), trailer, place))
        return integer(trailer[b"/Prev"]) if b"/Prev" in trailer else None

    @property
    def trailer(self) -> Entries:
        """The newest trailer."""
        return self._sections[0].trailer

    @property
    def highest(self) -> int:
        """The highest object number that a table speaks of."""
        return max(first + count for section in self._sections for first, count, _ in section.runs) - 1

    def place_of(self, number: int) -> int:
        """Return where an object's newest version begins (its number, then `0 obj`)."""
        for section in self._sections:
            for first, count, place in section.runs:
                if first <= number < first + count:
                    entry = _IN_USE.match(self.data, place + _ENTRY * (number - first))
                    if number == 0 or entry is None:
                        raise NotPlain
                    return int(entry[1])
        raise NotPlain

    def require_increment(self, size: int, before: int) -> None:
        """Raise NotPlain unless the newest table belongs to an increment behind `size` bytes.

        It must name the table at `before` as the one before it, and each of its entries an object that begins behind
        those bytes.
        """
        newest = self._sections[0]
        if newest.place < size or len(self._sections) < 2 or self._sections[1].place != before:
            raise NotPlain
        for first, count, _ in newest.runs:
            for number in range(max(first, 1), first + count):
                if self.object_at(number) < size:
                    raise NotPlain

    # Objects

    def object_at(self, number: int) -> int:
        """Return where an object's value begins."""
        found = _OBJECT.match(self.data, self.place_of(number))
        if found is None or int(found[1]) != number:
            raise NotPlain
        return found.end()

    def value(self, raw: bytes) -> bytes:
        """Follow a reference to the value that stands there, whole; give anything else back."""
        found = _REFERENCE.fullmatch(raw)
        if found is None:
            return raw
        start = self.object_at(int(found[1]))
        end = _end(self.data, start)
        self._require_end(start, end)
        return self.data[start:end]

    def entries(self, raw: bytes) -> Entries:
        """Read a dictionary: the one that a reference names, or one that stands there itself; no stream."""
        found = _REFERENCE.fullmatch(raw)
        if found is not None:
            start = self.object_at(int(found[1]))
            entries, end = dictionary(self.data, start)
            self._require_end(start, end)
        else:
            entries, end = dictionary(raw, 0)
            if end != len(raw):
                raise NotPlain
        return entries

    def _require_end(self, start: int, place: int) -> None:
        """Raise NotPlain unless the object ends where its value does, or when all that was read is too much.

        A small file can name one large object thousands of times.
        """
        self._left -= place - start
        if self._left < 0:
            raise NotPlain
        if not self.data.startswith(b"endobj", _after(self.data, place)):
            raise NotPlain

    def items(self, raw: bytes) -> list[bytes]:
        """Read an array's values; a reference to one is followed."""
        value = self.value(raw)
        if value[:1] != b"[":
            raise NotPlain
        found = []
        at = _after(value, 1)
        while value[at : at + 1] != b"]":
            end = _end(value, at)
            found.append(value[at:end])
            at = _after(value, end)
        if at + 1 != len(value):
            raise NotPlain
        return found

    # What stands in every document

    def root(self) -> Entries:
        """Read the catalog."""
        return self.entries(self.trailer[b"/Root"]) if b"/Root" in self.trailer else _raise()

    def page(self, number: int) -> tuple[int, Entries, Entries]:
        """Return a page's object number, its entries, and what it inherits (with its own); 1 is the first."""
        waiting: list[tuple[bytes, Entries]] = [(self.root().get(b"/Pages", b""), {})]
        left = number
        for _ in range(_MOST_NODES):
            if not waiting or left < 1:
                break
            raw, above = waiting.pop()
            node = self.entries(raw)
            inherited = above | {name: node[name] for name in _INHERITED if name in node}
            if node.get(b"/Type") == b"/Page":
                left -= 1
                if left == 0:
                    return reference(raw), node, inherited
            elif node.get(b"/Type") == b"/Pages":
                kids = self.items(node.get(b"/Kids", b""))
                waiting += [(kid, inherited) for kid in reversed(kids)]
            else:
                raise NotPlain
        raise NotPlain

    def fields(self) -> Iterator[tuple[str, bytes, Entries]]:
        """Walk the form's fields: full name, type (inherited), entries; a signature's widget is its field."""
        form = self.root().get(b"/AcroForm")
        if form is None:
            return
        waiting = [(raw, "", b"", 0) for raw in self.items(self.entries(form).get(b"/Fields", b""))]
        for _ in range(_MOST_NODES):
            if not waiting:
                return
            raw, above, kind, depth = waiting.pop()
            node = self.entries(raw)
            if b"/T" not in node:
                continue  # a widget of the field above it
            name = f"{above}.{text(node[b'/T'])}" if above else text(node[b"/T"])
            kind = node.get(b"/FT", kind)
            yield name, kind, node
            if b"/Kids" in node:
                if depth >= _DEEPEST:
                    raise NotPlain
                waiting += [(kid, name, kind, depth + 1) for kid in self.items(node[b"/Kids"])]
        raise NotPlain


_INHERITED = (b"/MediaBox", b"/CropBox", b"/Rotate")


def _raise() -> Entries:
    raise NotPlain


def _after(data: bytes, place: int) -> int:
    """Return where the blanks and comments at a place end."""
    found = _SPACES.match(data, place)
    assert found is not None  # it matches nothing, too
    return found.end()


def dictionary(data: bytes, place: int) -> tuple[Entries, int]:
    """Read a dictionary that begins at a place; return its entries and its end."""
    if data[place : place + 2] != b"<<":
        raise NotPlain
    found: Entries = {}
    at = _after(data, place + 2)
    while data[at : at + 2] != b">>":
        entry = _ENTRY_OF.match(data, at)
        if entry is not None:
            name, value, at = entry[1], entry[2], entry.end()
        else:
            head = _NAME.match(data, at)
            if head is None:
                raise NotPlain
            end = _end(data, head.end())
            name, value, at = head[1], data[head.end() : end], _after(data, end)
        # A name may be spelled with #xx; two spellings of one name would be two entries to us and one to others.
        if b"#" in name or name in found:
            raise NotPlain
        found[name] = value
    return found, at + 2


def _end(data: bytes, place: int) -> int:
    """Return where the value that begins at a place ends."""
    flat = _VALUE.match(data, place)
    if flat is not None:
        return flat.end()
    if data[place : place + 1] == b"(":
        return _end_of_text(data, place)
    closing: list[bytes] = []
    at = place
    while True:
        inert = _INERT.match(data, at)
        if inert is not None:
            at = inert.end()
        flat = _VALUE.match(data, at) if closing else None
        two = data[at : at + 2]
        if flat is not None:
            at = flat.end()
        elif two == b"<<":
            closing.append(b">>")
            at += 2
        elif two[:1] == b"[":
            closing.append(b"]")
            at += 1
        elif two[:1] == b"(" and closing:
            at = _end_of_text(data, at)
        elif two[:1] == b"%" and closing and (after := _after(data, at)) > at:
            at = after
        elif closing and (two if two == b">>" else two[:1]) == closing[-1]:
            at += len(closing.pop())
            if not closing:
                return at
        else:
            raise NotPlain
        if len(closing) > _DEEPEST:
            raise NotPlain


def _end_of_text(data: bytes, place: int) -> int:
    """Return where a text in parentheses with parentheses in it ends."""
    depth = 0
    for mark in _PARENTHESIS.finditer(data, place):
        if mark[0] == b"(":
            depth += 1
        elif mark[0] == b")":
            depth -= 1
            if depth == 0:
                return mark.end()
    raise NotPlain


def newest_table(tail: bytes) -> int:
    """Return where the newest cross-reference table stands, from the file's last bytes."""
    found = _TAIL.search(tail)
    if found is None:
        raise NotPlain
    return int(found[1])


def reference(raw: bytes) -> int:
    """Return the object number of a reference."""
    found = _REFERENCE.fullmatch(raw)
    if found is None:
        raise NotPlain
    return int(found[1])


def integer(raw: bytes) -> int:
    """Return a whole number."""
    if _INTEGER.fullmatch(raw) is None:
        raise NotPlain
    return int(raw)


def real(raw: bytes) -> float:
    """Return a number."""
    if _REAL.fullmatch(raw) is None:
        raise NotPlain
    return float(raw)


def text(raw: bytes) -> str:
    """Return a text; one in an encoding of PDF's own beyond ASCII is not plain."""
    if raw[:1] == b"(":
        # A line's end within is one line feed (ISO 32000-1, 7.3.4.2).
        inner = re.sub(rb"\r\n?", b"\n", raw[1:-1]) if b"\r" in raw else raw[1:-1]
        value = _ESCAPE.sub(_unescape, inner) if b"\\" in inner else inner
    elif raw[:1] == b"<" and raw[:2] != b"<<":
        digits = re.sub(rb"[\x00\t\n\f\r ]", b"", raw[1:-1])
        value = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    else:
        raise NotPlain
    try:
        if value.startswith(b"\xfe\xff"):
            return value[2:].decode("utf-16-be")
        if value.startswith(b"\xef\xbb\xbf"):
            return value[3:].decode("utf-8")
        plain = value.decode("ascii")
    except UnicodeDecodeError as error:
        raise NotPlain from error
    if _NO_LETTER.search(plain):
        raise NotPlain
    return plain


def _unescape(found: re.Match[bytes]) -> bytes:
    what = found[1]
    if what[:1] in b"01234567":
        return bytes((int(what, 8) & 0xFF,))
    return _ESCAPED.get(what, what)
