"""The ZIP around a Word document, opened within limits; its XML parts, read without entities.

Sizes are counted as bytes come out: what the archive says of itself is not believed. Nothing that the document names
is fetched; a document that would have Word fetch a template or a part of itself is refused, for its maker must know.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, Final
from xml.sax import SAXException  # only its exception: the parser below is defused
from xml.sax.handler import ContentHandler

import defusedxml.sax
from defusedxml.common import DefusedXmlException

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
MAX_UNPACKED: Final = 48 << 20
"""Bytes of all parts that are read; pictures are not."""
MAX_PARTS: Final = 2_000
MAX_ELEMENTS: Final = 200_000
"""Of all parts together: ten times what the longest official forms have."""
MAX_DEPTH: Final = 120
_CHUNK = 1 << 16
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
_FETCHED = ("/attachedTemplate", "/oleObject", "/subDocument", "/frame", "/mailMergeSource", "/aFChunk", "/package")
"""Relations whose target becomes a part of the document, or runs."""


class Archive:
    """The parts of a Word document by name."""

    def __init__(self, data: bytes) -> None:
        """Open it; raise WordTooLarge, WordOld, WordLocked, WordUnreadable, WordMacros, WordBomb."""
        if len(data) > MAX_FILE:
            raise WordTooLarge(MAX_FILE >> 20)
        _know(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except _DAMAGE as error:
            raise WordUnreadable("zip") from error
        if len(infos) > MAX_PARTS:
            raise WordBomb("SIZE", MAX_UNPACKED >> 20)
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._left, self._elements = MAX_UNPACKED, MAX_ELEMENTS
        for info in infos:
            name = info.filename.replace("\\", "/").lstrip("/").casefold()
            if info.is_dir():
                continue
            if name in self._parts or info.flag_bits & 0x1 or info.compress_type not in (0, 8):
                raise WordUnreadable(info.filename[:80])
            self._parts[name] = info
            if name.endswith(("vbaproject.bin", "vbadata.xml")) or "/activex/" in name:
                raise WordMacros

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    def names(self) -> tuple[str, ...]:
        """Return the names of the parts, in small letters."""
        return tuple(self._parts)

    def walk(self, name: str, reader: Reader) -> None:
        """Read one XML part through a reader. Raises WordUnreadable, WordBomb, WordEntities."""
        info = self._parts.get(name.casefold())
        if info is None:
            raise WordUnreadable(name[:80])
        parser: Any = defusedxml.sax.make_parser()
        parser.forbid_dtd = True
        reader.left = self._elements
        parser.setContentHandler(reader)
        try:
            with self._zip.open(info) as packed:
                while chunk := packed.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise WordBomb("SIZE", MAX_UNPACKED >> 20)
                    parser.feed(chunk)
                parser.close()
        except DefusedXmlException as error:
            raise WordEntities(name[:80]) from error
        except SAXException as error:
            raise WordUnreadable(name[:80]) from error
        except _DAMAGE as error:
            raise WordUnreadable(name[:80]) from error
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

    def refuse_fetching(self) -> None:
        """Raise WordExternalLinks where any part takes something from outside into the document."""
        for name in self._parts:
            if name.endswith(".rels"):
                self.walk(name, _Relations(""))


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


class Reader(ContentHandler):
    """Read one part: names come without their prefix, elements and depth are counted."""

    left = 0

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def startElement(self, name: str, attrs: Any) -> None:
        """Count, and hand over."""
        self.left -= 1
        self._depth += 1
        if self.left < 0:
            raise WordBomb("ELEMENTS", MAX_ELEMENTS)
        if self._depth > MAX_DEPTH:
            raise WordBomb("DEPTH", MAX_DEPTH)
        self.begin(name.rpartition(":")[2], {key.rpartition(":")[2]: str(attrs[key]) for key in attrs.getNames()})

    def endElement(self, name: str) -> None:
        """Count, and hand over."""
        self._depth -= 1
        self.end(name.rpartition(":")[2])

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Meet the beginning of an element."""

    def end(self, name: str) -> None:
        """Meet the end of an element."""


class _Relations(Reader):
    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != "Relationship":
            return
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        if kind.endswith("/vbaProject"):
            raise WordMacros
        if attributes.get("TargetMode") == "External":
            if kind.endswith(_FETCHED) and not (kind.endswith("/attachedTemplate") and _on_this_machine(target)):
                raise WordExternalLinks
            return  # a web address behind words, a picture: nothing that is read follows it
        path = posixpath.normpath(target if target.startswith("/") else f"/{self.folder}/{target}").lstrip("/")
        self.found[attributes.get("Id", "")] = (kind.rpartition("/")[2], path)


def _on_this_machine(target: str) -> bool:
    """Say whether an attached template is the author's own, such as Normal.dotm: it is never opened here anyway."""
    path = target.lower().removeprefix("file:///").replace("\\", "/")
    return not path.startswith("/") and "://" not in path and not path.startswith(("mhtml:", "file:"))
