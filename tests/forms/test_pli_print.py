"""The paper of form 01/PLI, judged from its PDF by pdftotext, pdffonts and qpdf."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from forms.form import Form
from forms.printing import Printed, PrintOptions, print_form, read_back
from forms.template import Template, bundled_library, load

SIZE = (842.0, 595.3)
HEADS = ["Họ tên", "Mã số", "Vị trí việc làm", "Tiền lương", "Phụ cấp", "Ghi chú", *(f"({n})" for n in range(1, 28))]
LONG = "CÔNG TẰNG TÔN NỮ NGUYỄN PHÚC HƯƠNG THỦY TIÊN DIỄM QUỲNH THỊ ÁNH NGUYỆT BẢO NGỌC KHÁNH VY"


@cache
def template() -> Template:
    return load(bundled_library().choose("lao-dong/01-pli", None, date(2026, 11, 22)))


def complete() -> dict[str, Any]:
    assert template().example is not None
    return dict(template().example.data)  # type: ignore[union-attr]  # asserted above


def printed(data: dict[str, Any], **options: Any) -> Printed:
    values = {} if options.get("blank") else Form.load(template(), None, data).values
    return print_form(template().ref, None, values, PrintOptions(timestamp=1_790_000_000, **options))


def pages(pdf: bytes, folder: Path, *options: str) -> list[str]:
    path = folder / "report.pdf"
    path.write_bytes(pdf)
    out = subprocess.run(["pdftotext", *options, path, "-"], check=True, capture_output=True).stdout.decode()
    assert unicodedata.is_normalized("NFC", out)
    return [re.sub(r"\s+", " ", page) for page in out.replace("\u200b", "").split("\f")[:-1]]


def people(count: int) -> list[dict[str, Any]]:
    row = complete()["lao_dong"][0]
    return [
        row | {"ma_so_bhxh": f"04{n:08d}", "so_dinh_danh": f"001090{n:06d}", "luong": 5_000_000 + n}
        for n in range(count)
    ]


def test_the_page_is_sound_and_lies(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(printed(complete()).pdf)
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0
    fonts = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert fonts
    for line in fonts:
        assert line.split()[-5:-2] == ["yes", "yes", "yes"], line
    facts = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Page size: +841\.\d+ x 595\.\d+ pts \(A4\)", facts)


def test_the_words_of_the_form_stand_on_it(tmp_path: Path) -> None:
    (page,) = pages(printed(complete()).pdf, tmp_path)
    for expected in (
        "Mẫu số 01/PLI", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
        "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)", "07/2026/BC-VD", "Hà Nội, ngày 28 tháng 05 năm 2026",
        "BÁO CÁO TÌNH HÌNH SỬ DỤNG LAO ĐỘNG", "6 THÁNG ĐẦU NĂM 2026", "Kính gửi:", "Sở Nội vụ thành phố Hà Nội",
        "Bảo hiểm xã hội khu vực I", "Ban quản lý Khu công nghiệp Ví Dụ", "0999999888", "TZ0000L",
        "nhan-su@vi-du.example", "25.000.000", "3,19", "C9999999", "Tổng: 4 lao động",
        "ĐẠI DIỆN DOANH NGHIỆP, CƠ QUAN, TỔ CHỨC", "Trần Văn Giả Định", *HEADS,
    ):  # fmt: skip
        assert expected in page, expected


def test_every_field_of_the_complete_report_has_its_place() -> None:
    places = {mark.name for mark in printed(complete()).fields}
    for name in template().definition.form_fields:
        assert name in places, name
    for i, row in enumerate(complete()["lao_dong"]):
        for name in row:
            assert f"lao_dong[{i}].{name}" in places, (i, name)


@pytest.mark.parametrize("rows", [1, 2, 13, 14, 15, 16, 17, 18, 61])
def test_nobody_signs_a_page_without_a_row(rows: int, tmp_path: Path) -> None:
    result = printed(complete() | {"lao_dong": people(rows)})
    (mark,) = result.signatures
    assert (mark.name, mark.page) == ("dai_dien", result.pages)
    assert 15 < mark.y < mark.y + mark.height < SIZE[1]
    last = pages(result.pdf, tmp_path)[-1]
    assert f"{rows - 1:06d}" in last
    assert f"Tổng: {rows} lao động" in last


def test_300_rows_stand_on_pages_that_each_repeat_the_head(tmp_path: Path) -> None:
    result = printed(complete() | {"lao_dong": people(300)})
    found = pages(result.pdf, tmp_path, "-layout")
    assert len(found) == result.pages > 6
    for number, page in enumerate(found, 1):
        for head in HEADS:
            assert head in page, (number, head)
    whole = " ".join(found)
    for row in people(300):
        assert row["so_dinh_danh"] in whole
    back = read_back(result.pdf)
    assert len(back.values["lao_dong"]) == 300


def test_long_names_wrap_and_stay_on_the_page(tmp_path: Path) -> None:
    row = complete()["lao_dong"][0] | {"ho_ten": LONG, "chuc_vu": LONG, "ghi_chu": LONG}
    data = complete() | {
        "lao_dong": [row], "ten_don_vi": LONG, "so_noi_vu": LONG, "ban_quan_ly": LONG, "nguoi_dai_dien": LONG,
        "dia_chi": LONG,
    }  # fmt: skip
    result = printed(data)
    whole = " ".join(pages(result.pdf, tmp_path, "-raw"))
    assert whole.count(LONG) == 8
    out = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "report.pdf", "-"], check=True, capture_output=True, text=True
    )
    sides = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', out.stdout)]
    assert min(a for a, _ in sides) > 15
    assert max(b for _, b in sides) < SIZE[0] - 15


def test_blank_form_has_lines_to_write_on(tmp_path: Path) -> None:
    result = printed({}, blank=True)
    (page,) = pages(result.pdf, tmp_path)
    assert "6 THÁNG ĐẦU NĂM/CẢ NĂM" in page
    assert "1 2 3 4 5 6 7 8" in page
    assert "Tổng: …… lao động" in page


def test_what_is_printed_is_read_back() -> None:
    made = printed(complete())
    back = read_back(made.pdf)
    assert (back.template, back.version) == ("lao-dong/01-pli", "nd145-1")
    assert back.values == Form.load(template(), None, complete()).values
    assert printed(complete()).pdf == made.pdf
