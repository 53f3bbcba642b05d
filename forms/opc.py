"""Office packages (Open Packaging Conventions, ECMA-376 part 2): a ZIP of XML parts, opened within limits.

Spreadsheets and Word documents both come in one. Sizes are counted as bytes come out: what the archive says of itself
is not believed. Parts are read without entities. Compressions that need large dictionaries, encrypted parts and parts
of one name are refused. Each kind of document names its own errors and says which relations it refuses.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal
from xml.sax import SAXException  # only its exception: the parser below is defused
from xml.sax.handler import ContentHandler

import defusedxml.sax
from defusedxml.common import DefusedXmlException

MAX_PARTS: Final = 2_000
_CHUNK: Final = 1 << 16
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What the standard reader raises for damaged archives."""

Excess = Literal["SIZE", "ELEMENTS", "DEPTH"]


@dataclass(frozen=True)
class Limits:
    """How much of a package is read."""

    unpacked: int
    """Bytes of all parts that are read."""
    elements: int
    """Of all parts together."""
    depth: int


class Package(ABC):
    """The parts of an office document by name, in small letters."""

    limits: ClassVar[Limits]

    # What a kind of document says of itself: its errors, and what it does not take.

    @abstractmethod
    def damaged(self, place: str) -> Exception:
        """Return the error for a package, or a part of it, that cannot be read."""

    @abstractmethod
    def excess(self, what: Excess, limit: int) -> Exception:
        """Return the error for more than is read; SIZE in MiB."""

    @abstractmethod
    def entities(self, place: str) -> Exception:
        """Return the error for a part with a document type."""

    def look_at(self, name: str) -> None:
        """Raise the error of a part whose very name is refused."""
        return  # no name is

    def look_at_relation(self, kind: str, target: str, *, external: bool) -> None:
        """Raise the error of a relation that is refused."""
        return  # none is

    def __init__(self, data: bytes) -> None:
        """Open it; raise what `damaged`, `excess` and `look_at` name."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except _DAMAGE as error:
            raise self.damaged("zip") from error
        if len(infos) > MAX_PARTS:
            raise self.excess("SIZE", self.limits.unpacked >> 20)
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._left, self._elements = self.limits.unpacked, self.limits.elements
        for info in infos:
            name = info.filename.replace("\\", "/").lstrip("/").casefold()
            if info.is_dir():
                continue
            if name in self._parts or info.flag_bits & 0x1 or info.compress_type not in (0, 8):
                raise self.damaged(info.filename[:80])
            self._parts[name] = info
            self.look_at(name)

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    def names(self) -> tuple[str, ...]:
        """Return the names of the parts, in small letters."""
        return tuple(self._parts)

    def walk(self, name: str, reader: Reader) -> None:
        """Read one XML part through a reader; raise what `damaged`, `excess` and `entities` name."""
        info = self._parts.get(name.casefold())
        if info is None:
            raise self.damaged(name[:80])
        parser: Any = defusedxml.sax.make_parser()
        parser.forbid_dtd = True
        reader.part, reader.left, reader.deepest = name, self._elements, self.limits.depth
        parser.setContentHandler(reader)
        try:
            with self._zip.open(info) as packed:
                while chunk := packed.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise self.excess("SIZE", self.limits.unpacked >> 20)
                    parser.feed(chunk)
                parser.close()
        except _Excess as error:
            limit = {"ELEMENTS": self.limits.elements, "DEPTH": self.limits.depth}[error.what]
            raise self.excess(error.what, limit) from error
        except DefusedXmlException as error:
            raise self.entities(name[:80]) from error
        except (SAXException, *_DAMAGE) as error:
            raise self.damaged(name[:80]) from error
        finally:
            self._elements = reader.left

    def relations(self, part: str) -> Mapping[str, tuple[str, str]]:
        """Return the relations of a part by id: the end of its type, and the part that it leads to."""
        folder, name = posixpath.split(part)
        listed = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        return self._related(listed, folder) if listed in self else {}

    def look_at_relations(self) -> None:
        """Look at the relations of every part, also of those that are not read."""
        for name in self._parts:
            if name.endswith(".rels"):
                self._related(name, "")

    def _related(self, listed: str, folder: str) -> dict[str, tuple[str, str]]:
        reader = _Relations(self, folder)
        self.walk(listed, reader)
        return reader.found


class _Excess(Exception):
    """Leave the parser."""

    def __init__(self, what: Literal["ELEMENTS", "DEPTH"]) -> None:
        super().__init__(what)
        self.what = what


class Reader(ContentHandler):
    """Read one part: names come without their prefix, elements and depth are counted."""

    part = ""
    left = 0
    deepest = 0

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def startElement(self, name: str, attrs: Any) -> None:
        """Count, and hand over."""
        self.left -= 1
        self._depth += 1
        if self.left < 0:
            raise _Excess("ELEMENTS")
        if self._depth > self.deepest:
            raise _Excess("DEPTH")
        self.begin(name.rpartition(":")[2], self.attributes(attrs))

    def endElement(self, name: str) -> None:
        """Count, and hand over."""
        self._depth -= 1
        self.end(name.rpartition(":")[2])

    def attributes(self, attrs: Any) -> Any:
        """Return the attributes as `begin` takes them: here as they stand, with their prefixes."""
        return attrs

    def begin(self, name: str, attrs: Any) -> None:
        """Meet the beginning of an element."""

    def end(self, name: str) -> None:
        """Meet the end of an element."""


class _Relations(Reader):
    def __init__(self, package: Package, folder: str) -> None:
        super().__init__()
        self.package, self.folder = package, folder
        self.found: dict[str, tuple[str, str]] = {}

    def begin(self, name: str, attrs: Any) -> None:
        if name != "Relationship":
            return
        kind, target = str(attrs.get("Type", "")), str(attrs.get("Target", ""))
        external = str(attrs.get("TargetMode", "")) == "External"
        self.package.look_at_relation(kind, target, external=external)
        if external:
            return  # a web address behind a cell or a word: nothing that is read follows it
        path = posixpath.normpath(target if target.startswith("/") else f"/{self.folder}/{target}").lstrip("/")
        self.found[str(attrs.get("Id", ""))] = (kind.rpartition("/")[2], path)
