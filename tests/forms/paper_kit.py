"""A printed form's PDF, read and judged by pdftotext, pdffonts and qpdf."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from pathlib import Path

LONG = "CÔNG TẰNG TÔN NỮ NGUYỄN PHÚC HƯƠNG THỦY TIÊN DIỄM QUỲNH THỊ ÁNH NGUYỆT BẢO NGỌC KHÁNH VY "
LONG += "THÙY DƯƠNG MỸ HẠNH PHƯƠNG UYÊN"
"""A name of 120 letters."""


def text(pdf: bytes, folder: Path, *options: str) -> str:
    """Return the words of a PDF; they are NFC."""
    path = folder / "form.pdf"
    path.write_bytes(pdf)
    out = subprocess.run(["pdftotext", *options, str(path), "-"], check=True, capture_output=True).stdout.decode()
    assert unicodedata.is_normalized("NFC", out)
    return out


def flat(pdf: bytes, folder: Path, *options: str) -> str:
    """Return the words of a PDF on one line."""
    return re.sub(r"\s+", " ", text(pdf, folder, *options))


def judge(pdf: bytes, folder: Path) -> None:
    """Demand a PDF without faults, whose fonts are embedded, in part, with their letters named."""
    path = folder / "form.pdf"
    path.write_bytes(pdf)
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0
    fonts = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert fonts
    for line in fonts:
        assert "LiberationSerif" in line, line
        assert line.split()[-5:-2] == ["yes", "yes", "yes"], line
