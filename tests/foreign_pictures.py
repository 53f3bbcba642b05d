"""Make the pictures and the table of docs/foreign-forms.md: `python -m tests.foreign_pictures [FOLDER]`.

One form holds a field of every kind. It is filled, filled and flattened, and filled after a certification; poppler,
MuPDF and pdfium draw each of the three. A cell shows one kind in one reader, the three one above the other. Below a
field's ink stands what was read back: by the reader's own text where it gives one, and by tesseract from the picture.
"""

from __future__ import annotations

import difflib
import functools
import html
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from pikepdf import Array, String
from PIL import Image
from pyhanko.sign.fields import MDPPerm

from forms.acroform import fill_form, list_fields
from signing.filling import Appearance, Change, fill_signed
from tests import pki
from tests.forms.acroform_kit import (
    COMB,
    COMBO,
    EDIT,
    MULTI,
    MULTILINE,
    NAMES,
    PASSWORD,
    Box,
    Maker,
    clean,
    crop,
    dark,
    pictures,
    run,
)
from tests.signing import made

DOC = Path(__file__).resolve().parent.parent / "docs" / "foreign-forms.md"
TARGET = DOC.parent / "pictures" / "foreign"
READERS = {"poppler": "poppler (pdftoppm)", "mupdf": "MuPDF (mutool)", "pdfium": "pdfium"}
STATES = ("filled", "flattened", "after a certification")
DPI = 144
BEGIN, END = "<!-- table: tests/foreign_pictures.py -->", "<!-- end of the table -->"
ADDRESS = "Số 12 ngõ 345/67 đường Nguyễn Trãi, phường Thanh Xuân, thành phố Hà Nội"
FRAME: dict[str, Any] = {"BC": Array([0, 0, 0.6]), "BG": Array([0.95, 0.97, 1])}


@dataclass(frozen=True)
class Kind:
    """A kind of field, what it is given, and what a person should see."""

    key: str
    title: str
    value: Any
    seen: str
    """The text to be read back; empty for marks."""
    box: Box
    signed: bool = True
    """It can be filled after a signature."""


def form() -> tuple[Maker, list[Kind]]:
    """Make a form with a field of every kind."""
    maker, kinds, y = Maker(), [], 780.0

    def place(key: str, title: str, value: Any, seen: str, height: float = 22, *, signed: bool = True) -> Box:
        nonlocal y
        y -= height + 12
        box = (60.0, y, 300.0, y + height)
        kinds.append(Kind(key, title, value, seen, box, signed))
        return box

    name, place_name = "Nguyễn Thị Ánh Tuyết", "Thành phố Hồ Chí Minh"
    maker.text("text", place("text", "text, size given", name, name), mk=FRAME)
    maker.text("open", place("open", "text, size left open", "Đỗ Ỷ Ẩn", "Đỗ Ỷ Ẩn"), mk=FRAME, da="/Helv 0 Tf 0 g")
    maker.text("long", place("long", "text too long for its size", ADDRESS, ADDRESS), mk=FRAME)
    maker.text(
        "right", place("right", "text, right, Times bold, red", name, name), mk=FRAME, da="/TiBo 11 Tf 0.7 0 0 rg", Q=2
    )
    dark_ground = {"BC": Array([0]), "BG": Array([0.1, 0.2, 0.4])}
    maker.text("dark", place("dark", "black ink asked on dark ground", name, name), mk=dark_ground)
    box = place(
        "multi", "multi-line", f"{ADDRESS}\nĐiện thoại: 0912 345 678", f"{ADDRESS} Điện thoại: 0912 345 678", 60
    )
    maker.text("multi", box, flags=MULTILINE, mk=FRAME)
    maker.text("comb", place("comb", "comb of 12 cells", "ĐẶNG ỶVỸ", "ĐẶNGỶVỸ"), flags=COMB, MaxLen=12, mk=FRAME)
    maker.text("password", place("password", "password", "Mật khẩu", ""), flags=PASSWORD, mk=FRAME)
    box = place("check", "check boxes: the form's own drawing; on, off", True, "")
    maker.check("check", (box[0], box[1], box[0] + 22, box[3]))
    maker.check("check_off", (box[0] + 40, box[1], box[0] + 62, box[3]), on=True)
    box = place("bare", "check boxes without drawing: ✓ ✗ ● ■ ◆ ★", True, "", signed=False)
    for number, caption in enumerate("48lnuH"):
        left = box[0] + 36 * number
        mark = {"BC": Array([0]), "CA": String(caption)}
        maker.check(f"bare_{number}", (left, box[1], left + 22, box[3]), bare=True, mk=mark)
    box = place("radio", "radio group: the form's own drawing", "Nu", "", signed=False)
    maker.radio("radio", list(_row(box, 3)), ["Nam", "Nu", "Khac"], on="Nam")
    box = place("radio_bare", "radio group without drawing", "1", "", signed=False)
    maker.radio("radio_bare", list(_row(box, 3)), ["0", "1", "2"], bare=True, mk={"BC": Array([0])})
    provinces = [("01", "Hà Nội"), ("79", place_name)]
    maker.choice("choice", place("choice", "drop-down list", "79", place_name), provinces, flags=COMBO, mk=FRAME)
    maker.choice(
        "editable", place("editable", "drop-down list, own text", "Buôn Ma Thuột", "Buôn Ma Thuột"), provinces,
        flags=COMBO | EDIT, mk=FRAME,
    )  # fmt: skip
    jobs = ["Nông dân", "Thợ điện", "Kỹ sư", "Giáo viên", "Y tá"]
    box = place("list", "list, two rows chosen", ["Thợ điện", "Giáo viên"], " ".join(jobs), 76)
    maker.choice("list", box, jobs, flags=MULTI, mk=FRAME)
    box = place("turned", "text turned by 90°", "Lê Vỵ", "", 80)
    maker.text("turned", (box[0], box[1], box[0] + 22, box[3]), mk={**FRAME, "R": 90})
    return maker, kinds


def _row(box: Box, count: int) -> Iterator[Box]:
    for number in range(count):
        yield (box[0] + 36 * number, box[1], box[0] + 36 * number + 22, box[3])


def values(kinds: Iterable[Kind]) -> dict[str, Any]:
    """Return what the form is filled with."""
    found: dict[str, Any] = {}
    for kind in kinds:
        if kind.key == "bare":
            found |= {f"bare_{number}": True for number in range(6)}
        else:
            found[kind.key] = kind.value
        if kind.key == "check":
            found["check_off"] = False
    return found


def grown(data: bytes, given: dict[str, Any]) -> bytes:
    """Fill a signed form as the program does: its file only grows."""
    plan = fill_form(data, given)
    changes = []
    for one in plan.changes:
        look = one.drawing
        drawn = None if look is None else Appearance(look.content, look.width, look.height, look.matrix, look.fonts)
        changes.append(Change(one.name, one.reference, one.value, one.state, drawn, one.widgets != 1))
    return fill_signed(data, changes, plan.fonts).data


def documents(maker: Maker, kinds: list[Kind]) -> dict[str, bytes]:
    """Return the form in its three states."""
    plain = maker.data()
    signed = made.signed(plain, pki.shared().key("anh_duong"), certify=MDPPerm.FILL_FORMS)
    filled, flat = fill_form(plain, values(kinds)).pdf, fill_form(plain, values(kinds), flatten=True).pdf
    assert filled is not None
    assert flat is not None
    return dict(zip(STATES, (filled, flat, grown(signed, values(kind for kind in kinds if kind.signed))), strict=True))


# ---------------------------------------------------------------- reading back


def squeezed(text: str) -> str:
    """Drop what no reader keeps: the places of blanks and line ends."""
    return re.sub(r"\s+", "", text)


def read(image: Image.Image, mode: int = 6) -> str:
    """Read a picture by tesseract, in Vietnamese."""
    out = io.BytesIO()
    image.save(out, "PNG", dpi=(300, 300))
    command = ["tesseract", "-", "-", "-l", "vie", "--psm", str(mode)]
    return subprocess.run(command, input=out.getvalue(), capture_output=True, check=True).stdout.decode()


@functools.cache
def _letters(path: Path, page: int) -> list[tuple[float, float, str]]:
    """Return the middle of each letter that MuPDF sees, from the page's upper left corner."""
    said = run("mutool", "draw", "-q", "-F", "stext", "-o", "-", path, str(page))
    found = []
    for quad, letter in re.findall(r'<char quad="([-\d. ]+)"[^>]* c="([^"]*)"', said):
        edges = [float(part) for part in quad.split()]
        found.append((sum(edges[0::2]) / 4, sum(edges[1::2]) / 4, html.unescape(letter)))
    return found


def text_in(reader: str, path: Path, box: Box, *, page: int = 1, height: float = 842) -> str | None:
    """Return the text that a reader gives for a box; None where it gives none for fields."""
    x0, y0, x1, y1 = box
    if reader == "poppler":
        where = ["-x", round(x0), "-y", round(height - y1), "-W", round(x1 - x0), "-H", round(y1 - y0)]
        return run("pdftotext", "-f", str(page), "-l", str(page), *map(str, where), path, "-")
    if reader == "mupdf":
        return "".join(c for x, y, c in _letters(path, page) if x0 <= x <= x1 and y0 <= height - y <= y1)
    document = pypdfium2.PdfDocument(path)
    found = document[page - 1].get_textpage().get_text_bounded(x0, y0, x1, y1)
    document.close()
    return str(found) or None


# ---------------------------------------------------------------- the table


def cells(folder: Path, work: Path) -> list[str]:
    """Draw every cell; return the table's lines."""
    maker, kinds = form()
    drawn: dict[str, dict[str, Image.Image]] = {}
    paths = {}
    for number, (state, data) in enumerate(documents(maker, kinds).items()):
        path = paths[state] = work / f"{number}.pdf"
        path.write_bytes(data)
        clean(path)
        drawn[state] = pictures(path, work / str(number), dpi=DPI)
    assert not list_fields(paths["flattened"].read_bytes()).fields
    lines = ["| field | " + " | ".join(READERS.values()) + " | text read back |", "|---|---|---|---|---|"]
    faults = []
    for kind in kinds:
        row = []
        for reader in READERS:
            parts = [
                crop(drawn[state][reader], kind.box, dpi=DPI, grow=3)
                for state in STATES
                if kind.signed or state != STATES[2]
            ]
            if any(dark(part, 160) < 40 for part in parts):
                faults.append(f"{kind.key}: nothing drawn in {reader}")
            cell = Image.new("RGB", (parts[0].width, sum(part.height + 6 for part in parts) - 6), (255, 255, 255))
            top = 0
            for part in parts:
                cell.paste(part, (0, top))
                top += part.height + 6
            name = f"{kind.key}-{reader}.png"
            cell.quantize(64).save(folder / name, optimize=True)
            row.append(f"![{kind.title}, {READERS[reader]}](pictures/foreign/{name})")
        said = []
        for reader in READERS if kind.seen else ():
            for state in STATES:
                found = text_in(reader, paths[state], kind.box) if kind.signed or state != STATES[2] else None
                if found is None or (reader == "pdfium" and state != "flattened"):
                    continue  # pdfium gives no text of fields, only of pages
                if squeezed(found) == squeezed(kind.seen):
                    said.append(reader)
                else:
                    faults.append(f"{kind.key}: {reader}, {state}: {found!r} for {kind.seen!r}")
        told = f"exact, {len(said)} of {len(said)}" if kind.seen else "–"
        lines.append(f"| {kind.title}{'' if kind.signed else ' ¹'} | {' | '.join(row)} | {told} |")
    if faults:
        sys.exit("\n".join(faults))
    return lines


# ---------------------------------------------------------------- a hundred names


def hundred(work: Path) -> list[str]:
    """Fill a hundred names, read each back from its own box, in words and by eye; return the lines."""
    maker, boxes = Maker(2), []
    sizes = ("/Helv 11 Tf 0 g", "/Helv 0 Tf 0 g", "/TiBo 12 Tf 0 g")
    for number in range(100):
        page, x, y = number // 50 + 1, 40 + 280 * (number // 25 % 2), 780 - 30 * (number % 25)
        boxes.append((page, (float(x), float(y), x + 240.0, y + 20.0)))
        maker.text(f"ten_{number}", boxes[-1][1], page=page, da=sizes[number % 3])
    asked = {f"ten_{number}": name for number, name in enumerate(NAMES)}
    lines = ["| a hundred names | " + " | ".join(READERS.values()) + " |", "|---|---|---|---|"]
    for state, flatten in (("filled", False), ("flattened", True)):
        data = fill_form(maker.data(), asked, flatten=flatten).pdf
        assert data is not None
        path = work / f"names-{state}.pdf"
        path.write_bytes(data)
        words, eyes = {}, {}
        shown = {page: pictures(path, work / f"names-{state}-{page}", page, 300) for page in (1, 2)}
        for reader in READERS:
            if reader == "pdfium" and not flatten:
                words[reader] = "gives none of fields"
            else:
                right = sum(
                    " ".join((text_in(reader, path, box, page=page) or "").split()) == name
                    for (page, box), name in zip(boxes, NAMES, strict=True)
                )
                words[reader] = f"{right} of 100"
            read_back: list[str] = []
            for start in range(0, 100, 25):
                strip = Image.new("RGB", (1040, 25 * 110), (255, 255, 255))
                for row, (page, box) in enumerate(boxes[start : start + 25]):
                    strip.paste(crop(shown[page][reader], box, dpi=300), (20, 110 * row + 13))
                read_back += [" ".join(line.split()) for line in read(strip).splitlines() if line.strip()]
            matcher = difflib.SequenceMatcher(None, "\n".join(read_back), "\n".join(NAMES), autojunk=False)
            letters = sum(block.size for block in matcher.get_matching_blocks()) - 99
            same = sum(name in set(read_back) for name in NAMES)
            eyes[reader] = f"{same} of 100 names, {letters} of {sum(map(len, NAMES))} letters"
        lines.append(f"| {state}: the reader's text | " + " | ".join(words[reader] for reader in READERS) + " |")
        lines.append(
            f"| {state}: tesseract, from the picture | " + " | ".join(eyes[reader] for reader in READERS) + " |"
        )
    return lines


def main(folder: Path) -> None:
    """Make the pictures, and put the table into the page."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        lines = [*cells(folder, Path(place)), "", *hundred(Path(place))]
    print("\n".join(lines))
    text = DOC.read_text(encoding="utf-8")
    if BEGIN in text and folder == TARGET:
        before, rest = text.split(BEGIN)
        made_here = "\n".join([BEGIN, "", *lines, "", END])
        DOC.write_text(before + made_here + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
