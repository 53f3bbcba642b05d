"""Order names as a Vietnamese dictionary does: Ă and Â after A, Đ after D, Ê after E, Ô and Ơ after O, Ư after U.

Words are compared letter by letter first; only where all letters are the same do the tones decide, in the order of
the school alphabet: none, huyền, hỏi, ngã, sắc, nặng.
"""

from __future__ import annotations

import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTERS = {letter: rank for rank, letter in enumerate(_ALPHABET, 0x100)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def rank(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return what a text is sorted by: its letters, then its tones; spaces and digits come before letters."""
    letters: list[int] = []
    tones: list[int] = []
    for one in unicodedata.normalize("NFC", text).casefold():
        tone = 0
        plain = ""
        for mark in unicodedata.normalize("NFD", one):
            tone = _TONES.get(mark, tone)
            plain += "" if mark in _TONES else mark
        letter = unicodedata.normalize("NFC", plain)
        letters.append(_LETTERS.get(letter, ord(letter[0]) if letter and ord(letter[0]) < 0x100 else 0x200))
        tones.append(tone)
    return tuple(letters), tuple(tones)
