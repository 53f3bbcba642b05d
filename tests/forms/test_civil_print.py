"""The papers of birth, marriage and extracts, judged from their PDF by pdftotext, pdffonts and qpdf."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.form import Form
from forms.printing import Printed, PrintOptions, print_form, read_back
from forms.template import Template, bundled_library, load

BIRTH, MARRIAGE, EXTRACT = "ho-tich/khai-sinh", "ho-tich/ket-hon", "ho-tich/trich-luc"
PAPERS = (BIRTH, MARRIAGE, EXTRACT)
LONG = "CÔNG TẰNG TÔN NỮ NGUYỄN PHÚC HƯƠNG THỦY TIÊN DIỄM QUỲNH THỊ ÁNH NGUYỆT BẢO NGỌC KHÁNH VY "
LONG = (LONG + "THÙY DƯƠNG MỸ HẠNH PHƯƠNG UYÊN")[:120].strip()


def template(id: str) -> Template:
    return load(bundled_library().choose(id, None, date(2026, 11, 22)))


def example(id: str, name: str = "complete") -> dict[str, Any]:
    return dict(next(found for found in template(id).examples if found.name == name).data)


def printed(id: str, data: dict[str, Any], **options: Any) -> Printed:
    found = template(id)
    values = {} if options.get("blank") else Form.load(found, None, data).values
    return print_form(found.ref, None, values, PrintOptions(timestamp=1_790_000_000, **options))


def flat(pdf: bytes, folder: Path) -> str:
    path = folder / "form.pdf"
    path.write_bytes(pdf)
    out = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True).stdout.decode()
    assert unicodedata.is_normalized("NFC", out)
    return re.sub(r"\s+", " ", out)


@pytest.mark.parametrize("id", PAPERS)
def test_the_page_is_sound(id: str, tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    made = printed(id, example(id))
    path.write_bytes(made.pdf)
    assert made.pages == 1
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0
    fonts = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert fonts
    for line in fonts:
        assert line.split()[-5:-2] == ["yes", "yes", "yes"], line


@pytest.mark.parametrize(
    ("id", "words"),
    [
        (BIRTH, ("TỜ KHAI ĐĂNG KÝ KHAI SINH", "Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:",
                 "LÊ MINH MẪU (HƯ CẤU)", "Ngày mười hai tháng mười năm hai nghìn không trăm hai mươi sáu",
                 "Bệnh viện Phụ sản Ví Dụ, Số 2 phố Thí Nghiệm, Phường Hoàn Kiếm, Thành phố Hà Nội",
                 "Họ, chữ đệm, tên người mẹ: TRẦN THỊ VÍ DỤ (HƯ CẤU)",
                 "Họ, chữ đệm, tên người cha: LÊ VĂN MẪU (HƯ CẤU)",
                 "được sự thỏa thuận nhất trí của các bên liên quan", "Người yêu cầu",
                 "Số: 15/2024, Quyển số: 01/2024")),
        (MARRIAGE, ("TỜ KHAI ĐĂNG KÝ KẾT HÔN", "Bên nữ", "Bên nam", "Kết hôn lần thứ mấy", "2 (đã ly hôn: số 12/2023",
                    "Chúng tôi cam đoan những lời khai trên đây là đúng sự thật", "TRẦN THỊ VÍ DỤ (HƯ CẤU)")),
        (EXTRACT, ("TỜ KHAI CẤP BẢN SAO TRÍCH LỤC HỘ TỊCH, BẢN SAO GIẤY KHAI SINH", "Trích lục khai sinh", "Mẹ đẻ",
                   "cho người có tên dưới đây:", "Quyển số: 01/2022", "3 bản", "Người yêu cầu")),
    ],
)  # fmt: skip
def test_the_words_of_the_form(id: str, words: tuple[str, ...], tmp_path: Path) -> None:
    text = flat(printed(id, example(id)).pdf, tmp_path)
    for expected in (
        *words, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Kính gửi:",
        "Ủy ban nhân dân phường Hoàn Kiếm, thành phố Hà Nội", "Thẻ căn cước số 001198888888, do Bộ Công an",
        "Làm tại: Hà Nội, ngày 30 tháng 10 năm 2026", "(Ký, ghi rõ họ, chữ đệm, tên)", "Chú thích:",
    ):  # fmt: skip
        assert expected in text, expected


@pytest.mark.parametrize(
    ("day", "words"),
    [("2001-01-01", "Ngày một tháng một năm hai nghìn không trăm linh một"),
     ("1998-08-21", "Ngày hai mươi mốt tháng tám năm một nghìn chín trăm chín mươi tám"),
     ("2015-12-15", "Ngày mười lăm tháng mười hai năm hai nghìn không trăm mười lăm"),
     ("2000-04-30", "Ngày ba mươi tháng bốn năm hai nghìn không trăm"),
     ("2024-05-25", "Ngày hai mươi lăm tháng năm năm hai nghìn không trăm hai mươi bốn"),
     ("1985-11-11", "Ngày mười một tháng mười một năm một nghìn chín trăm tám mươi lăm")],
)  # fmt: skip
def test_the_date_of_birth_stands_in_words(day: str, words: str, tmp_path: Path) -> None:
    text = flat(printed(BIRTH, example(BIRTH) | {"ngay_sinh": day}).pdf, tmp_path)
    assert re.search(words + r" ?\.", text)


def test_a_deceased_parent_is_said_to_be_so(tmp_path: Path) -> None:
    assert "Đã chết" in flat(printed(BIRTH, example(BIRTH, "cha-da-chet")).pdf, tmp_path)


def test_photos_are_only_for_a_foreign_element(tmp_path: Path) -> None:
    assert "Ảnh bên" not in flat(printed(MARRIAGE, example(MARRIAGE)).pdf, tmp_path)
    assert "Ảnh bên nữ" in flat(printed(MARRIAGE, example(MARRIAGE, "nuoc-ngoai")).pdf, tmp_path)


@pytest.mark.parametrize(("id", "marks"), [
    (BIRTH, ["nguoi_yeu_cau"]), (EXTRACT, ["nguoi_yeu_cau"]), (MARRIAGE, ["ben_nu", "ben_nam"]),
])  # fmt: skip
def test_places_for_signatures(id: str, marks: list[str]) -> None:
    made = printed(id, example(id))
    assert [mark.name for mark in made.signatures] == marks
    assert all(mark.width > 180 and mark.height > 55 and mark.x + mark.width < 560 for mark in made.signatures)


@pytest.mark.parametrize("id", PAPERS)
def test_every_field_has_its_place(id: str) -> None:
    form = Form.load(template(id), None, example(id))
    places = {mark.name for mark in printed(id, example(id)).fields}
    for name in template(id).definition.form_fields:
        assert name in places or not form.visible(name), name


@pytest.mark.parametrize("id", PAPERS)
def test_long_names_wrap_and_nobody_signs_an_empty_page(id: str, tmp_path: Path) -> None:
    data = example(id)
    names = [
        field.name
        for field in template(id).definition.form_fields.values()
        if field.kind in ("name", "text")
        and not field.pattern
        and (field.max_length or 0) >= 120
        and field.name in data
    ]
    made = printed(id, data | dict.fromkeys(names, LONG))
    text = flat(made.pdf, tmp_path)
    assert text.count(LONG) >= len(names)
    boxes = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "form.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    sides = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', boxes)]
    assert min(a for a, _ in sides) > 70
    assert max(b for _, b in sides) < 595.3 - 45
    last = subprocess.run(
        ["pdftotext", "-f", str(made.signatures[0].page), tmp_path / "form.pdf", "-"], check=True, capture_output=True
    ).stdout.decode()
    assert "cam đoan" in last


@pytest.mark.parametrize("id", PAPERS)
def test_blank_form_has_lines_and_no_values(id: str, tmp_path: Path) -> None:
    made = printed(id, {}, blank=True)
    text = flat(made.pdf, tmp_path)
    assert made.pages == 1
    assert "Làm tại: ........" in text
    assert not re.search(r"\d{5,}", text)


@pytest.mark.parametrize("id", PAPERS)
def test_what_is_printed_is_read_back(id: str) -> None:
    made = printed(id, example(id))
    back = read_back(made.pdf)
    assert (back.template, back.version) == (id, "tt04-1")
    assert back.values == Form.load(template(id), None, example(id)).values
    assert printed(id, example(id)).pdf == made.pdf
