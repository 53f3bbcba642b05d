"""Numbers of bytes as people read them."""

from __future__ import annotations


def size_words(size: int, lang: str) -> str:
    """Write a number of bytes as people read it."""
    for limit, unit in ((1 << 20, "MB"), (1 << 10, "KB")):
        if size >= limit:
            number = f"{size / limit:.1f}".removesuffix(".0")
            return f"{number.replace('.', ',') if lang == 'vi' else number} {unit}"
    return f"{size} B"
