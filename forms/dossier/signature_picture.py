"""The picture of a handwritten signature or a seal, read from a person's PNG or JPEG for a visible signature.

What comes out is plain pixels on transparent ground, as Decree 30/2020/NĐ-CP, Appendix I, wants them: a photograph's
white paper is taken away, the empty margin too. Run it in a worker: the file is anybody's.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field

from PIL import Image, ImageChops, ImageOps

from forms.dossier import kinds
from forms.dossier.errors import SignaturePictureRefused

BYTES_LIMIT = 5 * 1024 * 1024
PIXELS_LIMIT = 24_000_000
LONGEST = 1000
"""Pixels of the longer side of what is kept: 36 mm of a seal at 700 dots per inch."""
_PAPER, _INK = 232, 150
"""Lightness from which a photograph's pixel is paper, and below which it is ink; between them it is some of both."""
_FORMATS = {"png": "PNG", "jpeg": "JPEG"}
_DPI = (36, 2400)


@dataclass(frozen=True)
class SignaturePicture:
    """Be the pixels of a signature or seal, row by row from the top."""

    width: int
    height: int
    rgb: bytes = field(repr=False)
    cover: bytes = field(repr=False)
    """One byte a pixel: 255 covers what lies below, 0 is transparent."""
    points: tuple[float, float] | None = None
    """The true size, where the file says how many pixels there are to an inch."""


def read_signature_picture(name: str, data: bytes) -> SignaturePicture:
    """Read a PNG or JPEG within bounds; raise SignaturePictureRefused with the reason."""
    if not 0 < len(data) <= BYTES_LIMIT:
        raise SignaturePictureRefused(name, "size")
    kind = kinds.kind_of(data)
    if kind not in _FORMATS:
        raise SignaturePictureRefused(name, "kind")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            picture = Image.open(io.BytesIO(data), formats=[_FORMATS[kind]])
            if picture.width * picture.height > PIXELS_LIMIT:
                raise SignaturePictureRefused(name, "pixels")
            dpi = picture.info.get("dpi")
            if kind == "jpeg":
                picture.draft("RGB", (2 * LONGEST, 2 * LONGEST))
            before = picture.size
            picture.load()
            layered = _layered(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise SignaturePictureRefused(name, "pixels") from error
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError, TypeError, MemoryError, OverflowError) as error:
        raise SignaturePictureRefused(name, "broken") from error
    # What is almost transparent would make a margin of what nobody sees.
    found = layered.getchannel("A").point(lambda value: 255 if value > 12 else 0).getbbox()
    if found is None or found[2] - found[0] < 4 or found[3] - found[1] < 4:
        raise SignaturePictureRefused(name, "blank")
    layered = layered.crop(found)
    points = _points(dpi, layered.size) if before == picture.size else None
    scale = min(LONGEST / max(layered.size), 1.0)
    if scale < 1.0:
        size = (max(1, round(layered.width * scale)), max(1, round(layered.height * scale)))
        layered = layered.resize(size, Image.Resampling.LANCZOS)
    rgb, cover = layered.convert("RGB"), layered.getchannel("A")
    return SignaturePicture(layered.width, layered.height, rgb.tobytes(), cover.tobytes(), points)


def _layered(picture: Image.Image) -> Image.Image:
    """Return a picture with its transparency; one without any loses its white paper."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        if ImageChops.invert(layered.getchannel("A")).getbbox() is not None:
            return layered
        picture = layered
    if picture.mode in ("I;16", "I;16B", "I;16L", "I"):
        # Pillow would cut these off at 255 instead of scaling them.
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    plain = picture.convert("RGB")
    red, green, blue = plain.split()
    # A pixel is paper when all three colours are light: blue ink has a light blue, red ink a light red.
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    cover = darkest.point([_covered(lightness) for lightness in range(256)])
    return Image.merge("RGBA", (red, green, blue, cover))


def _covered(lightness: int) -> int:
    return round(255 * min(max((_PAPER - lightness) / (_PAPER - _INK), 0.0), 1.0))


def _points(dpi: object, size: tuple[int, int]) -> tuple[float, float] | None:
    """Return the true size in points where the file tells it believably."""
    if not isinstance(dpi, tuple) or len(dpi) != 2:
        return None
    across, along = float(dpi[0]), float(dpi[1])
    if not all(_DPI[0] <= value <= _DPI[1] for value in (across, along)):
        return None
    return size[0] * 72 / across, size[1] * 72 / along
