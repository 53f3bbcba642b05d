"""The paper of the labour list, judged from its PDF by pdftotext, pdffonts, pdfinfo and qpdf."""

from __future__ import annotations

import itertools
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

TODAY = date(2026, 11, 22)
SIZE = (842.0, 595.3)
HEADS = ["Họ và tên", "Mã số", "Vị trí việc làm", "Tiền lương", "Phụ cấp", "Ghi chú", *(f"({n})" for n in range(1, 28))]


@cache
def template() -> Template:
    return load(bundled_library().choose("bhxh/d02-lt", None, TODAY))


def complete() -> dict[str, Any]:
    assert template().example is not None
    return dict(template().example.data)  # type: ignore[union-attr]  # asserted above


def made(data: dict[str, Any]) -> Form:
    return Form.load(template(), None, data, today=TODAY)


def printed(data: dict[str, Any], **options: Any) -> Printed:
    return print_form(template().ref, None, made(data).values, PrintOptions(timestamp=1_790_000_000, **options))


def pages(pdf: bytes, folder: Path, *options: str) -> list[str]:
    path = folder / "list.pdf"
    path.write_bytes(pdf)
    out = subprocess.run(["pdftotext", *options, path, "-"], check=True, capture_output=True).stdout.decode()
    assert unicodedata.is_normalized("NFC", out)
    return [re.sub(r"\s+", " ", page) for page in out.replace("\u200b", "").split("\f")[:-1]]


def boxes(folder: Path) -> list[tuple[float, float, float, float, str]]:
    out = subprocess.run(["pdftotext", "-bbox", folder / "list.pdf", "-"], check=True, capture_output=True, text=True)
    found = re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)<', out.stdout)
    return [(float(a), float(b), float(c), float(d), word) for a, b, c, d, word in found]


def people(count: int, first: int = 0) -> list[dict[str, Any]]:
    row = complete()["tang"][0]
    return [
        row | {"ma_so_bhxh": f"04{n:08d}", "so_dinh_danh": f"001190{n:06d}", "luong": 5_000_000 + n}
        for n in range(first, first + count)
    ]


@pytest.fixture(scope="module")
def long_list(tmp_path_factory: pytest.TempPathFactory) -> tuple[Printed, Form, Path]:
    form = made(complete() | {"tang": people(400), "giam": people(100, 400)})
    result = print_form(template().ref, None, form.values, PrintOptions(timestamp=1_790_000_000))
    folder = tmp_path_factory.mktemp("long")
    (folder / "list.pdf").write_bytes(result.pdf)
    return result, form, folder


def test_the_page_is_sound_and_lies(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    path.write_bytes(printed(complete()).pdf)
    assert subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0
    fonts = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert fonts
    for line in fonts:
        assert "LiberationSerif" in line
        assert line.split()[-5:-2] == ["yes", "yes", "yes"], line
    facts = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Page size: +841\.\d+ x 595\.\d+ pts \(A4\)", facts)
    assert re.search(r"Tagged: +yes", facts)


def test_the_words_of_the_form_and_of_the_example_stand_on_it(tmp_path: Path) -> None:
    (page,) = pages(printed(complete()).pdf, tmp_path)
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Mẫu D02-LT", "1040/QĐ-BHXH",
        "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)", "TZ0000L", "0999999888", "0912345678", "nhan-su@vi-du.example",
        "11/2026/DS-VD", "Hà Nội, ngày 16 tháng 11 năm 2026",
        "BÁO CÁO TÌNH HÌNH SỬ DỤNG LAO ĐỘNG VÀ DANH SÁCH THAM GIA",
        "I. TĂNG", "II. GIẢM", "Cộng tăng: 4 lao động", "Cộng giảm: 2 lao động", "76.350.000", "15.600.000",
        "TK1-TS", "X9999999", "0199999901", "001190999901", "14/03/1990", "11/2026", "04/2027", "TM; HĐLĐ số",
        "Trần Văn Giả Định", "12.500.000", "ĐẠI DIỆN ĐƠN VỊ SỬ DỤNG LAO ĐỘNG", "Nguyễn Thị Ví Dụ", *HEADS,
    ):  # fmt: skip
        assert expected in page, expected
    (page,) = pages(printed(complete()).pdf, tmp_path, "-raw")
    assert page.index("I. TĂNG") < page.index("Lê Thị Minh Họa") < page.index("Cộng tăng") < page.index("II. GIẢM")
    assert page.index("II. GIẢM") < page.index("Đỗ Thị Hư Cấu") < page.index("Cộng giảm")


def test_coefficients_stand_as_they_are_and_are_in_no_total(tmp_path: Path) -> None:
    example = next(e for e in template().examples if e.name == "coefficients")
    (page,) = pages(printed(dict(example.data)).pdf, tmp_path)
    assert "4,98" in page
    assert "2,34" in page
    assert re.search(r"Cộng tăng: 3 lao động 6\.300\.000 0 × × 0 0", page)


def test_500_rows_stand_on_pages_that_each_repeat_the_head(long_list: tuple[Printed, Form, Path]) -> None:
    result, form, folder = long_list
    found = pages(result.pdf, folder, "-layout")
    assert len(found) == result.pages > 10
    for number, page in enumerate(found, 1):
        for head in HEADS:
            assert head in page, (number, head)
        assert f"Trang {number}/{result.pages}" in page
    whole = " ".join(found)
    for row in (*form.values["tang"], *form.values["giam"]):
        assert row["ma_so_bhxh"] in whole
        assert row["so_dinh_danh"] in whole
    assert "Cộng tăng: 400 lao động" in whole
    assert "Cộng giảm: 100 lao động" in whole
    for total in (form.values["tang_luong"], form.values["giam_luong"]):
        assert f"{total:,}".replace(",", ".") in whole
    assert subprocess.run(["qpdf", "--check", folder / "list.pdf"], capture_output=True).returncode == 0


def test_nothing_of_500_rows_is_outside_the_page_or_over_its_neighbour(long_list: tuple[Printed, Form, Path]) -> None:
    _, _, folder = long_list
    words = boxes(folder)
    assert min(word[0] for word in words) > 15
    assert max(word[2] for word in words) < SIZE[0] - 15
    assert max(word[3] for word in words) < SIZE[1] - 5
    number = re.compile(r"[\d./]{7,}")
    for left, right in itertools.pairwise(words):
        if (
            number.fullmatch(left[4])
            and number.fullmatch(right[4])
            and abs(left[1] - right[1]) < 1 < right[0] - left[0]
        ):
            assert left[2] <= right[0] + 0.2, (left, right)


def test_a_list_of_500_is_read_back_whole(long_list: tuple[Printed, Form, Path]) -> None:
    result, form, _ = long_list
    back = read_back(result.pdf)
    assert (back.template, back.version, back.period) == ("bhxh/d02-lt", template().version, None)
    assert back.values == form.values


@pytest.mark.parametrize("rows", [1, 2, 9, 11, 12, 13, 14, 61])
def test_nobody_signs_a_page_without_a_row_of_the_list(rows: int, tmp_path: Path) -> None:
    result = printed(complete() | {"tang": people(rows), "giam": []})
    (mark,) = result.signatures
    assert (mark.name, mark.page) == ("dai_dien_don_vi", result.pages)
    assert mark.width > 200
    assert mark.height > 60
    assert 0 < mark.x < mark.x + mark.width < SIZE[0]
    assert 15 < mark.y < mark.y + mark.height < SIZE[1]
    last = pages(result.pdf, tmp_path)[-1]
    assert "Cộng giảm: 0 lao động" in last
    result = printed(complete() | {"tang": [], "giam": people(rows)})
    last = pages(result.pdf, tmp_path)[-1]
    assert f"{rows - 1:06d}" in last
    assert result.signatures[0].page == result.pages


def test_a_heading_never_stands_alone_at_the_foot(tmp_path: Path) -> None:
    for rows in range(10, 17):
        for page in pages(printed(complete() | {"tang": people(rows), "giam": people(30, 100)}).pdf, tmp_path):
            if "II. GIẢM" in page:
                assert "0400000100" in page[page.index("II. GIẢM") :], rows


def test_long_words_and_the_largest_amounts_are_not_cut(tmp_path: Path) -> None:
    row = complete()["tang"][0] | {
        "ho_ten": "Nguyễn Phước " + "Hồngngọcbíchtrâm" * 5, "chuc_vu": "Chuyênviên" * 20 + " phụ trách",
        "ghi_chu": "Quyếtđịnh" * 20, "luong": 999_999_999_999_999, "pc_chuc_vu": 999_999_999_999_999,
        "pc_luong": 999_999_999_999_999, "bo_sung": 999_999_999_999_999, "hd_thoi_han_tu": "2026-11-01",
    }  # fmt: skip
    data = complete() | {"tang": [row], "giam": [], "ten_don_vi": "CÔNG TY TRÁCH NHIỆM HỮU HẠN NGHIÊN CỨU " * 5}
    result = printed(data)
    whole = " ".join(pages(result.pdf, tmp_path, "-raw")).replace(" ", "")
    assert whole.count("999.999.999.999.999") == 8  # four cells, four totals
    assert whole.count("NGHIÊNCỨU") == 5
    words = boxes(tmp_path)
    assert min(word[0] for word in words) > 15
    assert max(word[2] for word in words) < SIZE[0] - 15
    columns = {
        name: [m for m in result.fields if m.name == f"tang[0].{name}"] for name in ("ho_ten", "luong", "ghi_chu")
    }
    assert all(columns.values())


def test_each_cell_of_a_short_list_has_a_place_on_the_page() -> None:
    places = {mark.name for mark in printed(complete()).fields}
    for name in ("ten_don_vi", "mst", "ma_don_vi", "dia_chi", "dien_thoai", "email", "so", "noi_lap", "ngay_lap"):
        assert name in places
    row = complete()["tang"][2]
    for name in row:
        if name != "phuong_an":  # stands in the place of the note
            assert f"tang[2].{name}" in places, name


def test_blank_form_has_lines_to_write_on(tmp_path: Path) -> None:
    result = print_form(template().ref, None, {}, PrintOptions(timestamp=1_790_000_000, blank=True))
    (page,) = pages(result.pdf, tmp_path)
    assert result.pages == 1
    assert re.search(r"Tên đơn vị:[ .]{60,}", page)
    assert page.count("1 2 3 4 5") == 2
    assert "Cộng tăng: …… lao động" in page
    assert not re.search(r"\d{4,}", page.replace("1040", ""))


def test_the_same_list_gives_the_same_bytes_and_a_draft_says_so(tmp_path: Path) -> None:
    assert printed(complete()).pdf == printed(complete()).pdf
    assert "BẢN NHÁP" in " ".join(pages(printed(complete(), draft=True).pdf, tmp_path))
