"""Signatures of a PDF as plain bytes: where they say that they cover the file, and what stands in the gap.

This looks at the file without its object structure, so it still works where that can no longer be read, and it checks
what structure-minded readers let pass: that the gap in the signed bytes holds the signature's hexadecimal string and
nothing else, and only zeros behind the signature in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, overload

CHUNK = 1024 * 1024
CONTENTS_LIMIT = 4 * 1024 * 1024
FOUND_LIMIT = 200
_SPAN = 1024

_NAME = rb"/(?:B|#42)(?:y|#79)(?:t|#74)(?:e|#65)(?:R|#52)(?:a|#61)(?:n|#6[eE])(?:g|#67)(?:e|#65)"
_BYTE_RANGE = re.compile(
    _NAME + rb"[\s\x00]{0,64}\[[\s\x00]{0,64}(\d{1,12})[\s\x00]{1,64}(\d{1,12})[\s\x00]{1,64}(\d{1,12})"
    rb"[\s\x00]{1,64}(\d{1,12})[\s\x00]{0,64}\]"
)
_TRACES = re.compile(_NAME + rb"|adbe\.pkcs7|adbe\.x509|ETSI\.CAdES|ETSI\.RFC3161|/DocTimeStamp")
_SPACE = b" \t\r\n\f\x00"


class FileBytes:
    """An open file as bytes that are read when they are asked for; what is mapped would count as resident memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size = stream.seek(0, 2)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> bytes: ...
    def __getitem__(self, place: int | slice) -> int | bytes:
        if isinstance(place, int):
            return self[place : place + 1][0]
        start, end, _ = place.indices(self._size)
        self._stream.seek(start)
        return self._stream.read(max(end - start, 0))

    def __bytes__(self) -> bytes:
        return self[:]

    def find(self, part: bytes, start: int = 0, end: int | None = None) -> int:
        """Find the first place of some bytes, as bytes do."""
        start, end, _ = slice(start, end).indices(self._size)
        for begin in range(start, end, CHUNK):
            found = self[begin : min(begin + CHUNK + len(part) - 1, end)].find(part)
            if found >= 0:
                return begin + found
        return -1

    def rfind(self, part: bytes, start: int = 0, end: int | None = None) -> int:
        """Find the last place of some bytes, as bytes do."""
        start, end, _ = slice(start, end).indices(self._size)
        for stop in range(end, start, -CHUNK):
            begin = max(stop - CHUNK - len(part) + 1, start)
            found = self[begin:stop].rfind(part)
            if found >= 0:
                return begin + found
        return -1


Bytes = bytes | FileBytes


@dataclass(frozen=True)
class Gap:
    """The place of a signature between its signed ranges."""

    first: int
    """Length of the first signed range, which starts at 0."""
    second: int
    """Start of the second signed range."""
    end: int
    """End of the second signed range."""

    @classmethod
    def of(cls, byte_range: Iterable[int]) -> Gap | None:
        """Read a byte range; None unless it has the one shape that covers a whole revision but for one gap."""
        numbers = [int(one) for one in byte_range]
        if len(numbers) != 4 or numbers[0] != 0:
            return None
        _, first, second, length = numbers
        if not 0 < first < second or length <= 0:
            return None
        return cls(first, second, second + length)

    def contents(self, data: Bytes) -> bytes | None:
        """Return the string's bytes; None if the gap holds anything but one string of hexadecimal digits."""
        if self.end > len(data) or self.second - self.first > CONTENTS_LIMIT:
            return None
        raw = bytes(data[self.first : self.second])
        if raw[:1] != b"<" or raw[-1:] != b">":
            return None
        digits = raw[1:-1].translate(None, _SPACE)
        try:
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        except (ValueError, UnicodeDecodeError):
            return None

    def digest(self, data: Bytes, name: str) -> bytes:
        """Hash both signed ranges."""
        made = hashlib.new(name)
        for start, end in ((0, self.first), (self.second, min(self.end, len(data)))):
            for position in range(start, end, CHUNK):
                made.update(data[position : min(position + CHUNK, end)])
        return made.digest()


class Digests:
    """The digests of the signatures of one file, read once: what all of them cover is hashed for all of them."""

    def __init__(self, data: Bytes) -> None:
        self._data = data
        self._states: dict[str, list[tuple[int, hashlib._Hash]]] = {}

    def of(self, gap: Gap, name: str) -> bytes:
        """Hash both signed ranges."""
        states = self._states.setdefault(name, [(0, hashlib.new(name))])
        place, known = max((one for one in states if one[0] <= gap.first), key=lambda one: one[0])
        state = known.copy()
        self._feed(state, place, gap.first)
        if place != gap.first:
            states.append((gap.first, state.copy()))
        self._feed(state, gap.second, gap.end)
        return state.digest()

    def _feed(self, state: hashlib._Hash, start: int, end: int) -> None:
        end = min(end, len(self._data))
        for position in range(start, end, CHUNK):
            state.update(self._data[position : min(position + CHUNK, end)])


def gaps(data: Bytes) -> Iterator[Gap]:
    """Find the byte ranges in a file's bytes that fit this file: the gap they leave is a string."""
    for count, found in enumerate(_found(_BYTE_RANGE, data)):
        if count >= FOUND_LIMIT:
            return
        gap = Gap.of(int(one) for one in found.groups())
        if gap is not None and gap.second <= len(data) and data[gap.first : gap.first + 1] == b"<":
            yield gap


def traces(data: Bytes) -> bool:
    """Tell whether the bytes hold anything that looks like a signature."""
    return next(_found(_TRACES, data), None) is not None


def _found(pattern: re.Pattern[bytes], data: Bytes) -> Iterator[re.Match[bytes]]:
    """Find a pattern that spans no more than `_SPAN` bytes."""
    for begin in range(0, len(data), CHUNK):
        for found in pattern.finditer(data[begin : begin + CHUNK + _SPAN]):
            if found.start() < CHUNK:
                yield found


def closed(data: Bytes) -> bool:
    """Tell whether a file ends as a PDF does; others keep the library looking for the end, letter by letter."""
    return b"%%EOF" in data[max(len(data) - 2048, 0) :]


_BLOCK = 64 * 1024
_DIGITS = b"0123456789abcdefABCDEF \t\r\n\f\x00"


def endless_string(data: Bytes) -> bool:
    """Tell whether a string of hexadecimal digits is longer than any signature, or any other honest string.

    The library takes a hundred bytes of memory for each of its letters.
    """
    for place in range(0, len(data) - _BLOCK, CONTENTS_LIMIT // 2):
        if data[place : place + 64].translate(None, _DIGITS) or data[place : place + _BLOCK].translate(None, _DIGITS):
            continue
        start = place
        while start > 0 and not (before := data[max(start - _BLOCK, 0) : start].rstrip(_DIGITS)):
            start -= min(_BLOCK, start)
        if start > 0 and before.endswith(b"<"):
            first = max(start - _BLOCK, 0) + len(before)
            if not data[first : first + CONTENTS_LIMIT].translate(None, _DIGITS):
                return True
    return False
