"""Reading a ZIP in which no two programs can see two different things.

Signed containers are read by many programs: some believe the directory at the end, some the headers before each file.
A ZIP is taken only where both say the same of every byte: headers alike, entries one behind the other from the first
byte to the directory, nothing before, between or behind, one entry per name as every system reads names, no ZIP64, no
encryption, no second names in extra fields. What is unpacked is counted; sizes in headers are claims.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from signing.errors import ContainerUnreadable

ENTRY_LIMIT = 2_100
UNPACKED_LIMIT = 1024 * 1024 * 1024
RATIO_LIMIT = 200
_RATIO_FROM = 1024 * 1024
NAME_LIMIT = 1_000
"""Bytes of a name with its folders."""
DIRECTORY_LIMIT = 4 * 1024 * 1024
"""Bytes of the directory at the end, which is held in memory."""
_PIECE = 1024 * 1024

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTING = 1 << 0 | 1 << 6 | 1 << 13
_DESCRIPTOR = 1 << 3
_UTF8 = 1 << 11
_KNOWN_FLAGS = 1 << 1 | 1 << 2 | _DESCRIPTOR | _UTF8
_STORED, _DEFLATED = 0, 8
# ZIP64, strong encryption, Unicode comment and path (other words for the same entry), AES.
_REFUSED_EXTRAS = frozenset({0x0001, 0x0017, 0x6375, 0x7075, 0x9901})
# What Windows forbids, control characters, and letters that are not seen or turn the reading order.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')


class Data(Protocol):
    """Bytes, or a mapped file."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: slice, /) -> bytes: ...


@dataclass(frozen=True)
class Entry:
    """One file of the archive."""

    name: str
    size: int
    packed: int
    crc: int
    start: int
    """Where its bytes begin."""
    header: int
    """Where its local header begins."""
    stored: bool
    extra: bool
    """Its header has extra fields."""


class Archive:
    """A ZIP whose structure has been checked in full; files are unpacked when they are asked for."""

    def __init__(self, data: Data, *, unpacked: int = UNPACKED_LIMIT, judging: bool = False) -> None:
        """Check the structure. Raise ContainerUnreadable.

        With `judging` a file that is not what its header says is handed out as it is and noted in `damaged`: its
        signature tells what that means.
        """
        self._data = data
        self._judging = judging
        self.damaged: set[str] = set()
        """Names of files whose checksum is wrong, or that cannot be unpacked."""
        self._digests: dict[tuple[str, str], bytes] = {}
        end, count, start = _end(data)
        self.entries = {one.name: one for one in _entries(data, end, count, start)}
        if sum(one.size for one in self.entries.values()) > unpacked:
            raise ContainerUnreadable("size")

    def pieces(self, name: str) -> Iterator[bytes]:
        """Unpack a file piece by piece. Raise ContainerUnreadable where it is not what its header says."""
        entry = self.entries[name]
        crc, size = 0, 0
        for piece in self._stored(entry) if entry.stored else self._inflated(entry):
            size += len(piece)
            if size > entry.size:
                raise ContainerUnreadable("broken", name)
            crc = zlib.crc32(piece, crc)
            yield piece
        if size != entry.size or crc != entry.crc:
            self.damaged.add(name)
            if not self._judging or size != entry.size:
                raise ContainerUnreadable("broken", name)

    def read(self, name: str, limit: int) -> bytes:
        """Unpack a whole file of at most `limit` bytes. Raise ContainerUnreadable."""
        if self.entries[name].size > limit:
            raise ContainerUnreadable("size", name)
        return b"".join(self.pieces(name))

    def digest(self, name: str, algorithm: str) -> bytes:
        """Return the digest of a file; each is computed once. Raise ContainerUnreadable."""
        key = name, algorithm
        if key not in self._digests:
            hashing = hashlib.new(algorithm)
            try:
                for piece in self.pieces(name):
                    hashing.update(piece)
                self._digests[key] = hashing.digest()
            except ContainerUnreadable as error:
                if not self._judging or error.reason not in ("broken", "ambiguous"):
                    raise
                self.damaged.add(name)
                self._digests[key] = b""  # what cannot be unpacked is not what was signed
        return self._digests[key]

    def _stored(self, entry: Entry) -> Iterator[bytes]:
        for at in range(entry.start, entry.start + entry.packed, _PIECE):
            yield bytes(self._data[at : min(at + _PIECE, entry.start + entry.packed)])

    def _inflated(self, entry: Entry) -> Iterator[bytes]:
        inflating = zlib.decompressobj(-15)
        try:
            for packed in self._stored(entry):
                left = packed
                while left:
                    if inflating.eof:
                        raise ContainerUnreadable("ambiguous", entry.name)
                    if piece := inflating.decompress(left, _PIECE):
                        yield piece
                    left = inflating.unconsumed_tail
            while not inflating.eof:
                if not (piece := inflating.decompress(inflating.unconsumed_tail, _PIECE)):
                    break
                yield piece
        except zlib.error as error:
            raise ContainerUnreadable("broken", entry.name) from error
        if not inflating.eof:
            raise ContainerUnreadable("broken", entry.name)
        if inflating.unused_data:
            raise ContainerUnreadable("ambiguous", entry.name)


def _end(data: Data) -> tuple[int, int, int]:
    """Return (where the directory ends, number of entries, where the directory starts)."""
    tail_start = max(0, len(data) - _END.size - 0xFFFF)
    tail = bytes(data[tail_start : len(data)])
    found = [at.start() for at in re.finditer(rb"PK\x05\x06", tail)]
    if not found:
        raise ContainerUnreadable("broken")
    at = found[-1]
    if len(tail) - at < _END.size:
        raise ContainerUnreadable("broken")
    _, disk, central_disk, here, count, size, start, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise ContainerUnreadable("ambiguous")
    end = tail_start + at
    if any(tail[one:].startswith(b"PK\x05\x06") and _closes(tail, one) for one in found[:-1]):
        # Two ends of the archive that both fit the length: a reader may take either.
        raise ContainerUnreadable("ambiguous")
    if bytes(data[max(0, end - 20) : end]).startswith(b"PK\x06\x07") or 0xFFFFFFFF in (size, start) or count == 0xFFFF:
        raise ContainerUnreadable("ambiguous")
    if disk or central_disk or here != count or start + size != end:
        raise ContainerUnreadable("ambiguous")
    if count > ENTRY_LIMIT or size > DIRECTORY_LIMIT:
        raise ContainerUnreadable("size")
    return end, count, start


def _closes(tail: bytes, at: int) -> bool:
    return len(tail) - at >= _END.size and at + _END.size + _END.unpack_from(tail, at)[-1] == len(tail)


def _entries(data: Data, end: int, count: int, start: int) -> list[Entry]:
    directory = bytes(data[start:end])
    at = 0
    found: list[Entry] = []
    folders: list[str] = []
    next_byte = {}
    for _ in range(count):
        if at + _CENTRAL.size > len(directory):
            raise ContainerUnreadable("broken")
        fields = _CENTRAL.unpack_from(directory, at)
        mark, _made, needed, flags, method, time, date, crc, packed, size = fields[:10]
        name_size, extra_size, comment_size, disk, _internal, external, header = fields[10:]
        behind = at + _CENTRAL.size
        raw = directory[behind : behind + name_size]
        extra = directory[behind + name_size : behind + name_size + extra_size]
        at = behind + name_size + extra_size + comment_size
        if mark != b"PK\x01\x02" or at > len(directory):
            raise ContainerUnreadable("broken")
        name = _name(raw, flags)
        if flags & _ENCRYPTING:
            raise ContainerUnreadable("encrypted", name)
        if flags & ~_KNOWN_FLAGS or method not in (_STORED, _DEFLATED) or disk:
            raise ContainerUnreadable("ambiguous", name)
        if (method == _STORED and packed != size) or (packed > size + size // 100 + 64):
            raise ContainerUnreadable("ambiguous", name)
        _extras(extra, name)
        if (external >> 16) & 0o170000 not in (0, 0o100000, 0o040000):
            raise ContainerUnreadable("name", name)
        shared = (needed, flags, method, time, date, crc, packed, size)
        body, after, local_extra = _local(data, header, start, shared, raw, name)
        next_byte[header] = after
        if size > max(packed, 1) * RATIO_LIMIT and size > _RATIO_FROM:
            raise ContainerUnreadable("size", name)
        if name.endswith("/"):
            if size:
                raise ContainerUnreadable("ambiguous", name)
            folders.append(name)
            continue
        found.append(Entry(name, size, packed, crc, body, header, method == _STORED, bool(extra or local_extra)))
    if at != len(directory):
        raise ContainerUnreadable("ambiguous")
    _tile(next_byte, start, count)
    _distinct([one.name for one in found], folders)
    return sorted(found, key=lambda one: one.header)


def _local(
    data: Data, header: int, limit: int, shared: tuple[int, ...], raw: bytes, name: str
) -> tuple[int, int, bytes]:
    """Compare the local header with the directory; return where the file begins, where what follows begins."""
    if header + _LOCAL.size > limit:
        raise ContainerUnreadable("broken", name)
    mark, needed, flags, method, time, date, crc, packed, size, name_size, extra_size = _LOCAL.unpack(
        bytes(data[header : header + _LOCAL.size])
    )
    behind = header + _LOCAL.size
    body = behind + name_size + extra_size
    wanted, sizes = shared[:5], list(shared[5:])
    end = body + sizes[1]
    if mark != b"PK\x03\x04" or end > limit:
        raise ContainerUnreadable("broken", name)
    extra = bytes(data[behind + name_size : body])
    _extras(extra, name)
    if (needed, flags, method, time, date) != wanted or bytes(data[behind : behind + name_size]) != raw:
        raise ContainerUnreadable("ambiguous", name)
    if not flags & _DESCRIPTOR:
        if [crc, packed, size] != sizes:
            raise ContainerUnreadable("ambiguous", name)
        return body, end, extra
    if any(claim not in (0, truth) for claim, truth in zip((crc, packed, size), sizes, strict=True)):
        raise ContainerUnreadable("ambiguous", name)
    words = struct.pack("<3L", *sizes)
    for descriptor in (b"PK\x07\x08" + words, words):
        if bytes(data[end : end + len(descriptor)]) == descriptor:
            return body, end + len(descriptor), extra
    raise ContainerUnreadable("ambiguous", name)


def _tile(next_byte: dict[int, int], directory: int, count: int) -> None:
    """Entries follow one another from the first byte to the directory, without gap or overlap."""
    if len(next_byte) != count:
        raise ContainerUnreadable("ambiguous")
    at = 0
    for header in sorted(next_byte):
        if header != at:
            raise ContainerUnreadable("ambiguous")
        at = next_byte[header]
    if at != directory:
        raise ContainerUnreadable("ambiguous")


def _name(raw: bytes, flags: int) -> str:
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError as error:
        # Without the flag, programs read other letters than ASCII each in their own way.
        raise ContainerUnreadable("name", raw.decode("utf-8", "replace")[:200]) from error
    if not safe(name.removesuffix("/")):
        raise ContainerUnreadable("name", name[:200])
    return name


def safe(name: str) -> bool:
    """Tell whether every system reads this as one and the same path below the folder it is unpacked into."""
    parts = name.split("/")
    return (
        bool(name)
        and len(name.encode("utf-8", "replace")) <= NAME_LIMIT
        and not _UNSAFE.search(name)
        and all(part not in ("", ".", "..") and part == part.strip(" ") and not part.endswith(".") for part in parts)
    )


def folded(name: str) -> str:
    """Return a name as systems compare names that take case and composition for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _distinct(names: list[str], folders: list[str]) -> None:
    known = {folded(one) for one in names}
    inside = {folded(one.rsplit("/", depth)[0]) for one in names for depth in range(1, one.count("/") + 1)}
    inside |= {folded(one.removesuffix("/")) for one in folders}
    if len(known) != len(names) or known & inside or len({folded(one) for one in folders}) != len(folders):
        raise ContainerUnreadable("ambiguous")


def _extras(extra: bytes, name: str) -> None:
    at = 0
    while at < len(extra):
        if at + 4 > len(extra):
            raise ContainerUnreadable("ambiguous", name)
        kind, size = struct.unpack_from("<2H", extra, at)
        at += 4 + size
        if kind in _REFUSED_EXTRAS or at > len(extra):
            raise ContainerUnreadable("ambiguous", name)
