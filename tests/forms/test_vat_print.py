"""The paper of the VAT return, judged from its PDF by pdftotext, pdffonts and qpdf."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from forms.bundled import RESOURCES
from forms.form import Form
from forms.period import Period
from forms.printing import Printed, PrintOptions, print_form, read_back
from forms.template import Template, bundled_library, load
from tests.forms.paper_kit import judge, text

NEW = "2026-10"
OLD = "2026-05"


def template(period: str) -> Template:
    parsed = Period.parse(period)
    return load(bundled_library().choose("thue/01-gtgt", parsed, parsed.last_day))


def printed(period: str | None, data: dict[str, Any], found: Template | None = None, **options: Any) -> Printed:
    found = found or template(period or NEW)
    made = Form.load(found, Period.parse(period) if period else None, data)
    return print_form(found.ref, period, made.values, PrintOptions(timestamp=1_790_000_000, **options))


def complete(period: str) -> dict[str, Any]:
    found = template(period).example
    assert found is not None
    return dict(found.data)


def flat(pdf: bytes, folder: Path) -> str:
    return re.sub(r"\s+", " ", text(pdf, folder, "-layout"))


@pytest.mark.parametrize("period", [OLD, NEW])
def test_the_page_is_sound(period: str, tmp_path: Path) -> None:
    judge(printed(period, complete(period)).pdf, tmp_path)


@pytest.mark.parametrize("period", [OLD, NEW])
def test_every_amount_stands_beside_its_indicator(period: str, tmp_path: Path) -> None:
    data = complete(period)
    made = Form.load(template(period), Period.parse(period), data)
    words = text(printed(period, data).pdf, tmp_path, "-layout")
    for name, field in template(period).definition.fields.items():
        if field.kind == "money":
            amount = f"{made.values[name]:,}".replace(",", ".").replace("-", "−")
            code = re.escape(field.code or "")
            assert re.search(rf"{code}\s+{re.escape(amount)}(?![\d.])", words), (name, amount)


def test_the_new_form_has_its_own_words(tmp_path: Path) -> None:
    words = flat(printed(NEW, complete(NEW)).pdf, tmp_path)
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "TỜ KHAI THUẾ GIÁ TRỊ GIA TĂNG",
        "89/2026/TT-BTC", "Mẫu số: 01/GTGT", "[32b]", "[34a]", "[27]=[29]+[30]+[32]+[32a]−[32b]",
        "[34]=[26]+[27]+[34a]",
        "NGƯỜI TRỰC TIẾP THỰC HIỆN DỊCH VỤ", "LÀM THỦ TỤC VỀ THUẾ", "Chứng chỉ nghiệp vụ chuyên môn về thuế số",
        "NGƯỜI NỘP THUẾ hoặc", "ĐẠI DIỆN HỢP PHÁP CỦA NGƯỜI NỘP THUẾ",
        "(Ký, ghi rõ họ tên; chức vụ và đóng dấu (nếu có)/Ký điện tử)", "Tháng 10 năm 2026",
        "ngày 16 tháng 11 năm 2026",
        "Hàng hóa, dịch vụ bán ra không kê khai, tính nộp thuế",
    ):  # fmt: skip
        assert expected in words, expected
    assert "[11b]" not in words


def test_the_old_form_has_its_own_words(tmp_path: Path) -> None:
    words = flat(printed("2026-Q2", complete(OLD)).pdf, tmp_path)
    for expected in (
        "80/2021/TT-BTC", "[11b]", "NHÂN VIÊN ĐẠI LÝ THUẾ", "Chứng chỉ hành nghề số", "Quý 2 năm 2026",
        "(Chữ ký, ghi rõ họ tên; chức vụ và đóng dấu (nếu có)/Ký điện tử)", "[34]=[26]+[27]; [35]=[28]",
    ):  # fmt: skip
        assert expected in words, expected
    assert "[32b]" not in words
    assert "[34a]" not in words


def test_37_is_the_decrease_and_38_the_increase(tmp_path: Path) -> None:
    for period in (OLD, NEW):
        words = flat(printed(period, complete(period) | {"ct37": 3_701, "ct38": 3_802}).pdf, tmp_path)
        assert re.search(r"Điều chỉnh giảm \[37\] 3\.701", words)
        assert re.search(r"Điều chỉnh tăng \[38\] 3\.802", words)


@pytest.mark.parametrize("period", [OLD, NEW])
def test_one_marked_place_for_the_signature(period: str) -> None:
    made = printed(period, complete(period))
    assert [mark.name for mark in made.signatures] == ["nguoi_nop_thue"]
    mark = made.signatures[0]
    assert mark.page == made.pages == 2
    assert mark.width > 150
    assert mark.height > 70
    assert 0 < mark.x < mark.x + mark.width < 595.3
    assert 0 < mark.y < mark.y + mark.height < 842


@pytest.mark.parametrize("period", [OLD, NEW])
def test_every_printed_field_has_a_place_on_the_page(period: str) -> None:
    found = template(period)
    places = {mark.name for mark in printed(period, complete(period)).fields}
    amounts = {f.name for f in found.definition.fields.values() if f.code}
    assert amounts - places == set()


@pytest.mark.parametrize("period", [OLD, NEW])
def test_long_names_and_the_largest_amounts_are_not_cut(period: str, tmp_path: Path) -> None:
    name = "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN ĐẦU TƯ XÂY DỰNG THƯƠNG MẠI XUẤT NHẬP KHẨU "
    name += "DỊCH VỤ KỸ THUẬT NGUYỄN HƯƠNG THỦY 2"
    assert len(name) >= 120
    data = complete(period) | {
        "tenNNT": name, "ct09": name, "tenDLy": name, "mstDLy": "0988888777", "nguoiKy": name[:120],
        "tenNVienDLy": name[:120],
        "ct23": 999_999_999_999_999, "ct25": 999_999_999_999_999,
    }  # fmt: skip
    made = printed(period, data)
    words = flat(made.pdf, tmp_path)
    assert words.count("XUẤT NHẬP KHẨU") >= 4
    assert "999.999.999.999.999" in words
    assert "−999.999." in words
    pages = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "form.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    boxes = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', pages)]
    assert min(a for a, _ in boxes) > 40
    assert max(b for _, b in boxes) < 595.3 - 40


@pytest.mark.parametrize("period", [OLD, NEW])
def test_blank_form_has_lines_to_write_on(period: str, tmp_path: Path) -> None:
    found = template(period)
    made = print_form(found.ref, None, {}, PrintOptions(timestamp=1_790_000_000, blank=True))
    words = text(made.pdf, tmp_path, "-layout")
    assert made.pages == 2
    assert re.search(r"\[04\] Tên người nộp thuế: ?\.{40,}", re.sub(r"(?<=\.) (?=\.)", "", words))
    assert not re.search(r"\[\d\d[ab]?\]\s+0\s*$", words, re.MULTILINE)
    assert re.search(r"Kỳ tính thuế: Tháng", words)


@pytest.mark.parametrize("vector", ["vector-c", "vector-d", "vector-e"])
def test_what_has_no_xml_is_read_back_from_its_print(vector: str) -> None:
    found = template(NEW)
    path = RESOURCES / "templates" / found.id / found.version / "examples" / f"{vector}.json"
    example = json.loads(path.read_text())
    made = Form.load(found, Period.parse(NEW), example["data"])
    back = read_back(printed(NEW, example["data"]).pdf)
    assert (back.template, back.version, back.period) == (found.id, found.version, NEW)
    assert back.values == made.values


def test_a_twelve_digit_code_fills_twelve_boxes(tmp_path: Path) -> None:
    words = flat(printed(NEW, complete(NEW) | {"mst": "001090000001"}).pdf, tmp_path)
    assert "0 0 1 0 9 0 0 0 0 0 0 1" in words or "001090000001" in words.replace(" ", "")
