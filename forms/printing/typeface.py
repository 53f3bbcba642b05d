"""What the official typeface cannot print is found before it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forms.lettering import FACES, printable, unprintable
from forms.printing.errors import GlyphMissing

__all__ = ["FACES", "check_glyphs", "printable", "unprintable"]


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
