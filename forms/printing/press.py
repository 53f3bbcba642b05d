"""The press: one warm Typst compiler per set of layout files, shut off from everything else.

Hidden here: the private folder a compiler reads from, the words that a layout may not use, how positions are asked for
without a second compilation, and how Typst's errors become ours. Client data only ever goes in through memory.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import json
import os
import re
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, cast

import pypdfium2 as pdfium
import typst

from forms.bundled import RESOURCES
from forms.printing.errors import LayoutBroken, LayoutRefused, PdfUnreadable
from forms.printing.typeface import FACES

STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]
WARM_COMPILERS = 6
_LAYOUT_KINDS = frozenset({".typ", ".svg", ".png", ".jpg", ".jpeg", ".json", ".csv", ".txt"})
_LIBRARY = ("hoso.typ", "pages.typ", "watermark-draft.svg", "watermark-practice.svg")

# pdf.attach stands in front of the layout, so no layout can leave the data out. A layout's own page rules still hold:
# an attachment is no content and makes no page.
_MAIN = """\
#let data(name) = read("/" + name, encoding: none).slice(2)
#let shown = json(data("shown"))
#set document(title: shown.at("title", default: "Hồ Sơ"))
#set text(font: "Liberation Serif", lang: shown.at("lang", default: "vi"), fallback: false)
#if data("attached").len() > 0 { pdf.attach("form-data.json", data("attached"), relationship: "source",
  mime-type: "application/json", description: "Dữ liệu của biểu mẫu") }
#let tree = json(data("attached-xml"))
#if tree.len() > 0 { pdf.attach("form-data.xml", bytes(tree), relationship: "alternative",
  mime-type: "application/xml", description: "Dữ liệu của biểu mẫu theo định dạng của cơ quan nhận") }
#for a in json(data("attachments")) { pdf.attach(a.name, bytes(a.data),
  relationship: "supplement", mime-type: a.media_type, description: a.description) }
#include "/layout.typ"
""".encode()

_DATA = {"shown": "{}", "attached": "", "attached-xml": '""', "attachments": "[]", "matching": ""}
"""What a layout is given, as JSON, and what stands for it where there is none."""

_MARKS = """(
  sign: query(<hoso-sign>).map(m => { let p = m.location().position(); m.value + (p.page, p.x.pt(), p.y.pt()) }),
  size: query(<hoso-size>).map(m => m.value),
  start: query(<hoso-field>).map(m => { let p = m.location().position(); (m.value, p.page, p.x.pt(), p.y.pt()) }),
  end: query(<hoso-field-end>).map(m => { let p = m.location().position(); (p.page, p.x.pt(), p.y.pt()) }),
)"""

# Everything that could make Typst look beyond the template's own files, written so that no string arithmetic gets
# around it: imports take only literal, relative names (packages would be downloaded), eval and std would bring the
# forbidden words back in, plugin runs WebAssembly.
_FORBIDDEN = re.compile(r"(?<![\w-])(plugin|eval|std)(?![\w-])")
_IMPORT = re.compile(r"(?<![\w-])(import|include)(?![\w-])(?!\s*\"[^\"@\\]*\")")


@dataclass(frozen=True)
class Mark:
    """Tell where something stands on a printed page, in PDF points from the page's lower left corner."""

    name: str
    page: int
    """1-based."""
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Printed:
    """Be a printed document and the places in it that the program finds again."""

    pdf: bytes
    pages: int
    signatures: tuple[Mark, ...]
    fields: tuple[Mark, ...]


def check_layout(files: Mapping[str, bytes]) -> None:
    """Raise LayoutRefused when a layout uses a word that could reach beyond its own files."""
    for name, data in sorted(files.items()):
        if PurePosixPath(name).suffix.lower() != ".typ":
            continue
        source = data.decode("utf-8", "replace")
        for found in (_FORBIDDEN.search(source), _IMPORT.search(source)):
            if found:
                raise LayoutRefused(name, found[1], source.count("\n", 0, found.start()) + 1)


_rooms: list[Path] = []
_lock = threading.RLock()
"""Guards the compilers and pdfium, neither of which two threads may enter at once."""


@atexit.register
def _leave() -> None:
    for room in _rooms:
        shutil.rmtree(room, ignore_errors=True)


def _room(purpose: str) -> Path:
    room = Path(tempfile.mkdtemp(prefix=f"hoso-{purpose}-"))
    _rooms.append(room)
    return room


@functools.cache
def _fonts() -> typst.Fonts:
    # The compiler takes folders only, and resources/fonts also holds the typeface of the interface, which would
    # silently stand in for missing letters.
    room = _room("fonts")
    for face in FACES:
        shutil.copyfile(RESOURCES / "fonts" / f"LiberationSerif-{face}.ttf", room / f"LiberationSerif-{face}.ttf")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(room)])


class Press:
    """Print one layout again and again."""

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        check_layout(files)
        self.name = name
        self._room = _room("layout")
        root = self._room / "root"
        (self._room / "packages").mkdir()
        for path, data in files.items():
            pure = PurePosixPath(path)
            if pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path or pure.parts[0] in _DATA:
                raise LayoutRefused(path, path, 0)
            if pure.suffix.lower() in _LAYOUT_KINDS and path not in (*_LIBRARY, "main.typ"):
                target = root / pure
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        for library in _LIBRARY:
            shutil.copyfile(RESOURCES / "layouts" / library, root / library)
        (root / "main.typ").write_bytes(_MAIN)
        nothing = str(self._room / "packages")
        self._world: dict[str, Any] = {
            "root": str(root),
            "font_paths": _fonts(),
            "package_path": nothing,
            "package_cache_path": nothing,
        }
        self._turn = threading.Lock()
        self._desk = _Desk.in_memory(root)
        self._compiler = typst.Compiler(str(root / "main.typ"), **self._world)

    def print(self, inputs: Mapping[str, str], timestamp: int, *, marks: bool) -> Printed:
        """Print with these inputs; the same inputs and timestamp give the same bytes."""
        given = _files(inputs)
        try:
            with self._turn, self._laid(given):
                pdf = self._compile(given, timestamp)
                found = self._find(given) if marks else None
        except typst.TypstError as error:
            raise LayoutBroken(self.name, _detail(error)) from None
        except RuntimeError as error:
            raise LayoutBroken(self.name, str(error)[:2000]) from None
        sizes = page_sizes(pdf)
        signatures, fields = _marks(found, sizes) if found else ((), ())
        return Printed(pdf, len(sizes), signatures, fields)

    def compile(self, inputs: Mapping[str, str], timestamp: int) -> bytes:
        """Make the PDF and nothing else, as the bench measures it."""
        given = _files(inputs)
        with self._turn, self._laid(given):
            return self._compile(given, timestamp)

    def _laid(self, given: Mapping[str, bytes]) -> AbstractContextManager[None]:
        return contextlib.nullcontext() if self._desk is None else self._desk.laid(given)

    def _compile(self, given: Mapping[str, bytes], timestamp: int) -> bytes:
        pdf = self._compiler.compile(
            input=None if self._desk else cast(Any, {"main.typ": _MAIN, **given}),  # its stub knows no files in memory
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=timestamp,
        )
        assert isinstance(pdf, bytes)
        return pdf

    def _find(self, given: Mapping[str, bytes]) -> dict[str, list[Any]]:
        """Ask the document just compiled for its marks; what was laid out is remembered and not laid out again.

        A compiler forgets files given to it after each act, so without the desk another one must be asked. What was
        laid out is remembered for all compilers of a process, but this one has to read the layouts again.
        """
        asked = self._compiler if self._desk else typst.Compiler({"main.typ": _MAIN, **given}, **self._world)
        found: dict[str, list[Any]] = json.loads(asked.eval(_MARKS))
        return found

    def close(self) -> None:
        """Give the private folder back."""
        with self._turn:
            if self._desk is not None:
                self._desk.close()
        shutil.rmtree(self._room, ignore_errors=True)
        if self._room in _rooms:
            _rooms.remove(self._room)


def _files(inputs: Mapping[str, str]) -> dict[str, bytes]:
    """Return the data as the files that a layout reads; they exist in memory only.

    Not `sys.inputs`: they belong to Typst's library, on which everything laid out depends, so every new form would be
    laid out from nothing; of a file only what reads it depends on it. The compiler reads a file that is given to it as
    markup too; behind two strokes the one line of JSON is a comment, and costs nothing.
    """
    return {name: b"//" + inputs.get(name, none).encode() for name, none in _DATA.items()}


class _Desk:
    """Where the data of one form lies while it is printed: files of this process's memory, under names in the root.

    Only Linux has such files. They spare the compiler that asks for marks from reading the layouts anew.
    """

    def __init__(self, root: Path) -> None:
        self._sheets: dict[str, int] = {}
        for name in _DATA:
            sheet = os.memfd_create(f"hoso-{name}")
            self._sheets[name] = sheet
            (root / name).symlink_to(f"/proc/self/fd/{sheet}")

    @classmethod
    def in_memory(cls, root: Path) -> _Desk | None:
        """Set up a desk where the system has files in memory, and its names lead to them."""
        if not hasattr(os, "memfd_create") or not os.path.exists("/proc/self/fd"):
            return None
        return cls(root)

    @contextlib.contextmanager
    def laid(self, given: Mapping[str, bytes]) -> Iterator[None]:
        """Lay the data out; nothing of it is left afterwards."""
        if not self._sheets:
            raise RuntimeError("the press was put away")
        try:
            for name, data in given.items():
                with open(self._sheets[name], "wb", closefd=False) as sheet:
                    sheet.write(data)
            yield
        finally:
            self._clear()

    def _clear(self) -> None:
        for sheet in self._sheets.values():
            os.ftruncate(sheet, 0)
            os.lseek(sheet, 0, os.SEEK_SET)

    def close(self) -> None:
        """Give the files back."""
        for sheet in self._sheets.values():
            os.close(sheet)
        self._sheets = {}


def _detail(error: typst.TypstError) -> str:
    return "\n".join([error.message, *error.hints, *error.trace])[:2000]


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Return the width and height of each page in points."""
    with _lock:
        try:
            document = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError as error:
            raise PdfUnreadable("BROKEN") from error
        try:
            return [document.get_page_size(i) for i in range(len(document))]
        finally:
            document.close()


def _marks(found: dict[str, list[Any]], sizes: list[tuple[float, float]]) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    signatures = []
    for name, width, height, page, x, y in found["sign"]:
        bottom = sizes[int(page) - 1][1] - y - height
        signatures.append(Mark(str(name), int(page), round(x, 2), round(bottom, 2), round(width, 2), height))
    fields = []
    size = found["size"][0] if found["size"] else 12.0
    for (name, page, x, y), (end_page, end_x, end_y) in zip(found["start"], found["end"], strict=False):
        same_page = end_page == page
        lines_below = max(0.0, end_y - y) if same_page else 0.0
        right = max(end_x, x) if same_page else x
        left = min(end_x, x) if same_page else x
        width = max(right - left, size)
        # A mark stands on the base line of its line: letters reach 0.9 em above it and 0.25 em below.
        top = y - 0.9 * size
        height = lines_below + 1.15 * size
        bottom = sizes[int(page) - 1][1] - top - height
        fields.append(Mark(str(name), int(page), round(left, 2), round(bottom, 2), round(width, 2), round(height, 2)))
    return tuple(signatures), tuple(fields)


_presses: OrderedDict[str, Press] = OrderedDict()
_seals: OrderedDict[str, tuple[Mapping[str, bytes], str]] = OrderedDict()


def _seal(name: str, files: Mapping[str, bytes]) -> str:
    """Return the digest of all files; a loaded template's, which nobody can change, are digested once."""
    known = _seals.get(name)
    if known is not None and known[0] is files:
        return known[1]
    seal = hashlib.sha256()
    for path, data in sorted(files.items()):
        seal.update(f"{path}\0{len(data)}\0".encode())
        seal.update(data)
    if isinstance(files, MappingProxyType):
        _seals[name] = files, seal.hexdigest()
        while len(_seals) > WARM_COMPILERS:
            _seals.popitem(last=False)
    return seal.hexdigest()


def warm_press(name: str, files: Mapping[str, bytes]) -> Press:
    """Return the warm press of these files; the few used last are kept."""
    with _lock:
        key = _seal(name, files)
        if key in _presses:
            _presses.move_to_end(key)
            return _presses[key]
        made = _presses[key] = Press(name, files)
        while len(_presses) > WARM_COMPILERS:
            _presses.popitem(last=False)[1].close()
        return made


def locked() -> threading.RLock:
    """Return the lock that guards pdfium in this process."""
    return _lock
