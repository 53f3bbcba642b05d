"""The letters of filled fields: bundled faces that have all of Vietnamese, measured exactly and embedded in part.

The fonts named in a form (mostly Helvetica) lack Vietnamese letters in every reader, so a field is drawn in the nearest
face of ours. Lines are measured with the same advance widths that the file will carry, and the ink of each letter is
known, so that nothing is cut (Ễ stands higher than a font's own ascent says).
"""

from __future__ import annotations

import functools
import hashlib
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from forms.bundled import RESOURCES

FACES = {
    "sans": "NotoSans-Regular",
    "sans-bold": "NotoSans-Bold",
    "serif": "LiberationSerif-Regular",
    "serif-bold": "LiberationSerif-Bold",
}
_SERIF = ("times", "serif", "roman", "georgia", "garamond", "cambria", "minion", "palatino", "book")
_TALLEST = "ẮẰẲẴẶẤẦẨẪẬẾỀỂỄỆỐỒỔỖỘỚỢỨỪỬỮỰỲÝỶỸỴĐÁÀẢÃẠgjpqyụựạộệ,;"
# Controls, format and private characters are not seen; marks that stay apart after NFC would stand in the wrong place;
# right-to-left letters would come in the wrong order.
_REFUSED = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp", "Mn", "Mc", "Me"})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})

_DROPPED = ("GDEF", "GPOS", "GSUB", "DSIG", "STAT", "MATH", "FFTM", "kern")


class Typeface:
    """One bundled face: what it can draw, and how large."""

    def __init__(self, face: str) -> None:
        self.face = face
        self.path = RESOURCES / "fonts" / f"{FACES[face]}.ttf"
        self._font = TTFont(self.path, lazy=True)
        self._map: Mapping[int, str] = self._font.getBestCmap()
        self._widths = self._font["hmtx"]
        self._shapes = self._font["glyf"]
        self._em: int = self._font["head"].unitsPerEm
        self._known: dict[str, tuple[float, float, float]] = {}
        self.cap_height: float = self._font["OS/2"].sCapHeight / self._em
        tops = [self._letter(c) for c in _TALLEST]
        self.top = max(top for _, _, top in tops)
        """How high the highest Vietnamese letter reaches, in ems."""
        self.bottom = min(bottom for _, bottom, _ in tops)
        self.leading = max(1.15, (self.top - self.bottom) * 1.01)
        """Distance of lines in ems at which marks above do not touch tails below."""

    def has(self, letter: str) -> bool:
        """Say whether a character can be drawn as it is meant."""
        return (
            ord(letter) in self._map
            and unicodedata.category(letter) not in _REFUSED
            and unicodedata.bidirectional(letter) not in _RIGHT_TO_LEFT
        )

    def _letter(self, letter: str) -> tuple[float, float, float]:
        """Return advance, lowest and highest ink in ems."""
        known = self._known.get(letter)
        if known is None:
            name = self._map[ord(letter)]
            shape = self._shapes[name]
            inked = shape.numberOfContours != 0
            known = (
                self._widths[name][0] / self._em,
                shape.yMin / self._em if inked else 0.0,
                shape.yMax / self._em if inked else 0.0,
            )
            self._known[letter] = known
        return known

    def width(self, text: str) -> float:
        """Return a text's width in ems."""
        return sum(self._letter(c)[0] for c in text)

    def widths(self, text: str) -> list[float]:
        """Return each letter's width in ems."""
        return [self._letter(c)[0] for c in text]

    def ink(self, text: str) -> tuple[float, float]:
        """Return the lowest and highest ink of a text in ems, the baseline at 0."""
        inks = [self._letter(c)[1:] for c in set(text)]
        return min((low for low, _ in inks), default=0.0), max((high for _, high in inks), default=0.0)


@functools.cache
def typeface(face: str) -> Typeface:
    """Return a face, read once per process."""
    return Typeface(face)


def face_like(base_font: str) -> str:
    """Choose our face that is nearest to a font by its PostScript name."""
    name = base_font.lower()
    # "sans serif" is no serif.
    serif = any(word in name for word in _SERIF) and "sans" not in name
    return ("serif" if serif else "sans") + ("-bold" if "bold" in name or "black" in name else "")


def face_for(text: str, preferred: str) -> tuple[str, str]:
    """Return the face that can draw a text, and the letters that none can; the preferred one where it can."""
    other = {"sans": "serif", "serif": "sans", "sans-bold": "serif-bold", "serif-bold": "sans-bold"}[preferred]
    letters = dict.fromkeys(text)
    for face in (preferred, other):
        if all(typeface(face).has(c) for c in letters):
            return face, ""
    return preferred, "".join(c for c in letters if not typeface(preferred).has(c))


@dataclass(frozen=True)
class Subset:
    """The part of a face that one document needs."""

    name: str
    """PostScript name, different for each set of letters."""
    program: bytes = field(repr=False)
    """The TrueType file."""
    glyphs: Mapping[str, int] = field(repr=False)
    """Glyph numbers by character."""
    widths: tuple[float, ...] = field(repr=False)
    """Thousandths of the em by glyph number."""
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int

    def encode(self, text: str) -> bytes:
        """Return a text as the hexadecimal glyph numbers of a PDF string."""
        return "".join(f"{self.glyphs[c]:04X}" for c in text).encode("ascii")


def subset(face: str, letters: Iterable[str]) -> Subset:
    """Cut a face down to the letters used; the same letters give the same bytes."""
    wanted = sorted(set(letters))
    tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256("".join(wanted).encode()).digest()[:6])
    name = f"{FACES[face].split('-')[0]}-{tag}"
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = [6]
    options.recalc_timestamp = False
    with TTFont(typeface(face).path, recalcTimestamp=False) as font:
        # Taken out before they are read: parsing the layout tables of Noto Sans takes longer than all the rest.
        for table in _DROPPED:
            if table in font:
                del font[table]
        cutter = Subsetter(options)
        cutter.populate(unicodes=[ord(c) for c in wanted])
        cutter.subset(font)
        for record in font["name"].names:
            record.string = name
        # The order must be taken before saving, which may let go of it.
        numbers = {c: font.getGlyphID(font.getBestCmap()[ord(c)]) for c in wanted}
        scale = 1000 / font["head"].unitsPerEm
        widths = tuple(round(font["hmtx"][glyph][0] * scale, 3) for glyph in font.getGlyphOrder())
        head, hhea = font["head"], font["hhea"]
        out = io.BytesIO()
        font.save(out)
        return Subset(
            name=name,
            program=out.getvalue(),
            glyphs=numbers,
            widths=widths,
            box=(
                round(head.xMin * scale),
                round(head.yMin * scale),
                round(head.xMax * scale),
                round(head.yMax * scale),
            ),
            ascent=round(hhea.ascent * scale),
            descent=round(hhea.descent * scale),
            cap_height=round(font["OS/2"].sCapHeight * scale),
        )
