"""Signatures of a PDF as plain bytes: where they say that they cover the file, and what stands in the gap.

This looks at the file without its object structure, so it still works where that can no longer be read, and it checks
what structure-minded readers let pass: that the gap in the signed bytes holds the signature's hexadecimal string and
nothing else, and only zeros behind the signature in it.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Bytes = bytes | mmap.mmap
CHUNK = 1024 * 1024
CONTENTS_LIMIT = 8 * 1024 * 1024
FOUND_LIMIT = 200

_NAME = rb"/(?:B|#42)(?:y|#79)(?:t|#74)(?:e|#65)(?:R|#52)(?:a|#61)(?:n|#6[eE])(?:g|#67)(?:e|#65)"
_BYTE_RANGE = re.compile(
    _NAME + rb"[\s\x00]{0,64}\[[\s\x00]{0,64}(\d{1,12})[\s\x00]{1,64}(\d{1,12})[\s\x00]{1,64}(\d{1,12})"
    rb"[\s\x00]{1,64}(\d{1,12})[\s\x00]{0,64}\]"
)
_TRACES = re.compile(_NAME + rb"|adbe\.pkcs7|adbe\.x509|ETSI\.CAdES|ETSI\.RFC3161|/DocTimeStamp")
_SPACE = b" \t\r\n\f\x00"


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


def gaps(data: Bytes) -> Iterator[Gap]:
    """Find the byte ranges in a file's bytes that fit this file: the gap they leave is a string."""
    for count, found in enumerate(_BYTE_RANGE.finditer(data)):
        if count >= FOUND_LIMIT:
            return
        gap = Gap.of(int(one) for one in found.groups())
        if gap is not None and gap.second <= len(data) and data[gap.first : gap.first + 1] == b"<":
            yield gap


def traces(data: Bytes) -> bool:
    """Tell whether the bytes hold anything that looks like a signature."""
    return _TRACES.search(data) is not None
