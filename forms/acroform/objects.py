"""PDF objects as plain values: texts, names, numbers, whatever a strange file puts in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

Box = tuple[float, float, float, float]


def is_dictionary(thing: Any) -> bool:
    """Say whether a thing is a dictionary and no stream."""
    return isinstance(thing, pikepdf.Dictionary)


def is_true(thing: Any) -> bool:
    """Say whether a thing is the PDF object true."""
    return thing is True


def text_of(thing: Any) -> str | None:
    """Return a text string or a name as text."""
    if isinstance(thing, pikepdf.String):
        return str(thing)
    if isinstance(thing, pikepdf.Name):
        name = name_of(thing)
        return None if name is None else readable(name)
    if isinstance(thing, pikepdf.Stream):  # long texts may be kept as streams; taken only where plain and short
        raw = bytes(thing.read_raw_bytes()) if "/Filter" not in thing else b""
        return str(pikepdf.String(raw)) if 0 < len(raw) <= 1_000_000 else None
    return None


def name_of(thing: Any) -> str | None:
    """Return a name without its slash; bytes that are no UTF-8 are kept as surrogates."""
    if not isinstance(thing, pikepdf.Name):
        return None
    raw = re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), thing.unparse())
    return raw[1:].decode("utf-8", "surrogateescape")


def make_name(text: str) -> Any:
    """Make the name whose text `name_of` gave."""
    raw = text.encode("utf-8", "surrogateescape")
    plain = b"".join(bytes([c]) if 0x21 <= c <= 0x7E and c not in b"#/()<>[]{}%" else b"#%02x" % c for c in raw)
    return pikepdf.Object.parse(b"/" + plain)


def readable(name: str) -> str:
    """Turn a name into text: UTF-8, else Latin-1, as old programs wrote it."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def whole(thing: Any, otherwise: int) -> int:
    """Return a whole number of reasonable size."""
    return thing if isinstance(thing, int) and not isinstance(thing, bool) and abs(thing) < 1 << 32 else otherwise


def numbers(array: Any, count: int | None = None) -> tuple[float, ...] | None:
    """Return an array of numbers, of `count` where given."""
    if not isinstance(array, pikepdf.Array) or len(array) > 16 or (count is not None and len(array) != count):
        return None
    try:
        found = tuple(float(value) for value in array)
    except (TypeError, ValueError):
        return None
    return found if all(abs(value) < 1e6 for value in found) else None


def box_of(array: Any) -> Box | None:
    """Return a rectangle with its lower left corner first."""
    found = numbers(array, 4)
    if found is None:
        return None
    a, b, c, d = found
    return min(a, c), min(b, d), max(a, c), max(b, d)


def appearances(obj: Any) -> Iterator[str]:
    """Yield the names of a widget's normal appearances, without slash."""
    appearance = obj.get("/AP")
    normal: Any = appearance.get("/N") if is_dictionary(appearance) else None
    if not is_dictionary(normal):
        return
    for key in list(normal.keys())[:64]:
        yield key[1:]
