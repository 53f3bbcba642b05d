"""What stands beside a stamp's text: the picture of a handwritten signature or a seal, or a QR code.

A picture comes here as plain pixels: whoever reads the person's file decodes it apart and within bounds. A QR code is
drawn as filled squares, so that it is as sharp as the printer.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from functools import lru_cache

from signing.errors import StampPictureUnusable, StampTooSmall

MOST_PIXELS = 4_000_000
MOST_CODE_BYTES = 400
"""What a QR code may say, in UTF-8: more would need squares too small for a telephone in any usual stamp."""
SMALLEST_SQUARE = 0.75
"""Points: 0.26 mm, what a telephone reads from an office printer's page."""
QUIET = 2
"""White squares around the code within its own ground; the stamp's padding is white beyond them."""

Box = tuple[float, float, float, float]
"""x, y, width, height in points."""


@dataclass(frozen=True)
class Picture:
    """Pixels ready to be put into any number of documents."""

    width: int
    height: int
    colours: bytes = field(repr=False)
    """RGB, row by row from the top, deflated."""
    cover: bytes | None = field(default=None, repr=False)
    """How much each pixel covers what lies below (255: wholly), deflated; None: all wholly."""
    points: tuple[float, float] | None = None
    """The true size in points, where the file says how many pixels there are to an inch."""

    @property
    def ratio(self) -> float:
        """Return width over height."""
        return self.width / self.height


def picture(
    width: int,
    height: int,
    colours: bytes,
    cover: bytes | None = None,
    points: tuple[float, float] | None = None,
) -> Picture:
    """Take pixels (RGB, and the cover where there is one). Raise StampPictureUnusable where they do not add up."""
    if not (width > 0 and height > 0 and width * height <= MOST_PIXELS):
        raise StampPictureUnusable
    if len(colours) != 3 * width * height or (cover is not None and len(cover) != width * height):
        raise StampPictureUnusable
    return _deflated(
        hashlib.sha256(colours + b"|" + (cover or b"")).digest(), width, height, points, _Raw(colours, cover)
    )


class _Raw:
    """Pixels that do not take part in the cache's key: their digest does."""

    def __init__(self, colours: bytes, cover: bytes | None) -> None:
        self.colours, self.cover = colours, cover

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Raw)


@lru_cache(maxsize=4)
def _deflated(digest: bytes, width: int, height: int, points: tuple[float, float] | None, raw: _Raw) -> Picture:
    cover = None if raw.cover is None else zlib.compress(raw.cover, 9)
    return Picture(width, height, zlib.compress(raw.colours, 9), cover, points)


def draw_picture(shown: Picture, box: Box, *, largest: tuple[float, float] | None = None) -> str:
    """Place a picture (resource /Im1) in the middle of a box, whole and in its own proportions."""
    x, y, width, height = box
    scale = min(width / shown.width, height / shown.height)
    if largest is not None:
        scale = min(scale, largest[0] / shown.width, largest[1] / shown.height)
    wide, tall = shown.width * scale, shown.height * scale
    left, bottom = x + (width - wide) / 2, y + (height - tall) / 2
    return f"q {wide:.3f} 0 0 {tall:.3f} {left:.3f} {bottom:.3f} cm /Im1 Do Q"


def code_side(text: str) -> float:
    """Return the least side of a QR code in points."""
    return (squares(text)[0] + 2 * QUIET) * SMALLEST_SQUARE


def draw_code(text: str, box: Box) -> str:
    """Draw a QR code black on white into a square in the middle of a box. Raise StampTooSmall."""
    count, runs = squares(text)
    x, y, width, height = box
    side = min(width, height)
    square = side / (count + 2 * QUIET)
    if square < SMALLEST_SQUARE - 0.001:
        raise StampTooSmall(round(width), round(height))
    left, bottom = x + (width - side) / 2, y + (height - side) / 2
    # In units of squares from the code's lower left corner: whole numbers, so neighbours never leave a hairline.
    parts = [
        f"q 1 1 1 rg {left:.3f} {bottom:.3f} {side:.3f} {side:.3f} re f 0 0 0 rg",
        f"{square:.5f} 0 0 {square:.5f} {left + QUIET * square:.4f} {bottom + QUIET * square:.4f} cm",
        *(f"{start} {count - 1 - row} {length} 1 re" for row, start, length in runs),
        "f Q",
    ]
    return "\n".join(parts)


@lru_cache(maxsize=64)
def squares(text: str) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Return how many squares a side has, and the dark runs: row from the top, start, length."""
    import qrcode  # only this kind of stamp needs it

    data = text.encode("utf-8")
    if not data or len(data) > MOST_CODE_BYTES:
        raise ValueError(f"a QR code of {len(data)} bytes")
    # One fixed mask: the same words give the same code. Eight bits of UTF-8 in one piece, as telephones expect.
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=2)
    code.add_data(qrcode.util.QRData(data, mode=qrcode.util.MODE_8BIT_BYTE), optimize=0)
    code.make(fit=True)
    matrix = code.get_matrix()
    runs = []
    for row, line in enumerate(matrix):
        start = None
        for place, dark in enumerate([*line, False]):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                runs.append((row, start, place - start))
                start = None
    return len(matrix), tuple(runs)
