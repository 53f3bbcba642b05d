"""The labour list D02-LT: its 27 columns, what is required, coefficients beside đồng, totals, what stays open."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from forms.form import Form
from forms.prefill import prefill, roll_forward
from forms.template import Template, bundled_library, lint, load, run_examples

TODAY = date(2026, 11, 22)
SUMMED = {"luong": 12, "pc_chuc_vu": 13, "pc_luong": 16, "bo_sung": 17}


@cache
def template() -> Template:
    return load(bundled_library().choose("bhxh/d02-lt", None, TODAY))


def complete() -> dict[str, Any]:
    assert template().example is not None
    return dict(template().example.data)  # type: ignore[union-attr]  # asserted above


def form(data: dict[str, Any]) -> Form:
    return Form.load(template(), None, data, today=TODAY)


def with_row(group: str = "tang", *, without: str = "", **change: Any) -> Form:
    row = {name: value for name, value in (complete()["tang"][0] | change).items() if name != without}
    return form(complete() | {"tang": [], "giam": [], group: [row]})


def codes(made: Form) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in made.check())


def test_examples_come_out_as_they_say() -> None:
    assert [(r.name, r.differences) for r in run_examples(template()) if not r.ok] == []
    assert [f for f in lint(template().ref.path) if f.severity == "error"] == []


def test_every_rule_has_an_example_that_breaks_it() -> None:
    broken = {code for example in template().examples for code in example.problems or ()}
    assert {rule.code for rule in template().definition.rules} - broken == set()


def test_the_complete_example_is_a_fictional_company_without_a_problem() -> None:
    made = form(complete())
    assert (made.values["mst"], made.values["ten_don_vi"]) == ("0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)")
    assert codes(made) == []
    assert made.values["tang"]
    assert made.values["giam"]


@pytest.mark.parametrize("group", ["tang", "giam"])
def test_every_column_of_the_paper_has_a_place(group: str) -> None:
    found: list[int] = []
    for column in template().definition.tables[group].columns:
        low, _, high = (column.code or "").replace("(", "").replace(")", "").partition("–")
        if low:
            found += range(int(low), int(high or low) + 1)
    assert found == list(range(2, 28))  # column 1 is the number of the row


def test_each_field_says_what_it_is_in_both_languages() -> None:
    for field in template().definition.fields.values():
        assert field.label.vi
        assert field.label.en
        assert len(field.help.vi) > 15, field.path
        assert len(field.help.en) > 10, field.path


@pytest.mark.parametrize("name", ["ho_ten", "ma_so_bhxh", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "chuc_vu", "luong"])
@pytest.mark.parametrize("group", ["tang", "giam"])
def test_columns_2_to_7_and_12_are_required(group: str, name: str) -> None:
    assert codes(with_row(group, without=name)) == [(f"{group}[0].{name}", "error", "REQUIRED_MISSING")]


def test_a_person_with_a_tk1_needs_no_number_yet() -> None:
    assert codes(with_row(without="ma_so_bhxh", kem_tk1_ts=True)) == []
    made = with_row(without="ma_so_bhxh")
    made.set("tang[0].kem_tk1_ts", True)
    assert made.errors == []
    assert not made.required("tang[0].ma_so_bhxh")


@pytest.mark.parametrize("group", ["tang", "giam"])
def test_column_25_is_only_asked_for_and_27_is_free(group: str) -> None:
    assert codes(with_row(group, without="dong_tu")) == [(f"{group}[0].dong_tu", "warning", "CONTRIBUTION_START_EMPTY")]
    assert codes(with_row(group, without="ghi_chu")) == []


@pytest.mark.parametrize(
    ("given", "held", "summed"),
    [
        (12_500_000, 12_500_000, 12_500_000),
        ("2.34", "2.34", 0),
        ("4.98", "4.98", 0),
        ("100", "100", 0),
        (100, "100", 0),
        (101, 101, 101),
        ("12500000", 12_500_000, 12_500_000),
        ("6500000.0", 6_500_000, 6_500_000),
        (2.34, "2.34", 0),
    ],
)
def test_up_to_100_is_a_coefficient_and_above_it_dong(given: object, held: object, summed: int) -> None:
    made = with_row(luong=given)
    assert made.values["tang"][0]["luong"] == held
    assert made.values["tang_luong"] == summed
    assert made.column_total("tang", "luong") == summed
    assert made.errors == []


def test_pay_that_cannot_be_is_refused_and_odd_pay_is_asked_about() -> None:
    assert codes(with_row(luong=0)) == [("tang[0].luong", "error", "PAY_NOT_POSITIVE")]
    assert [p.severity for p in with_row(luong=-5_000_000).check()] == ["error", "error"]
    assert [p.code for p in with_row(luong="-2.34").errors] == ["TOO_SMALL", "PAY_NOT_POSITIVE"]
    assert codes(with_row(luong="2,34")) == [("tang[0].luong", "error", "WRONG_TYPE")]
    assert codes(with_row(luong="7500000.5")) == [("tang[0].luong", "error", "NOT_WHOLE")]
    assert codes(with_row(luong=7_500)) == [("tang[0].luong", "warning", "PAY_UNUSUALLY_SMALL")]
    assert codes(with_row(luong="75")) == [("tang[0].luong", "warning", "COEFFICIENT_UNUSUAL")]
    assert codes(with_row(luong="13")) == []
    assert [p.code for p in with_row(luong=10**15).errors] == ["NUMBER_TOO_LARGE"]


def test_the_number_of_a_person_is_compared_and_a_passport_is_taken() -> None:
    assert codes(with_row(so_dinh_danh="X9999999")) == []
    assert codes(with_row(so_dinh_danh="x9999999")) == [("tang[0].so_dinh_danh", "error", "PERSONAL_ID_FORMAT")]
    assert codes(with_row(so_dinh_danh="012345678")) == [("tang[0].so_dinh_danh", "error", "PERSONAL_ID_OLD")]
    assert codes(with_row(ngay_sinh="1991-03-14")) == [("tang[0].so_dinh_danh", "warning", "PERSONAL_ID_BIRTH")]
    assert codes(with_row(gioi_tinh="nam")) == [("tang[0].so_dinh_danh", "warning", "PERSONAL_ID_SEX")]


def test_a_person_listed_twice_is_told_at_both_rows_until_one_goes() -> None:
    data = complete()
    made = form(data | {"tang": [data["tang"][0], data["tang"][3], data["tang"][0]]})
    assert [p.path for p in made.warnings] == [
        "tang[0].ma_so_bhxh", "tang[0].so_dinh_danh", "tang[2].ma_so_bhxh", "tang[2].so_dinh_danh",
    ]  # fmt: skip
    made.delete_row("tang", 2)
    assert made.check() == []


def test_without_a_person_there_is_no_list() -> None:
    made = form(complete() | {"tang": [], "giam": []})
    assert codes(made) == [("tang", "error", "LABOUR_LIST_EMPTY")]
    made.insert_row("giam", 0, complete()["giam"][0])
    assert made.check() == []


@pytest.mark.parametrize(
    ("change", "path", "severity", "code"),
    [
        ({"hd_khong_thoi_han": "", "hd_thoi_han_den": "2027-01-01"}, "hd_thoi_han_tu", "error", "REQUIRED_MISSING"),
        ({"hd_khong_thoi_han": "", "hd_khac_den": "2027-01-01"}, "hd_khac_tu", "error", "REQUIRED_MISSING"),
        ({"hd_thoi_han_tu": "2026-11-01", "hd_thoi_han_den": "2027-10-31"},
         "hd_khong_thoi_han", "warning", "MORE_THAN_ONE_CONTRACT"),
        ({"dong_tu": "11/2026"}, "dong_tu", "error", "BAD_MONTH"),
        ({"ghi_chu": "x" * 501}, "ghi_chu", "error", "TOO_LONG"),
        ({"chuc_vu": "x" * 501}, "chuc_vu", "error", "TOO_LONG"),
        ({"ho_ten": "x" * 101}, "ho_ten", "error", "TOO_LONG"),
        ({"vi_tri": "giam_doc"}, "vi_tri", "error", "NOT_AN_OPTION"),
    ],
)  # fmt: skip
def test_what_a_row_cannot_say(change: dict[str, Any], path: str, severity: str, code: str) -> None:
    assert (f"tang[0].{path}", severity, code) in codes(with_row(**change))


def people(count: int, seed: int) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    row = complete()["tang"][0]
    return [
        row
        | {
            "ma_so_bhxh": f"03{seed:02d}{number:06d}",
            "so_dinh_danh": f"00119099{seed % 10}{number:03d}"[:12],
            "luong": dice.choice((dice.randrange(1_000_000, 10**12), f"{dice.randrange(100, 1300) / 100:.2f}")),
            "pc_chuc_vu": dice.choice((0, dice.randrange(101, 10**9), "0.5")),
            "pc_luong": dice.randrange(0, 10**9),
            "bo_sung": dice.randrange(0, 10**9),
            "pc_vuot_khung": str(dice.randrange(0, 20)),
        }
        for number in range(count)
    ]


def sums(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {
        name: int(sum((Decimal(row[name]) for row in rows if isinstance(row[name], int)), Decimal(0)))
        for name in SUMMED
    }


def test_totals_of_500_rows_are_exact_and_stay_so() -> None:
    more, fewer = people(400, 1), people(100, 2)
    made = form(complete() | {"tang": more, "giam": fewer})
    dice = random.Random(3)
    for _ in range(40):
        index, name = dice.randrange(len(more)), dice.choice(list(SUMMED))
        more[index][name] = value = dice.randrange(1_000_000, 10**12)
        made.set(f"tang[{index}].{name}", value)
    made.delete_row("giam", 7)
    del fewer[7]
    values = made.values
    for group, rows in (("tang", more), ("giam", fewer)):
        assert values[f"so_{group}"] == len(rows)
        assert {name: values[f"{group}_{name}"] for name in SUMMED} == sums(rows)
        assert {name: made.column_total(group, name) for name in SUMMED} == sums(rows)
    assert form(made.entered()).values == values
    assert made.errors == []


def test_more_than_a_thousand_rows_are_told() -> None:
    made = form(complete() | {"tang": people(1, 1) * 1_001})
    assert "TOO_MANY_ROWS" in {p.code for p in made.errors}
    assert len(made.values["tang"]) == 1_000


def test_the_whole_form_is_unconfirmed_and_has_no_period() -> None:
    found = template()
    assert found.period_kinds == ()
    notices = found.unconfirmed(None, TODAY)
    assert [(n.code, n.unconfirmed) for n in notices] == [("D02_LT_UNCONFIRMED", ("form",))]
    assert "Chưa xác nhận" in notices[0].text.vi
    assert "1040/QĐ-BHXH" in notices[0].text.en


def test_facts_of_the_client_fill_the_head_and_the_next_list_begins_with_it() -> None:
    made = Form(template(), None)
    facts = {"tax_code": "0999999888", "name": "CÔNG TY VÍ DỤ", "social_insurance_unit": "TZ0000L"}
    prefill(made, facts, set(facts))
    assert (made.values["mst"], made.values["ten_don_vi"], made.values["ma_don_vi"]) == tuple(facts.values())
    begun = roll_forward(template(), None, form(complete()).values)
    assert begun["ma_don_vi"] == "TZ0000L"
    assert not begun.keys() & {"tang", "giam", "ngay_lap", "thang", "so"}
