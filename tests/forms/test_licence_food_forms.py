"""The requests for a driving licence and for a food-safety certificate: their paper, and how unsure they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.form import Form
from forms.printing import PrintOptions, print_form, read_back
from forms.template import Template, bundled_library, load
from tests.forms.paper_kit import LONG, flat, judge

TODAY = date(2026, 11, 22)
LICENCE, FOOD = "giao-thong/giay-phep-lai-xe", "nong-nghiep/an-toan-thuc-pham"
WORDS = {
    LICENCE: (
        "ĐƠN ĐỀ NGHỊ ĐỔI GIẤY PHÉP LÁI XE", "Tôi là: Nguyễn Thị Ví Dụ", "Sinh ngày: 08/03/1985", "hạng: B",
        "cấp ngày: 20/12/2016", "Giấy phép sắp hết hạn",
        "Hà Nội, ngày 02 tháng 11 năm 2026", "NGƯỜI LÀM ĐƠN",
    ),
    FOOD: (
        "CẤP GIẤY CHỨNG NHẬN CƠ SỞ ĐỦ ĐIỀU KIỆN AN TOÀN THỰC PHẨM",
        "1. Tên cơ sở sản xuất, kinh doanh: CÔNG TY TNHH VÍ DỤ",
        "xã, phường: Phường Hoàn Kiếm", "5. Số đăng ký: GCN-000001", "6. Mặt hàng", "ĐẠI DIỆN CƠ SỞ",
    ),
}  # fmt: skip


def template(name: str) -> Template:
    return load(bundled_library().choose(name, None, TODAY))


def form(name: str, **more: Any) -> Form:
    made = template(name)
    assert made.example is not None
    return Form.load(made, None, {**made.example.data, **more}, today=TODAY)


def printed(name: str, values: dict[str, Any], **options: Any) -> bytes:
    return print_form(template(name).ref, None, values, PrintOptions(timestamp=0, **options)).pdf


@pytest.mark.parametrize("name", [LICENCE, FOOD])
def test_the_paper_holds_its_words_and_gives_its_data_back(name: str, tmp_path: Path) -> None:
    made = form(name)
    pdf = printed(name, made.values)
    judge(pdf, tmp_path)
    words = flat(pdf, tmp_path, "-raw")
    for expected in WORDS[name]:
        assert expected in words, expected
    back = read_back(pdf)
    assert (back.template, back.version) == (name, template(name).version)
    assert Form.load(template(name), None, back.values, today=TODAY).values == made.values


@pytest.mark.parametrize("name", [LICENCE, FOOD])
def test_long_names_are_whole_and_the_blank_form_has_one_page(name: str, tmp_path: Path) -> None:
    field = template(name).identity.name
    assert field is not None
    words = flat(printed(name, form(name, **{field: LONG}).values), tmp_path, "-raw")
    assert LONG.upper() in words.upper()
    blank = print_form(template(name).ref, None, {}, PrintOptions(timestamp=0, blank=True))
    assert blank.pages == 1


@pytest.mark.parametrize("name", [LICENCE, FOOD])
def test_what_was_not_compared_with_the_law_is_said(name: str) -> None:
    made = template(name)
    unsure = [notice for notice in made.notices(None, TODAY) if notice.unconfirmed]
    assert [set(notice.unconfirmed) for notice in unsure] == [{"form", "print"}]
    assert all(field.confidence != "H" for field in made.definition.form_fields.values())


def test_the_title_says_what_is_asked_for(tmp_path: Path) -> None:
    words = flat(printed(LICENCE, form(LICENCE, de_nghi="cap_lai").values), tmp_path, "-raw")
    assert "CẤP LẠI GIẤY PHÉP LÁI XE" in words
    assert "ĐỔI" not in words.split("Kính gửi")[0]


def test_a_foreigner_gives_a_passport_instead() -> None:
    missing = form(LICENCE, giay_to="ho_chieu")
    assert {problem.path for problem in missing.errors} == {"so_ho_chieu"}
    assert not form(LICENCE, giay_to="ho_chieu", so_ho_chieu="P0000001A").errors
