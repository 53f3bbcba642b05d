"""Looks as PDF objects: content streams, and the parts of fonts that they use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from forms.acroform.look import Look
from forms.acroform.typeface import Subset, subset


@dataclass(frozen=True)
class Drawing:
    """Be one appearance as the page shows it."""

    content: bytes = field(repr=False)
    width: float
    height: float
    matrix: tuple[float, float, float, float, float, float]
    fonts: tuple[str, ...]
    """Names of the font resources that the content uses."""


class Fonts:
    """The parts of faces that a document needs: one font a face."""

    def __init__(self, looks: Iterable[Look]) -> None:
        letters: dict[str, set[str]] = {}
        for one in looks:
            if one.letters:
                letters.setdefault(one.style.face, set()).update(one.letters)
        self.subsets = {_resource(face): subset(face, used) for face, used in sorted(letters.items())}
        self._objects: dict[str, Any] = {}

    def drawing(self, one: Look) -> Drawing:
        """Write a look with its glyph numbers."""
        name = _resource(one.style.face)
        used = (name,) if one.letters else ()
        content = one.content(name, self.subsets[name].encode if used else lambda _: b"")
        return Drawing(content, one.style.width, one.style.height, one.style.matrix, used)

    def stream(self, pdf: pikepdf.Pdf, one: Look) -> Any:
        """Write a look as a form XObject."""
        drawn = self.drawing(one)
        fonts = pikepdf.Dictionary({f"/{name}": self._object(pdf, name) for name in drawn.fonts})
        return pdf.make_stream(
            drawn.content,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=_array(0, 0, drawn.width, drawn.height),
            Matrix=_array(*drawn.matrix),
            Resources=pikepdf.Dictionary(Font=fonts) if drawn.fonts else pikepdf.Dictionary(),
        )

    def _object(self, pdf: pikepdf.Pdf, name: str) -> Any:
        if name not in self._objects:
            self._objects[name] = pdf.make_indirect(_embed(pdf, self.subsets[name]))
        return self._objects[name]


def _resource(face: str) -> str:
    return "HoSo" + "".join(part.capitalize() for part in face.split("-"))


def _array(*values: float) -> pikepdf.Array:
    return pikepdf.Array([round(value) if value == round(value) else round(value, 4) for value in values])


def _embed(pdf: pikepdf.Pdf, part: Subset) -> pikepdf.Dictionary:
    """Build a composite font by glyph number (Identity-H), embedded and mapped to Unicode."""
    name = pikepdf.Name(f"/HOSOVN+{part.name}")
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=pikepdf.Array(list(part.box)),
        ItalicAngle=0,
        Ascent=part.ascent,
        Descent=part.descent,
        CapHeight=part.cap_height,
        StemV=80,
        FontFile2=pdf.make_stream(part.program, Length1=len(part.program)),
    )
    cid = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=pikepdf.Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=1000,
        W=pikepdf.Array([0, _array(*part.widths)]),
        CIDToGIDMap=pikepdf.Name.Identity,
    )
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type0,
        BaseFont=name,
        Encoding=pikepdf.Name("/Identity-H"),
        DescendantFonts=pikepdf.Array([pdf.make_indirect(cid)]),
        ToUnicode=pdf.make_stream(_to_unicode(part.glyphs)),
    )


def _to_unicode(glyphs: Mapping[str, int]) -> bytes:
    """Map glyphs back to letters; of two that share a glyph, Đ wins before Ð and a plain space before others."""
    back: dict[int, str] = {}
    for letter in sorted(glyphs, key=lambda c: (c in "\u00d0\u00a0\u00ad", c)):
        back.setdefault(glyphs[letter], letter)
    lines = [f"<{glyph:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for glyph, letter in sorted(back.items())]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    body = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
