"""Which characters the official typeface (Liberation Serif) can print; asked when a value is checked and printed."""

from __future__ import annotations

import functools
import unicodedata

from forms.bundled import RESOURCES

FACES = ("Regular", "Bold", "Italic", "BoldItalic")
# Letters that are laid out but not seen, or that turn the order of others around: the paper would no longer say
# what the data says. Private-use characters are forbidden by PDF/A, level a.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_UNSEEN = frozenset({0x034F, 0xFFFC})  # what Unicode counts as marks and symbols, but nobody sees
LAYOUT_CHARACTERS = frozenset("\n\r\t")
_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_LOWER = "".join(unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES) + "đ"
_VIETNAMESE = frozenset(_LOWER + _LOWER.upper() + "–—“”‘’…" + "".join(map(chr, range(0x20, 0x7F)))) | LAYOUT_CHARACTERS


@functools.cache
def printable() -> frozenset[int]:
    """Return the code points that all four faces can print."""
    from fontTools.ttLib import TTFont  # read only for letters beyond Vietnamese

    common: set[int] | None = None
    for face in FACES:
        with TTFont(RESOURCES / "fonts" / f"LiberationSerif-{face}.ttf", lazy=True) as font:
            covered = set(font.getBestCmap())
        common = covered if common is None else common & covered
    assert common is not None
    common -= _UNSEEN
    return frozenset(c for c in common if unicodedata.category(chr(c)) not in _REFUSED_CATEGORIES)


def at_hand(text: str) -> bool:
    """Say whether a text holds Vietnamese letters and common signs only, which need no look into the typeface."""
    return _VIETNAMESE.issuperset(text)


def unprintable(text: str) -> list[str]:
    """List the characters of text that cannot be printed, each once, in their order."""
    if at_hand(text):
        return []
    covered = printable()
    text = unicodedata.normalize("NFC", text)
    return list(dict.fromkeys(c for c in text if ord(c) not in covered and c not in LAYOUT_CHARACTERS))
