"""Stamps with a picture or a QR code: seen, read back, and the words beside them whole; earlier signatures hold."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import typst
import zxingcpp
from PIL import Image, ImageDraw

from signing import emblem, errors
from signing.pdf import sign_pdf
from signing.stamp import Stamp, code_text, decree_lines, draw, prepare_font, stamp_lines
from signing.trust import Trust
from signing.validation import validate

NOW = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)
FONTS = Path(__file__).parents[2] / "resources" / "fonts"
NAME = (
    "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN THƯƠNG MẠI DỊCH VỤ XUẤT NHẬP KHẨU "
    "NGUYỄN VŨ QUỲNH HƯƠNG MIỀN TÂY NAM BỘ ĐẮK Ô"
)
WIDE, TALL = (300.0, 560.0, 250.0, 84.0), (60.0, 300.0, 120.0, 190.0)


@pytest.fixture(scope="module")
def font() -> Any:
    return prepare_font((FONTS / "NotoSans-Stamp.ttf").read_bytes())


@pytest.fixture(scope="module")
def long_name(file_key: Any) -> Any:
    """Return the certificate of someone with a name of 120 letters; some authorities write more than X.520's 64."""
    assert len(NAME) == 120
    return replace(file_key().certificate, common_name=NAME)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("page")
    (folder / "a.typ").write_text(
        '#set document(title: "Tờ khai", date: datetime(year: 2026, month: 7, day: 1))\n'
        '#set text(lang: "vi", font: "Liberation Serif")\n= Tờ khai\nMột dòng.',
        "utf-8",
    )
    return bytes(typst.compile(str(folder / "a.typ"), font_paths=[str(FONTS)], pdf_standards=["a-3a", "ua-1"]))


def seal() -> emblem.Picture:
    """Draw a red seal on transparent ground, wider than high so that wrong proportions are seen."""
    made = Image.new("RGBA", (180, 120), (0, 0, 0, 0))
    ImageDraw.Draw(made).ellipse((0, 0, 179, 119), fill=(210, 20, 30, 255))
    return emblem.picture(180, 120, made.convert("RGB").tobytes(), made.getchannel("A").tobytes())


def drawn(data: bytes, scale: float = 3.0) -> Image.Image:
    """Draw the first page, stamps included."""
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    picture: Image.Image = document[0].render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    return picture


def cut(picture: Image.Image, box: tuple[float, ...], scale: float = 3.0) -> Image.Image:
    x, y, width, height = box
    top = picture.height - (y + height) * scale
    return picture.crop((round(x * scale), round(top), round((x + width) * scale), round(top + height * scale)))


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def words(data: bytes, folder: Path) -> str:
    """Read the page's text with poppler."""
    (folder / "words.pdf").write_bytes(data)
    return " ".join(run("pdftotext", "-raw", str(folder / "words.pdf"), "-").split())


@pytest.mark.parametrize("box", [WIDE, TALL], ids=["wide", "tall"])
@pytest.mark.parametrize("kind", ["image", "qr"])
def test_a_name_of_120_letters_stands_whole_beside_picture_or_code(
    kind: str, box: tuple[float, ...], long_name: Any, file_key: Any, font: Any, page: bytes, tmp_path: Path
) -> None:
    lines = stamp_lines(long_name, NOW)
    code = code_text(long_name, NOW) if kind == "qr" else ""
    stamp = Stamp(lines, 1, box, font, picture=seal() if kind == "image" else None, code=code)  # type: ignore[arg-type]
    signed = sign_pdf(page, None, file_key(), stamp=stamp, at=NOW)
    assert signed.data is not None
    assert signed.facts.visible
    assert NAME in words(signed.data, tmp_path)  # real text, in reading order
    for line in lines:
        assert line in words(signed.data, tmp_path)
    shown = cut(drawn(signed.data), box)
    if kind == "qr":
        (found,) = zxingcpp.read_barcodes(shown)
        assert found.text == code
        assert found.format == zxingcpp.BarcodeFormat.QRCode
        assert "Cách kiểm tra" in code
        assert "MST 0312345678" in code
        assert long_name.serial in code
        assert "2026-07-15T16:30:00+07:00" in code
    else:
        red = [
            (x, y) for x in range(shown.width) for y in range(shown.height) if shown.getpixel((x, y)) == (210, 20, 30)
        ]
        wide = max(x for x, _ in red) - min(x for x, _ in red)
        tall = max(y for _, y in red) - min(y for _, y in red)
        assert wide / tall == pytest.approx(1.5, abs=0.1)  # neither stretched nor cut
    (tmp_path / "signed.pdf").write_bytes(signed.data)
    assert "Signature is Valid" in run("pdfsig", "-nocert", str(tmp_path / "signed.pdf"))
    assert "Total document signed" in run("pdfsig", "-nocert", str(tmp_path / "signed.pdf"))
    assert run("qpdf", "--check", str(tmp_path / "signed.pdf")).count("No syntax or stream encoding errors") == 1


def test_quick_and_ordinary_way_write_the_same_picture(file_key: Any, font: Any, page: bytes) -> None:
    key = file_key()
    stamp = Stamp(stamp_lines(key.certificate, NOW), 1, WIDE, font, picture=seal())

    def appearance(data: bytes | None) -> tuple[Any, ...]:
        assert data is not None
        pdf = pikepdf.open(io.BytesIO(data))
        form = pdf.Root.AcroForm.Fields[0].AP.N
        image = form.Resources.XObject.Im1
        return form.read_bytes(), image.read_bytes(), image.SMask.read_bytes(), int(image.Width), str(image.ColorSpace)

    quick = sign_pdf(page, None, key, stamp=stamp, at=NOW)
    ordinary = sign_pdf(page, None, key, stamp=stamp, at=NOW, stock=True)
    assert appearance(quick.data) == appearance(ordinary.data)


def test_earlier_signatures_hold_after_stamps_of_every_kind(
    file_key: Any, throwaway: Any, font: Any, page: bytes, tmp_path: Path
) -> None:
    key = file_key()
    lines = stamp_lines(key.certificate, NOW)
    data: bytes | None = page
    for number, more in enumerate(({}, {"picture": seal()}, {"code": code_text(key.certificate, NOW)})):
        box = (300.0, 100.0 + 120 * number, 250.0, 84.0)
        assert data is not None
        data = sign_pdf(data, None, key, stamp=Stamp(lines, 1, box, font, **more), at=NOW).data  # type: ignore[arg-type]
    assert data is not None
    (tmp_path / "three.pdf").write_bytes(data)
    told = run("pdfsig", "-nocert", str(tmp_path / "three.pdf"))
    assert told.count("Signature is Valid") == 3
    verdict = validate(tmp_path / "three.pdf", trust=Trust(), at=NOW, offline=True)
    assert [str(one.integrity) for one in verdict.signatures] == ["intact"] * 3
    assert [str(one.changes_after) for one in verdict.signatures] == ["permitted", "permitted", "none"]


def test_decree_30_shows_the_picture_alone_and_never_larger_than_it_is(file_key: Any, font: Any, page: bytes) -> None:
    key = file_key()
    pixels = seal()
    truly = emblem.Picture(pixels.width, pixels.height, pixels.colours, pixels.cover, (60.0, 40.0))
    box = (300.0, 300.0, 200.0, 120.0)
    stamp = Stamp((), 1, box, font, "Con dấu của công ty", picture=truly, framed=False)
    signed = sign_pdf(page, None, key, stamp=stamp, at=NOW).data
    assert signed is not None
    shown = cut(drawn(signed), box)
    inked = [
        (x, y) for x in range(shown.width) for y in range(shown.height) if shown.getpixel((x, y)) != (255, 255, 255)
    ]
    left, right = min(x for x, _ in inked), max(x for x, _ in inked)
    assert (right - left) / 3 == pytest.approx(60, abs=1)  # points; the frame would have made it 200
    assert (left + right) / 2 == pytest.approx(shown.width / 2, abs=2)
    pdf = pikepdf.open(io.BytesIO(signed))
    field = pdf.Root.AcroForm.Fields[0]
    assert str(field.TU) == "Con dấu của công ty"
    assert "/Font" not in field.AP.N.Resources


def test_decree_30_without_a_picture_is_number_and_time_in_black_10_points(
    file_key: Any, page: bytes, tmp_path: Path
) -> None:
    serif = prepare_font((FONTS / "HoSoSerif-Stamp.ttf").read_bytes())
    lines = decree_lines(NOW, "15/2026/TB-ÁD")
    assert lines == ("15/2026/TB-ÁD", "2026-07-15T16:30:00+07:00")
    box = (375.0, 780.0, 205.0, 48.0)
    stamp = Stamp(lines, 1, box, serif, "Chữ ký", framed=False)
    signed = sign_pdf(page, None, file_key(), stamp=stamp, at=NOW).data
    assert signed is not None
    assert "15/2026/TB-ÁD 2026-07-15T16:30:00+07:00" in words(signed, tmp_path)
    pdf = pikepdf.open(io.BytesIO(signed))
    content = pdf.Root.AcroForm.Fields[0].AP.N.read_bytes()
    assert b"0 0 0 rg /F1 10 Tf" in content
    assert b" re S" not in content
    listed = run("pdffonts", str(tmp_path / "words.pdf"))
    assert "HoSoSerifStamp-Regular" in listed


def test_what_does_not_fit_is_refused_never_made_smaller_than_a_telephone_reads(file_key: Any, font: Any) -> None:
    key = file_key()
    stamp = Stamp(stamp_lines(key.certificate, NOW), 1, WIDE, font, code=code_text(key.certificate, NOW))
    assert b" re\n" in draw(stamp, 250, 84)
    with pytest.raises(errors.StampTooSmall):
        draw(stamp, 120, 30)
    with pytest.raises(errors.StampTooSmall):
        draw(stamp, 60, 60)


@pytest.mark.parametrize("size", [(0, 10), (10, -1), (100_000, 100_000), (2, 2)])
def test_pixels_that_do_not_add_up_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(errors.StampPictureUnusable):
        emblem.picture(*size, bytes(3 * 9))
