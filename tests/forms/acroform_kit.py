"""PDF forms as others make them, built in memory for the tests; and independent eyes to look at filled ones."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

MULTILINE, PASSWORD, COMB, READ_ONLY, REQUIRED = 1 << 12, 1 << 13, 1 << 24, 1, 2
RADIO, NO_OFF, PUSH, COMBO, EDIT, MULTI = 1 << 15, 1 << 14, 1 << 16, 1 << 17, 1 << 18, 1 << 21
Box = tuple[float, float, float, float]
SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
MIDDLE = ("Thị Ánh", "Văn", "Đức Thuỵ", "Ngọc Quỳnh", "Hữu", "Thị Kiều", "Phước", "Ỷ", "Mỹ Dạ", "Tường")
GIVEN = ("Tuyết", "Hưởng", "Ẩn", "Quý", "Lữ", "Nghĩa", "Sửu", "Đượm", "Hễ", "Vỵ")
NAMES = [f"{a} {MIDDLE[(i * 3 + j) % 10]} {GIVEN[(i + j * 7) % 10]}" for i, a in enumerate(SURNAMES) for j in range(10)]
"""A hundred names that use the whole alphabet."""


class Maker:
    """Make a form of Helvetica fields, which is what drops Vietnamese letters everywhere."""

    def __init__(self, pages: int = 1, *, rotate: int = 0, size: tuple[float, float] = (595, 842)) -> None:
        self.pdf = pikepdf.new()
        self.font = self.pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        self.bold = self.pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Times-Bold")))
        self.fields = Array()
        self.groups: dict[str, Any] = {}
        for _ in range(pages):
            page = self.pdf.add_blank_page(page_size=size)
            page.Resources = Dictionary(Font=Dictionary(F1=self.font))
            page.Contents = self.pdf.make_stream(b"BT /F1 9 Tf 40 810 Td (FORM) Tj ET")
            if rotate:
                page.Rotate = rotate
        self.form = self.pdf.make_indirect(
            Dictionary(
                Fields=self.fields,
                DR=Dictionary(Font=Dictionary(Helv=self.font, TiBo=self.bold)),
                DA=String("/Helv 0 Tf 0 g"),
            )
        )
        self.pdf.Root.AcroForm = self.form

    def text(self, name: str, box: Box, value: str | None = None, **more: Any) -> Any:
        return self._field(name, Name.Tx, [box], V=None if value is None else String(value), **more)

    def many(self, name: str, boxes: Sequence[Box], **more: Any) -> Any:
        return self._field(name, Name.Tx, boxes, **more)

    def choice(self, name: str, box: Box, options: Sequence[Any], value: Any = None, **more: Any) -> Any:
        made = Array([String(o) if isinstance(o, str) else Array([String(o[0]), String(o[1])]) for o in options])
        return self._field(name, Name.Ch, [box], Opt=made, V=None if value is None else String(value), **more)

    def signature(self, name: str, box: Box, **more: Any) -> Any:
        return self._field(name, Name.Sig, [box], **more)

    def button(self, name: str, box: Box) -> Any:
        return self._field(name, Name.Btn, [box], flags=PUSH)

    def check(
        self, name: str, box: Box, state: str = "Yes", *, on: bool = False, bare: bool = False, **more: Any
    ) -> Any:
        return self._field(name, Name.Btn, [box], states=[state], on=state if on else None, bare=bare, **more)

    def radio(self, name: str, boxes: Sequence[Box], states: Sequence[str], on: str | None = None, **more: Any) -> Any:
        return self._field(name, Name.Btn, boxes, states=states, on=on, flags=RADIO | more.pop("flags", 0), **more)

    def _field(
        self,
        name: str,
        kind: Any,
        boxes: Sequence[Box],
        *,
        page: int = 1,
        flags: int = 0,
        da: str | None = "/Helv 11 Tf 0 g",
        mk: dict[str, Any] | None = None,
        states: Sequence[str] = (),
        on: str | None = None,
        bare: bool = False,
        look: bool = False,
        widget_flags: int = 4,
        **more: Any,
    ) -> Any:
        holder, own, parent = self._group(name)
        field = Dictionary(FT=kind, T=String(own), Ff=flags)
        if da is not None and kind != Name.Sig:
            field.DA = String(da)
        for key, value in more.items():
            if value is not None:
                field[f"/{key}"] = value
        if states:
            field.V = Name(f"/{on or 'Off'}")
        widgets = []
        for number, box in enumerate(boxes):
            widget = field if len(boxes) == 1 else Dictionary()
            widget.Type, widget.Subtype, widget.Rect, widget.F = Name.Annot, Name.Widget, Array(list(box)), widget_flags
            if mk is not None:
                widget.MK = Dictionary({f"/{k}": v for k, v in mk.items()})
            if states and not bare:
                state = states[number] if len(states) > number else states[0]
                widget.AP = Dictionary(
                    N=Dictionary({f"/{state}": self._mark(box, True), "/Off": self._mark(box, False)})
                )
                widget.AS = Name(f"/{state}" if on == state else "/Off")
            if look:
                widget.AP = Dictionary(N=self._empty(box))
            widgets.append(widget)
        made = self.pdf.make_indirect(field)
        if parent is not None:
            made.Parent = parent
        target = self.pdf.pages[page - 1]
        if "/Annots" not in target:
            target.Annots = self.pdf.make_indirect(Array())
        if len(boxes) == 1:
            made.P = target.obj
            target.Annots.append(made)
        else:
            made.Kids = Array()
            for widget in widgets:
                kid = self.pdf.make_indirect(widget)
                kid.Parent, kid.P = made, target.obj
                made.Kids.append(kid)
                target.Annots.append(kid)
        holder.append(made)
        return made

    def _group(self, name: str) -> tuple[Any, str, Any]:
        *above, own = name.split(".")
        holder, path, parent = self.fields, "", None
        for part in above:
            path = f"{path}.{part}"
            if path not in self.groups:
                group = self.pdf.make_indirect(Dictionary(T=String(part), Kids=Array()))
                if parent is not None:
                    group.Parent = parent
                holder.append(group)
                self.groups[path] = group
            parent = self.groups[path]
            holder = parent.Kids
        return holder, own, parent

    def _mark(self, box: Box, on: bool) -> Any:
        width, height = box[2] - box[0], box[3] - box[1]
        content = f"0 0 {width} {height} re S".encode()
        if on:
            content += f" 2 2 m {width - 2} {height - 2} l 2 {height - 2} m {width - 2} 2 l S".encode()
        return self._stream(content, width, height)

    def _empty(self, box: Box) -> Any:
        return self._stream(b"/Tx BMC EMC", box[2] - box[0], box[3] - box[1])

    def _stream(self, content: bytes, width: float, height: float) -> Any:
        return self.pdf.make_stream(
            content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, width, height]), Resources=Dictionary()
        )

    def data(self, **how: Any) -> bytes:
        out = io.BytesIO()
        self.pdf.save(out, **how)
        return out.getvalue()


# ---------------------------------------------------------------- independent eyes


def run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout.decode("utf-8")


def clean(path: Path) -> None:
    """Let qpdf look for structural faults; a warning fails too."""
    run("qpdf", "--check", path)


def pictures(path: Path, folder: Path, page: int = 1, dpi: int = 144) -> dict[str, Image.Image]:
    """Draw a page by poppler, MuPDF and pdfium."""
    folder.mkdir(exist_ok=True)
    run("pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile", "-png", path, folder / "poppler")
    run("mutool", "draw", "-q", "-r", str(dpi), "-o", folder / "mupdf.png", path, str(page))
    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    image = document[page - 1].render(scale=dpi / 72, may_draw_forms=True).to_pil().convert("RGB")
    image.save(folder / "pdfium.png")
    document.close()
    return {name: Image.open(folder / f"{name}.png").convert("RGB") for name in ("poppler", "mupdf", "pdfium")}


def texts(path: Path, page: int = 1) -> dict[str, str]:
    """Read a page's text by poppler, MuPDF (values drawn in fields included) and pdfium."""
    poppler = run("pdftotext", "-f", str(page), "-l", str(page), "-layout", path, "-")
    mupdf = run("mutool", "draw", "-q", "-F", "txt", "-o", "-", path, str(page))
    return {"poppler": poppler, "mupdf": mupdf}


def crop(image: Image.Image, box: Box, height: float = 842, dpi: int = 144, grow: float = 0) -> Image.Image:
    """Cut a box in points out of a picture."""
    scale = dpi / 72
    return image.crop(
        (
            round((box[0] - grow) * scale),
            round((height - box[3] - grow) * scale),
            round((box[2] + grow) * scale),
            round((height - box[1] + grow) * scale),
        )
    )


def dark(image: Image.Image, level: int = 128) -> int:
    """Count dark pixels."""
    return sum(image.convert("L").histogram()[:level])
