"""Printing: the pages are seen first; a file keeps the document as it is, a printer gets every chosen page whole."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.ui.system.paper import new_printer
from desktop.ui.system.printing import PrintDialog
from tests.desktop import ui_kit


@pytest.fixture
def dialog(qtbot: Any, qapp: Any) -> Iterator[tuple[Any, PrintDialog]]:
    frame = ui_kit.window()
    frame.go("dossier", dossier=ui_kit.place().dossiers["ready"], component="to-khai")
    ui_kit.settle(frame)
    page = frame.page("dossier")
    page.print_form()
    ui_kit.settle(frame)
    yield frame, page.printing
    ui_kit.put_away(frame)


def pages(pdf: Path) -> list[tuple[float, float]]:
    told = subprocess.run(["mutool", "pages", pdf], capture_output=True, text=True, check=True).stdout
    boxes = re.findall(r'<MediaBox l="([\d.]+)" b="([\d.]+)" r="([\d.]+)" t="([\d.]+)"', told)
    return [(float(r) - float(left), float(t) - float(b)) for left, b, r, t in boxes]


def ink(pdf: Path, page: int, tmp_path: Path) -> float:
    """Return how dark a page is on the whole, as an independent program draws it."""
    out = tmp_path / f"{pdf.stem}-{page}.pgm"
    subprocess.run(["mutool", "draw", "-q", "-r", "50", "-c", "gray", "-o", out, pdf, str(page)], check=True)
    header = re.match(rb"P5\s+(?:#.*\n)?(\d+)\s+(\d+)\s+255\s", out.read_bytes())
    assert header is not None
    pixels = out.read_bytes()[header.end() :]
    return sum(255 - one for one in pixels) / 255 / len(pixels)


def test_the_form_is_seen_before_it_is_printed(dialog: tuple[Any, PrintDialog], tmp_path: Path) -> None:
    frame, shown = dialog
    assert shown.isVisible()
    assert shown.preview.sheet.image is not None
    count = shown.last.maximum()
    # Saved, it is the document itself: its words can be found.
    kept = tmp_path / "Tờ khai.pdf"
    done: list[int] = []
    shown.done_with.connect(done.append)
    shown.save_to(kept)
    ui_kit.settle(frame)
    assert done == [count] == [len(pages(kept))]
    said = subprocess.run(["pdftotext", "-layout", kept, "-"], capture_output=True, text=True, check=True).stdout
    said = unicodedata.normalize("NFC", said)
    assert "TỜ KHAI THUẾ GIÁ TRỊ GIA TĂNG" in said.upper()
    assert "THỰC HÀNH ÁNH DƯƠNG" in said


def test_a_printer_gets_the_chosen_pages_on_whole_sheets(dialog: tuple[Any, PrintDialog], tmp_path: Path) -> None:
    frame, shown = dialog
    whole = tmp_path / "whole.pdf"
    whole.write_bytes(shown._pdf)
    count = shown.last.maximum()
    out = tmp_path / "printed.pdf"
    printer = new_printer("to-khai")
    printer.setOutputFileName(str(out))
    printer.setFromTo(count, count)
    shown.put_on(printer)
    ui_kit.settle(frame, 60)
    ((width, height),) = pages(out)
    assert width == pytest.approx(595.3, abs=1)
    assert height == pytest.approx(841.9, abs=1)
    assert ink(out, 1, tmp_path) == pytest.approx(ink(whole, count, tmp_path), rel=0.2)


def test_a_file_that_cannot_be_written_is_said_and_the_dialog_stays(dialog: tuple[Any, PrintDialog]) -> None:
    _, shown = dialog
    shown.save_to(Path("/khong/co/thu/muc.pdf"))
    assert shown.isVisible()
    assert shown.told.text()
