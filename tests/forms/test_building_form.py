"""The request for a building permit: which block is printed, who the owner is, what does not match, what is unsure."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forms.bundled import RESOURCES
from forms.form import Form
from forms.printing import PrintOptions, print_form, read_back
from forms.procedure import Procedure
from forms.template import Template, bundled_library, load
from tests.forms.paper_kit import LONG, flat, judge

ID, TODAY = "xay-dung/giay-phep-xay-dung", date(2026, 11, 22)
BLOCKS = {
    "khong_theo_tuyen": "4.1. Đối với công trình không theo tuyến",
    "theo_tuyen": "4.2. Đối với công trình theo tuyến trong đô thị",
    "tuong_dai": "4.3. Đối với công trình tượng đài",
    "nha_o": "4.4. Đối với công trình nhà ở riêng lẻ",
}


def template() -> Template:
    return load(bundled_library().choose(ID, None, TODAY))


def form(example: str = "complete", **more: Any) -> Form:
    data = next(found.data for found in template().examples if found.name == example)
    return Form.load(template(), None, {**data, **more}, today=TODAY)


def printed(values: dict[str, Any], **options: Any) -> bytes:
    return print_form(template().ref, None, values, PrintOptions(timestamp=0, **options)).pdf


def test_the_paper_holds_its_words_and_gives_its_data_back(tmp_path: Path) -> None:
    made = form(ten_chu_dau_tu=LONG)
    pdf = printed(made.values)
    judge(pdf, tmp_path)
    words = flat(pdf, tmp_path, "-raw")
    for expected in (
        "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG (Sử dụng cho công trình: Nhà ở riêng lẻ)",
        "1. Thông tin về chủ đầu tư:", "2. Thông tin công trình:", "4. Nội dung đề nghị cấp phép:",
        "Số tầng: 5 (tầng hầm: 1; tầng trên mặt đất: 3;", "5. Dự kiến thời gian hoàn thành công trình: 12 tháng.",
        "6. Cam kết:", "Hà Nội, ngày 02 tháng 11 năm 2026", "ĐẠI DIỆN CHỦ ĐẦU TƯ",
    ):  # fmt: skip
        assert expected in words, expected
    assert LONG.upper() in words.upper()
    assert Form.load(template(), None, read_back(pdf).values, today=TODAY).values == made.values


@pytest.mark.parametrize("example", ["complete", "van-phong", "theo-tuyen"])
def test_only_the_block_of_the_works_is_printed(example: str, tmp_path: Path) -> None:
    made = form(example)
    assert not made.errors
    words = flat(printed(made.values), tmp_path, "-raw")
    assert [kind for kind, head in BLOCKS.items() if head in words] == [made.values["loai"]]


def test_the_blank_form_has_all_blocks_and_a_permit_for_a_time_says_so(tmp_path: Path) -> None:
    blank = flat(printed({}, blank=True), tmp_path, "-raw")
    assert all(head in blank for head in BLOCKS.values())
    assert "XÂY DỰNG CÓ THỜI HẠN" in flat(printed(form(viec="co_thoi_han").values), tmp_path, "-raw")


def test_an_organisation_gives_its_number_and_representative_instead() -> None:
    assert {one.path for one in form(chu_the="to_chuc").errors} == {"nguoi_dai_dien", "ma_so_doanh_nghiep"}
    assert {one.path for one in form("van-phong", chu_the="ca_nhan").errors} == {"so_dinh_danh"}


def test_what_was_not_compared_with_the_law_is_said() -> None:
    made = template()
    assert [set(one.unconfirmed) for one in made.notices(None, TODAY) if one.unconfirmed] == [{"form", "print"}]
    assert all(field.confidence in ("M", "P") for field in made.definition.form_fields.values())
    assert made.legal_basis[0].number == "217/2026/NĐ-CP"


@pytest.mark.parametrize(("code", "days"), [("1.013225", 7), ("1.013229", 9)])
def test_its_procedures_are_online_only_and_look_the_land_up(code: str, days: int) -> None:
    record = Procedure.from_json(json.loads((RESOURCES / "procedures" / f"{code}.json").read_bytes()))
    assert code in template().procedures
    assert [(channel.method, channel.time, channel.unit) for channel in record.channels] == [
        ("online", days, "working_day")
    ]
    for case in record.cases:
        parts = {part.id: part for part in case.components}
        assert (parts["don"].template, parts["don"].required, parts["don"].sign) == (ID, True, True)
        assert parts["giay-to-dat"].replaced_on(date(2027, 2, 28))
        assert not parts["giay-to-dat"].replaced_on(date(2027, 3, 1))
    assert any("chưa xác nhận" in note.lower() for note in record.notes)
