"""Whether the text of PDF objects can be read in one way only.

Readers mend what is badly written, each in its own way: one takes a lone ">" for the end of a dictionary where another
reads on into the next object.  An author can so let the judge see another document than the person who signs.  This
reads by the letter (ISO 32000-2, 7.2 and 7.3) and takes nothing else.
"""

from __future__ import annotations

import re

DEPTH = 64
_SPACE = re.compile(rb"(?:[ \t\r\n\f\x00]|%[^\r\n]*+)++")
_TOKEN = re.compile(
    rb"(?P<open><<|\[)|(?P<close>>>|\])"
    rb"|(?P<name>/[^ \t\r\n\f\x00()<>\[\]{}/%]*+)"
    rb"|(?P<whole>[+-]?[0-9]++)(?![^ \t\r\n\f\x00()<>\[\]{}/%])"
    rb"|(?P<value>[+-]?(?:[0-9]++\.[0-9]*+|\.[0-9]++)|<[0-9A-Fa-f \t\r\n\f\x00]*+>)"
    rb"|(?P<word>[A-Za-z]++)"
)
_IN_STRING = re.compile(rb"(?:[^()\\]|\\.)*+", re.DOTALL)


def one_object(text: bytes) -> bool:
    """Tell whether the text is one object up to its "endobj" or "stream", by the letter."""
    return _values(text, ends=(b"endobj", b"stream")) == 1


def objects(text: bytes) -> bool:
    """Tell whether the text is a row of objects, as in an object stream, by the letter."""
    return _values(text, ends=()) is not None


def _values(text: bytes, ends: tuple[bytes, ...]) -> int | None:
    """Return how many values stand there, or None where something is no value."""
    stack: list[tuple[bytes, list[str]]] = []
    row: list[str] = []
    place = 0
    while True:
        if space := _SPACE.match(text, place):
            place = space.end()
        if place >= len(text):
            return None if stack or ends else len(row)
        if text[place : place + 1] == b"(":
            place = _after_string(text, place)
            if place < 0:
                return None
            row.append("value")
            continue
        token = _TOKEN.match(text, place)
        if token is None:
            return None
        place = token.end()
        kind, word = str(token.lastgroup), token[0]
        if kind == "open":
            if len(stack) >= DEPTH:
                return None
            stack.append((word, row))
            row = []
        elif kind == "close":
            if not stack or (stack[-1][0] == b"<<") != (word == b">>"):
                return None
            if word == b">>" and (len(row) % 2 or any(one != "name" for one in row[::2])):
                return None
            row = stack.pop()[1]
            row.append("value")
        elif kind != "word":
            row.append(kind)
        elif word in ends:
            return None if stack else len(row)
        elif word == b"R":
            if row[-2:] != ["whole", "whole"]:
                return None
            row[-2:] = ["value"]
        elif word in (b"true", b"false", b"null"):
            row.append("value")
        else:
            return None


def _after_string(text: bytes, place: int) -> int:
    """Return where the string that begins here ends, or -1."""
    depth = 0
    while place < len(text):
        letter = text[place : place + 1]
        depth += {b"(": 1, b")": -1}.get(letter, 0)
        place += 1
        if depth == 0:
            return place
        within = _IN_STRING.match(text, place)
        place = within.end() if within else place
    return -1
