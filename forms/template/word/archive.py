"""A Word document's package: what is refused of it, and in which words.

Nothing that the document names is fetched; a document that would have Word fetch a template or a part of itself is
refused, for its maker must know.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from forms import opc
from forms.opc import Excess, Limits, Package
from forms.template.word.errors import (
    WordBomb,
    WordEntities,
    WordExternalLinks,
    WordLocked,
    WordMacros,
    WordOld,
    WordTooLarge,
    WordUnreadable,
)

MAX_FILE: Final = 20 << 20
_FETCHED: Final = (
    "/attachedTemplate", "/oleObject", "/subDocument", "/frame", "/mailMergeSource", "/aFChunk", "/package",
)  # fmt: skip
"""Relations whose target becomes a part of the document, or runs."""


class Archive(Package):
    """The parts of a Word document by name. Raises the errors of Word documents."""

    limits: ClassVar = Limits(unpacked=48 << 20, elements=200_000, depth=120)
    """Pictures are not read, so they don't count; elements: ten times what the longest official forms have."""

    def __init__(self, data: bytes) -> None:
        """Open it; raise WordTooLarge, WordOld, WordLocked, WordUnreadable, WordMacros, WordBomb."""
        if len(data) > MAX_FILE:
            raise WordTooLarge(MAX_FILE >> 20)
        _know(data)
        super().__init__(data)

    def damaged(self, place: str) -> Exception:
        """Say that it cannot be read."""
        return WordUnreadable(place)

    def excess(self, what: Excess, limit: int) -> Exception:
        """Say that it holds more than a form."""
        return WordBomb(what, limit)

    def entities(self, place: str) -> Exception:
        """Say that a part has a document type."""
        return WordEntities(place)

    def look_at(self, name: str) -> None:
        """Raise WordMacros."""
        if name.endswith(("vbaproject.bin", "vbadata.xml")) or "/activex/" in name:
            raise WordMacros

    def look_at_relation(self, kind: str, target: str, *, external: bool) -> None:
        """Raise WordMacros; WordExternalLinks where something from outside is taken into the document."""
        if kind.endswith("/vbaProject"):
            raise WordMacros
        if external and kind.endswith(_FETCHED) and not (kind.endswith("/attachedTemplate") and _our_own(target)):
            raise WordExternalLinks


def _know(data: bytes) -> None:
    """Tell formats apart by their first bytes; raise WordOld, WordLocked, WordUnreadable."""
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # Word puts a document under a password into the old container.
        raise WordLocked if "EncryptedPackage".encode("utf-16-le") in data else WordOld("DOC")
    if head.startswith(b"{\\rtf"):
        raise WordOld("RTF")
    if head.startswith((b"<html", b"<!doctype html")) or b"urn:schemas-microsoft-com:office:word" in head:
        raise WordOld("HTML")
    if not data.startswith(b"PK"):
        raise WordUnreadable("zip")


class Reader(opc.Reader):
    """Read one part of a Word document: attributes, too, come without their prefix."""

    def attributes(self, attrs: Any) -> dict[str, str]:
        """Return the attributes by their bare names."""
        return {key.rpartition(":")[2]: str(attrs[key]) for key in attrs.getNames()}


def _our_own(target: str) -> bool:
    """Say whether an attached template is the author's own, such as Normal.dotm: it is never opened here anyway."""
    path = target.lower().removeprefix("file:///").replace("\\", "/")
    return not path.startswith("/") and "://" not in path and not path.startswith(("mhtml:", "file:"))
