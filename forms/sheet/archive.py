"""A workbook's package: what is refused of it, and in which words.

Refused is everything that would make another program than ours act: macros, and links to other files.
"""

from __future__ import annotations

from typing import ClassVar, Final

from forms.opc import Excess, Limits, Package, Reader
from forms.sheet.errors import SheetBomb, SheetEntities, SheetExternalLinks, SheetMacros, SheetUnreadable
from forms.sheet.grid import MAX_UNPACKED

__all__ = ["Archive", "Reader"]

_LINKS: Final = ("/externalLink", "/externalLinkPath", "/oleObject", "/attachedTemplate")
_MACROS: Final = ("/vbaProject", "/xlMacrosheet", "/xlIntlMacrosheet")


class Archive(Package):
    """The parts of a workbook by name. Raises SheetUnreadable, SheetBomb, SheetEntities and what it refuses."""

    limits: ClassVar = Limits(unpacked=MAX_UNPACKED, elements=3_500_000, depth=64)

    def damaged(self, place: str) -> Exception:
        """Say that it cannot be read."""
        return SheetUnreadable(place)

    def excess(self, what: Excess, limit: int) -> Exception:
        """Say that it holds more than a sheet of forms."""
        return SheetBomb(MAX_UNPACKED >> 20)

    def entities(self, place: str) -> Exception:
        """Say that a part has a document type."""
        return SheetEntities(place)

    def look_at(self, name: str) -> None:
        """Raise SheetMacros, SheetExternalLinks."""
        if name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name or "/activex/" in name:
            raise SheetMacros
        if "/externallinks/" in name:
            raise SheetExternalLinks

    def look_at_relation(self, kind: str, target: str, *, external: bool) -> None:
        """Raise SheetMacros, SheetExternalLinks."""
        if kind.endswith(_LINKS):
            raise SheetExternalLinks
        if kind.endswith(_MACROS):
            raise SheetMacros
