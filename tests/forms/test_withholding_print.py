"""The paper of the return 05/KK-TNCN, judged from its PDF by pdftotext, pdffonts and qpdf."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from forms.form import Form
from forms.period import Period
from forms.printing import Printed, PrintOptions, print_form, read_back
from forms.template import Template, bundled_library, load
from tests.forms.paper_kit import flat, judge, text

LONG = "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN SẢN XUẤT THƯƠNG MẠI DỊCH VỤ XUẤT NHẬP KHẨU NGUYỄN PHÚC HƯƠNG THỦY "
LONG += "TIÊN DIỄM QUỲNH"


def template(period: str = "2026-05") -> Template:
    parsed = Period.parse(period)
    return load(bundled_library().choose("thue/05-kk-tncn", parsed, parsed.last_day))


def complete() -> dict[str, Any]:
    found = template().example
    assert found is not None
    return dict(found.data)


def printed(data: dict[str, Any], period: str | None = "2026-05", **options: Any) -> Printed:
    found = template(period or "2026-05")
    values = {} if options.get("blank") else Form.load(found, Period.parse(period or "2026-05"), data).values
    return print_form(found.ref, period, values, PrintOptions(timestamp=1_790_000_000, **options))


def test_the_page_is_sound(tmp_path: Path) -> None:
    judge(printed(complete()).pdf, tmp_path)


def test_the_words_of_the_form(tmp_path: Path) -> None:
    words = flat(printed(complete()).pdf, tmp_path)
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Mẫu số: 05/KK-TNCN", "80/2021/TT-BTC",
        "TỜ KHAI KHẤU TRỪ THUẾ THU NHẬP CÁ NHÂN", "Kỳ tính thuế: Tháng 5 năm 2026", "Đơn vị tiền: Đồng Việt Nam",
        "[15] Phân bổ thuế do có đơn vị hạch toán phụ thuộc tại địa bàn cấp tỉnh khác nơi có trụ sở chính",
        "Tổng số cá nhân đã khấu trừ thuế [18]=[19]+[20]", "NHÂN VIÊN ĐẠI LÝ THUẾ", "Chứng chỉ hành nghề số",
        "ĐẠI DIỆN HỢP PHÁP CỦA NGƯỜI NỘP THUẾ", "(Chữ ký, ghi rõ họ tên; chức vụ và đóng dấu (nếu có)/Ký điện tử)",
        "Tôi cam đoan số liệu khai trên là đúng", "Ghi chú:", "không phân biệt có phát sinh khấu trừ thuế",
        "trên 50 tỷ đồng", "từ 50 tỷ đồng trở xuống",
    ):  # fmt: skip
        assert expected in words, expected
    assert "Quý 2 năm 2026" in flat(printed(complete(), "2026-Q2").pdf, tmp_path)


def test_every_figure_stands_beside_its_indicator(tmp_path: Path) -> None:
    made = Form.load(template(), Period.parse("2026-05"), complete())
    words = text(printed(complete()).pdf, tmp_path, "-layout")
    for code in range(16, 33):
        unit = "Người" if code <= 20 else "VNĐ"
        amount = f"{made.values[f'ct{code}']:,}".replace(",", ".")
        assert re.search(rf"\[{code}\]\s+{unit}\s+{re.escape(amount)}(?![\d.])", words), (code, amount)


def test_every_printed_field_has_its_place() -> None:
    places = {mark.name for mark in printed(complete()).fields}
    only_xml = {"maTinhNNT", "maCQTNoiNop", "tenCQTNoiNop", "nganhNgheKD", "ngayLapTKhai", "maLyDoGiaHan", "lyDoGiaHan"}
    assert set(template().definition.form_fields) - places == only_xml


def test_the_signature_stands_with_what_is_withheld() -> None:
    made = printed(complete())
    assert [mark.name for mark in made.signatures] == ["nguoi_nop_thue"]
    mark = made.signatures[0]
    assert mark.page == made.pages == 2
    assert mark.width > 150
    assert {place.page for place in made.fields if place.name == "ct29"} == {2}


def test_long_names_and_the_largest_amounts_fit(tmp_path: Path) -> None:
    assert len(LONG) >= 120
    most = {f"ct{n}": 999_999_999_999_999 for n in (22, 27, 30)}
    made = printed(complete() | most | {"tenNNT": LONG, "dchiNNT": LONG, "tenDLy": LONG, "nguoiKy": LONG[:120],
                                        "ct23": 0, "ct28": 0, "ct31": 0})  # fmt: skip
    words = flat(made.pdf, tmp_path)
    assert words.count("NGUYỄN PHÚC HƯƠNG THỦY TIÊN DIỄM QUỲNH") >= 3
    assert words.count("999.999.999.999.999") == 6
    pages = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "form.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    boxes = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', pages)]
    assert min(a for a, _ in boxes) > 50
    assert max(b for _, b in boxes) < 595.3 - 38


def test_the_blank_form_has_lines_to_write_on(tmp_path: Path) -> None:
    words = text(printed({}, None, blank=True).pdf, tmp_path, "-layout")
    assert re.search(r"Tên người nộp thuế: ?\.{40,}", re.sub(r"(?<=\.) (?=\.)", "", words))
    assert "Quý" in words
    assert "[32]" in words


@pytest.mark.parametrize("period", ["2026-05", "2026-Q2"])
def test_what_is_printed_is_read_back(period: str) -> None:
    made = printed(complete(), period)
    back = read_back(made.pdf)
    assert (back.template, back.version, back.period) == ("thue/05-kk-tncn", "tt80-1", period)
    assert back.values == Form.load(template(period), Period.parse(period), complete()).values
    assert printed(complete(), period).pdf == made.pdf


def test_the_new_form_has_its_own_words(tmp_path: Path) -> None:
    found = template("2026-Q3")
    assert found.example is not None
    values = Form.load(found, Period.parse("2026-Q3"), dict(found.example.data)).values
    made = print_form(found.ref, "2026-Q3", values, PrintOptions(timestamp=1_790_000_000))
    words = flat(made.pdf, tmp_path)
    for expected in (
        "89/2026/TT-BTC", "TỜ KHAI THUẾ THU NHẬP CÁ NHÂN", "Quý 3 năm 2026", "DỊCH VỤ LÀM THỦ TỤC VỀ THUẾ",
        "Chứng chỉ nghiệp vụ chuyên môn về thuế số", "/Xác nhận điện tử/Ký điện tử)", "253/2026/NĐ-CP",
        "Tổng thu nhập được miễn trong kỳ [24]=[25]+[26]+[27]+[28]", "Thu nhập tính thuế [32]=[33]+[34]",
    ):  # fmt: skip
        assert expected in words, expected
    assert "KHẤU TRỪ THUẾ THU NHẬP CÁ NHÂN" not in words
    layout = text(made.pdf, tmp_path, "-layout")
    for code in range(15, 46):
        amount = f"{values[f'ct{code}']:,}".replace(",", ".")
        assert re.search(rf"\[{code}\]\s+(Người|VNĐ)\s+{re.escape(amount)}(?![\d.])", layout), (code, amount)
    assert set(found.definition.form_fields) == {mark.name for mark in made.fields}
    assert [mark.page for mark in made.signatures] == [2]
    back = read_back(made.pdf)
    assert (back.version, back.values) == ("tt89-1", values)
