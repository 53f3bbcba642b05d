"""The notice of a promotion: to whom it goes, its limits of time and value, and its procedure."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from forms.bundled import RESOURCES
from forms.form import Form
from forms.prefill import roll_forward
from forms.procedure import Procedure
from forms.template import Template, bundled_library, lint, load, run_examples

ID = "thuong-mai/khuyen-mai-01"
TODAY = date(2026, 11, 22)


def template() -> Template:
    return load(bundled_library().choose(ID, None, TODAY))


def example(name: str = "complete") -> dict[str, Any]:
    return dict(next(found for found in template().examples if found.name == name).data)


def codes(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in Form.load(template(), None, data, today=TODAY).check())


def test_examples_come_out_as_they_say() -> None:
    found = template()
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert list(lint(found.ref.path)) == []


def test_the_ten_items_are_there_in_order() -> None:
    numbers = [item.code for item in template().definition.items if item.code]
    assert list(dict.fromkeys(numbers)) == [str(n) for n in range(1, 11)]


@pytest.mark.parametrize(
    ("sent", "starts", "late"),
    [
        ("2026-07-27", "2026-07-30", False),  # Monday; Tuesday, Wednesday, Thursday
        ("2026-07-28", "2026-07-30", True),
        ("2026-07-30", "2026-08-04", False),  # Thursday; Friday, Monday, Tuesday
        ("2026-07-30", "2026-08-03", True),
        ("2026-08-28", "2026-09-03", True),  # National Day is off
        ("2026-08-28", "2026-09-07", False),
    ],
)
def test_three_working_days_before_the_start(sent: str, starts: str, late: bool) -> None:
    data = example() | {"ngay_lap": sent, "tu_ngay": starts, "den_ngay": "2026-12-31"}
    assert (("tu_ngay", "error", "NOTICE_TOO_LATE") in codes(data)) == late


@pytest.mark.parametrize(
    ("rate", "together", "over"), [("50", False, False), ("50.01", False, True), ("100", True, False)]
)
def test_at_most_half_of_the_price(rate: str, together: bool, over: bool) -> None:
    for kind in ("giam_gia", "tang", "phieu_mua_hang"):
        found = codes(example() | {"hinh_thuc": kind, "ty_le": rate, "tap_trung": together})
        assert (("ty_le", "error", "OVER_HALF_OF_THE_PRICE") in found) == over


def test_a_game_of_chance_is_another_procedure() -> None:
    form = Form.load(template(), None, example("fail-may-rui"))
    [problem] = form.errors
    assert problem.code == "CHANCE_NEEDS_REGISTRATION"
    assert "2.000004" in problem.message.vi
    assert "2.000138" in problem.message.vi


def test_amounts_are_multiplied_and_added() -> None:
    values = Form.load(template(), None, example()).values
    assert [row["thanh_tien"] for row in values["giai_thuong"]] == [250_000_000, 150_000_000]
    assert values["tong_gia_tri"] == 400_000_000
    assert values["tong_bang_chu"].lower() == "bốn trăm triệu đồng"


def test_a_small_programme_may_need_no_notice() -> None:
    for unit, warned in ((9_999_999, True), (10_000_000, False)):
        found = codes(example() | {"giai_thuong": [{"ten": "Quà", "so_luong": 10, "don_gia": unit}]})
        assert (("tong_gia_tri", "warning", "MAY_BE_EXEMPT") in found) == warned


def test_only_discounts_have_no_prizes() -> None:
    assert codes(example("giam-gia")) == []
    for kind in ("hang_mau", "tang", "phieu_mua_hang", "phieu_du_thi", "khach_hang", "van_hoa"):
        data = {k: v for k, v in example().items() if k not in ("giai_thuong", "ty_le", "tap_trung")}
        assert ("giai_thuong", "error", "TOO_FEW_ROWS") in codes(data | {"hinh_thuc": kind})


def test_the_next_notice_begins_with_the_trader_and_its_provinces() -> None:
    begun = roll_forward(template(), None, Form.load(template(), None, example()).values)
    assert begun["mst"] == example()["mst"]
    assert len(begun["dia_ban"]) == 2
    for name in ("so", "ngay_lap", "ten_chuong_trinh", "giai_thuong", "tu_ngay", "tong_gia_tri"):
        assert not begun.get(name), name


def test_what_is_unsure_is_said() -> None:
    [notice] = template().unconfirmed(None, TODAY)
    assert notice.unconfirmed == ("print",)
    assert "239/2026/NĐ-CP" in notice.text.vi
    assert "PROMOTION_EACH_PROVINCE" in [n.code for n in template().notices(None, TODAY)]
    assert template().identity.tax_code == "mst"


def test_each_field_says_what_it_is_and_how_sure() -> None:
    for field in template().definition.fields.values():
        assert field.label.vi
        assert field.label.en
        assert len(field.help.vi) > 12, field.path
        assert len(field.help.en) > 8, field.path
        assert field.confidence in ("H", "M", "P"), field.path
        assert field.source, field.path


def test_its_procedure_offers_it() -> None:
    record = Procedure.from_json(json.loads((RESOURCES / "procedures" / "2.000033.json").read_bytes()))
    assert record.code in template().procedures
    [case] = record.cases
    assert [(c.template, c.required, c.sign) for c in case.components] == [(ID, True, True)]
    assert any("chưa xác nhận" in note.lower() for note in record.notes)
    assert {channel.method for channel in record.channels} == {"online", "direct", "post"}
