"""The ZIP around a workbook, opened within limits; its XML parts, read without entities.

Sizes are counted as bytes come out: what the archive says of itself is not believed. Compressions that need large
dictionaries are refused, as is everything that would make another program than ours act: macros, and links to other
files.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, Final
from xml.sax import SAXException, SAXParseException  # only its exceptions: the parser below is defused
from xml.sax.handler import ContentHandler

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from forms.sheet.errors import SheetBomb, SheetEntities, SheetExternalLinks, SheetMacros, SheetUnreadable
from forms.sheet.grid import MAX_UNPACKED

MAX_PARTS: Final = 2_000
MAX_ELEMENTS: Final = 3_500_000
MAX_DEPTH: Final = 64
_CHUNK = 1 << 16
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What the standard reader raises for damaged archives."""
_LINK_RELATIONS = ("/externalLink", "/externalLinkPath", "/oleObject", "/attachedTemplate")


class Archive:
    """The parts of a workbook by name."""

    def __init__(self, data: bytes) -> None:
        """Open it; raise SheetUnreadable, SheetMacros, SheetExternalLinks."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except _DAMAGE as error:
            raise SheetUnreadable("zip") from error
        if len(infos) > MAX_PARTS:
            raise SheetBomb(MAX_UNPACKED >> 20)
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._left = MAX_UNPACKED
        self._elements = MAX_ELEMENTS
        for info in infos:
            name = info.filename.replace("\\", "/").lstrip("/").casefold()
            if info.is_dir():
                continue
            if name in self._parts or info.flag_bits & 0x1 or info.compress_type not in (0, 8):
                raise SheetUnreadable(info.filename[:80])
            self._parts[name] = info
            if name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name or "/activex/" in name:
                raise SheetMacros
            if "/externallinks/" in name:
                raise SheetExternalLinks

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    def walk(self, name: str, reader: Reader) -> None:
        """Read one XML part through a reader. Raises SheetUnreadable, SheetBomb, SheetEntities."""
        info = self._parts.get(name.casefold())
        if info is None:
            raise SheetUnreadable(name[:80])
        parser: Any = defusedxml.sax.make_parser()
        parser.forbid_dtd = True
        reader.part, reader.left = name, self._elements
        parser.setContentHandler(reader)
        try:
            with self._zip.open(info) as packed:
                while chunk := packed.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise SheetBomb(MAX_UNPACKED >> 20)
                    parser.feed(chunk)
                parser.close()
        except DefusedXmlException as error:
            raise SheetEntities(name[:80]) from error
        except (SAXParseException, SAXException) as error:
            raise SheetUnreadable(name[:80]) from error
        except _DAMAGE as error:
            raise SheetUnreadable(name[:80]) from error
        finally:
            self._elements = reader.left

    def relations(self, part: str) -> Mapping[str, tuple[str, str]]:
        """Return the relations of a part by id: the end of its type, and the part that it leads to."""
        folder, name = posixpath.split(part)
        listed = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if listed not in self:
            return {}
        reader = _Relations(folder)
        self.walk(listed, reader)
        return reader.found


class Reader(ContentHandler):
    """Read one part: names come without their prefix, elements and depth are counted."""

    part = ""
    left = 0

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def startElement(self, name: str, attrs: Any) -> None:
        """Count, and hand over."""
        self.left -= 1
        self._depth += 1
        if self.left < 0 or self._depth > MAX_DEPTH:
            raise SheetBomb(MAX_UNPACKED >> 20)
        self.begin(name.rpartition(":")[2], attrs)

    def endElement(self, name: str) -> None:
        """Count, and hand over."""
        self._depth -= 1
        self.end(name.rpartition(":")[2])

    def begin(self, name: str, attrs: Any) -> None:
        """Meet the beginning of an element."""

    def end(self, name: str) -> None:
        """Meet the end of an element."""


class _Relations(Reader):
    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def begin(self, name: str, attrs: Any) -> None:
        if name != "Relationship":
            return
        kind = str(attrs.get("Type", ""))
        if kind.endswith(_LINK_RELATIONS):
            raise SheetExternalLinks
        if kind.endswith(("/vbaProject", "/xlMacrosheet", "/xlIntlMacrosheet")):
            raise SheetMacros
        if str(attrs.get("TargetMode", "")) == "External":
            return  # a web address behind a cell: nothing that is read follows it
        target = str(attrs.get("Target", ""))
        path = posixpath.normpath(target if target.startswith("/") else f"/{self.folder}/{target}").lstrip("/")
        self.found[str(attrs.get("Id", ""))] = (kind.rpartition("/")[2], path)
