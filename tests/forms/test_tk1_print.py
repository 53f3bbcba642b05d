"""The paper of TK1-TS, judged from its PDF by pdftotext, pdffonts and qpdf."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.form import Form
from forms.printing import Printed, PrintOptions, print_form, read_back
from forms.template import Template, bundled_library, load
from tests.forms.paper_kit import LONG, flat, judge


def template() -> Template:
    return load(bundled_library().choose("bhxh/tk1-ts", None, date(2026, 11, 21)))


def example(name: str) -> dict[str, Any]:
    return dict(next(found for found in template().examples if found.name == name).data)


def printed(data: dict[str, Any], **options: Any) -> Printed:
    found = template()
    values = {} if options.get("blank") else Form.load(found, None, data).values
    return print_form(found.ref, None, values, PrintOptions(timestamp=1_790_000_000, **options))


@pytest.mark.parametrize("name", ["complete", "tham-gia-moi", "doi-noi-kham", "tre-em"])
def test_the_page_is_sound(name: str, tmp_path: Path) -> None:
    judge(printed(example(name)).pdf, tmp_path)


def test_the_words_of_the_form(tmp_path: Path) -> None:
    words = flat(printed(example("complete")).pdf, tmp_path)
    for expected in (
        "Mẫu: TK1-TS", "505/QĐ-BHXH", "BẢO HIỂM XÃ HỘI VIỆT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "TỜ KHAI",
        "THAM GIA, ĐIỀU CHỈNH THÔNG TIN BẢO HIỂM XÃ HỘI, BẢO HIỂM Y TẾ",
        "I. Áp dụng đối với người tham gia tra cứu không thấy mã số BHXH do cơ quan BHXH cấp",
        "[12]. Kê khai Phụ lục Thành viên hộ gia đình", "II. Áp dụng đối với người tham gia đã có mã số BHXH",
        "[15]. Mức tiền đóng: 1.500.000 đồng", "[16]. Phương thức đóng: 03 tháng một lần", "XÁC NHẬN CỦA ĐƠN VỊ",
        "NGƯỜI KÊ KHAI", "Hà Nội, ngày 20 tháng 07 năm 2026", "PHỤ LỤC", "Mối quan hệ với chủ hộ",
    ):  # fmt: skip
        assert expected in words, expected
    for code in [f"[{n:02}]." for n in range(1, 20)]:
        assert code in words


def test_every_text_is_read_exactly_and_has_its_place(tmp_path: Path) -> None:
    data = example("complete") | {"cha_me": "NGUYỄN VĂN CHA"}
    made = printed(data)
    words = flat(made.pdf, tmp_path, "-raw")  # three columns side by side: in the order of the page's content
    places = {mark.name.partition("[")[0] for mark in made.fields}
    digits = words.replace(" ", "")
    for field in template().definition.form_fields.values():
        assert field.name in places, field.name
        if field.kind in ("text", "name", "email", "phone", "personal_id", "multiline"):
            assert str(data[field.name]) in words, field.name
    assert data["ma_so_bhxh"] in digits
    assert "thanh_vien" in places


def test_one_page_and_the_appendix_on_its_own() -> None:
    assert printed(example("doi-noi-kham")).pages == 1
    made = printed(example("tham-gia-moi"))
    assert made.pages == 2
    assert {mark.page for mark in made.fields if mark.name.startswith("thanh_vien")} == {2}
    assert printed({}, blank=True).pages == 2


def test_two_marked_places_for_signatures() -> None:
    made = printed(example("complete"))
    marks = {mark.name: mark for mark in made.signatures}
    assert set(marks) == {"nguoi_ke_khai", "xac_nhan_don_vi"}
    assert marks["nguoi_ke_khai"].page == marks["xac_nhan_don_vi"].page == 1
    assert marks["nguoi_ke_khai"].x > marks["xac_nhan_don_vi"].x + marks["xac_nhan_don_vi"].width
    assert all(mark.width > 150 and mark.height > 50 for mark in made.signatures)


def test_the_appendix_runs_over_pages_with_its_head(tmp_path: Path) -> None:
    rows = [
        {"ho_ten": f"NGƯỜI THỨ {i:02} " + "TÊN DÀI " * 6, "ngay_sinh": "1999-09-09", "gioi_tinh": "nam",
         "noi_khai_sinh": "Phường Hoàn Kiếm, thành phố Hà Nội", "quan_he": "Con"}
        for i in range(1, 51)
    ]  # fmt: skip
    made = printed(example("tham-gia-moi") | {"thanh_vien": rows})
    words = flat(made.pdf, tmp_path)
    for i in range(1, 51):
        assert f"NGƯỜI THỨ {i:02}" in words
    assert made.pages >= 4
    assert words.count("Nơi cấp giấy") >= 3


def test_long_names_wrap(tmp_path: Path) -> None:
    name = LONG[:120].strip()
    names = "ho_ten dc_ho_ten chu_ho_ten nguoi_ke_khai nguoi_xac_nhan noi_kcb nhan_dia_chi"
    data = example("complete") | dict.fromkeys(names.split(), name)
    data["thanh_vien"] = [dict(data["thanh_vien"][0], ho_ten=name)]
    made = printed(data)
    words = flat(made.pdf, tmp_path)
    assert words.count("TÔN NỮ NGUYỄN PHÚC") + words.count("TÔN NỮ NGUYỄN") >= 8
    assert name in words
    pages = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "form.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    boxes = [(float(a), float(b)) for a, b in re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)"', pages)]
    assert min(a for a, _ in boxes) > 65
    assert max(b for _, b in boxes) < 595.3 - 40


@pytest.mark.parametrize("name", ["complete", "tham-gia-moi", "tre-em"])
def test_what_is_printed_is_read_back(name: str) -> None:
    made = printed(example(name))
    back = read_back(made.pdf)
    assert (back.template, back.version) == ("bhxh/tk1-ts", "qd505-1")
    assert back.values == Form.load(template(), None, example(name)).values
    assert printed(example(name)).pdf == made.pdf
