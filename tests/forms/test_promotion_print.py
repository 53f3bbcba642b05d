"""The paper of the notice of a promotion, judged from its PDF by pdftotext, pdffonts and qpdf."""

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
from tests.forms.paper_kit import judge

LONG = "CÔNG TY TRÁCH NHIỆM HỮU HẠN NGUYỄN PHÚC HƯƠNG THỦY TIÊN DIỄM QUỲNH THỊ ÁNH NGUYỆT BẢO NGỌC KHÁNH VY "
LONG = (LONG + "THÙY DƯƠNG MỸ HẠNH")[:120].strip()


def template() -> Template:
    return load(bundled_library().choose("thuong-mai/khuyen-mai-01", None, date(2026, 11, 22)))


def example(name: str = "complete") -> dict[str, Any]:
    return dict(next(found for found in template().examples if found.name == name).data)


def printed(data: dict[str, Any], **options: Any) -> Printed:
    found = template()
    values = {} if options.get("blank") else Form.load(found, None, data).values
    return print_form(found.ref, None, values, PrintOptions(timestamp=1_790_000_000, **options))


def pages(pdf: bytes, folder: Path) -> list[str]:
    path = folder / "form.pdf"
    path.write_bytes(pdf)
    out = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True).stdout.decode()
    assert unicodedata.is_normalized("NFC", out)
    return [re.sub(r"\s+", " ", page) for page in out.split("\f")[:-1]]


def test_the_page_is_sound(tmp_path: Path) -> None:
    judge(printed(example()).pdf, tmp_path)


def test_the_words_of_the_form(tmp_path: Path) -> None:
    text = " ".join(pages(printed(example()).pdf, tmp_path))
    for expected in (
        "Mẫu số 01", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "THÔNG BÁO THỰC HIỆN KHUYẾN MẠI",
        "Số: 12/2026/TB-KM", "Hà Nội, ngày 20 tháng 07 năm 2026", "Sở Công Thương thành phố Hà Nội",
        "Sở Công Thương thành phố Hồ Chí Minh", "Mã số thuế: 0999999888", "Nghị định số 81/2018/NĐ-CP",
        "1. Tên chương trình khuyến mại: Mùa hè rực rỡ (hư cấu)", "2. Địa bàn (phạm vi) khuyến mại:",
        "3. Hình thức khuyến mại: Tặng hàng hóa", "6. Thời gian khuyến mại: từ ngày 01/08/2026 đến ngày 31/08/2026",
        "8. Cơ cấu giải thưởng", "250.000.000", "Tổng giá trị 400.000.000", "10. Tên các thương nhân cùng thực hiện",
        "cam kết thực hiện đúng và hoàn toàn chịu trách nhiệm", "ĐẠI DIỆN THEO PHÁP LUẬT CỦA THƯƠNG NHÂN",
    ):  # fmt: skip
        assert expected in text, expected


def test_a_discount_says_how_much_and_has_no_table(tmp_path: Path) -> None:
    text = " ".join(pages(printed(example("giam-gia")).pdf, tmp_path))
    assert "mức giảm cao nhất 30%" in text
    assert "Không có giải thưởng." in text
    assert "Thành tiền" not in text


@pytest.mark.parametrize("name", ["complete", "giam-gia"])
def test_every_field_has_its_place(name: str) -> None:
    form = Form.load(template(), None, example(name))
    places = {mark.name.partition("[")[0] for mark in printed(example(name)).fields}
    for field in (*template().definition.form_fields, "dia_ban", "giai_thuong", "thuong_nhan_cung"):
        assert field in places or not form.visible(field), field


@pytest.mark.parametrize("rows", [1, 3, 5, 8, 12, 60])
def test_the_prizes_run_over_pages_and_nobody_signs_an_empty_one(rows: int, tmp_path: Path) -> None:
    prizes = [{"ten": f"Giải thứ {n:02}", "so_luong": 10, "don_gia": 20_000_000} for n in range(1, rows + 1)]
    made = printed(example() | {"giai_thuong": prizes})
    found = pages(made.pdf, tmp_path)
    [mark] = made.signatures
    assert (mark.page, mark.width > 250, mark.height > 60) == (made.pages, True, True)
    assert "cam kết thực hiện đúng" in found[-1]
    for page in found:
        if "Giải thứ" in page:
            assert "Thành tiền" in page
    assert all(f"Giải thứ {n:02}" in " ".join(found) for n in range(1, rows + 1))


def test_long_names_wrap(tmp_path: Path) -> None:
    names = (
        "ten_thuong_nhan dia_chi nguoi_lien_he ten_chuong_trinh hang_duoc_khuyen_mai khach_hang noi_dung nguoi_dai_dien"
    )
    data = example() | dict.fromkeys(names.split(), LONG)
    data["giai_thuong"] = [dict(data["giai_thuong"][0], ten=LONG)]
    made = printed(data)
    text = " ".join(pages(made.pdf, tmp_path))
    assert text.count(LONG) >= 10
    boxes = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "form.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    sides = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', boxes)]
    assert min(a for a, _ in sides) > 70
    assert max(b for _, b in sides) < 595.3 - 45


def test_blank_form_fits_one_page(tmp_path: Path) -> None:
    made = printed({}, blank=True)
    assert made.pages == 1
    (text,) = pages(made.pdf, tmp_path)
    assert "TÊN THƯƠNG NHÂN" in text
    assert re.search(r"Mã số thuế: \.{30,}", text)


def test_what_is_printed_is_read_back() -> None:
    made = printed(example())
    back = read_back(made.pdf)
    assert (back.template, back.version) == ("thuong-mai/khuyen-mai-01", "nd81-1")
    assert back.values == Form.load(template(), None, example()).values
    assert printed(example()).pdf == made.pdf
