"""What the official typeface (Liberation Serif) can print."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from fontTools.ttLib import TTFont

from forms.bundled import RESOURCES
from forms.printing.errors import GlyphMissing

FACES = ("Regular", "Bold", "Italic", "BoldItalic")
# Letters that are laid out but not seen, or that turn the order of others around: the paper would no longer say
# what the data says. Private-use characters are forbidden by PDF/A, level a.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_UNSEEN = frozenset({0x034F, 0xFFFC})  # what Unicode counts as marks and symbols, but nobody sees
_LAYOUT_CHARACTERS = frozenset("\n\r\t")


@functools.cache
def printable() -> frozenset[int]:
    """Return the code points that all four faces can print."""
    common: set[int] | None = None
    for face in FACES:
        with TTFont(RESOURCES / "fonts" / f"LiberationSerif-{face}.ttf", lazy=True) as font:
            covered = set(font.getBestCmap())
        common = covered if common is None else common & covered
    assert common is not None
    common -= _UNSEEN
    return frozenset(c for c in common if unicodedata.category(chr(c)) not in _REFUSED_CATEGORIES)


def unprintable(text: str) -> list[str]:
    """List the characters of text that cannot be printed, each once, in their order."""
    if text.isascii() and text.isprintable():
        return []
    covered = printable()
    text = unicodedata.normalize("NFC", text)
    return list(dict.fromkeys(c for c in text if ord(c) not in covered and c not in _LAYOUT_CHARACTERS))


def _strings(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _strings(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{path}[{index}]")


def check_glyphs(values: object) -> None:
    """Raise GlyphMissing for the first string in values that cannot be printed."""
    for path, text in _strings(values, ""):
        if missing := unprintable(text):
            raise GlyphMissing(path, missing[0], f"U+{ord(missing[0]):04X}")
