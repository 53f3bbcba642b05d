"""The report on the use of labour, form 01/PLI: its 27 columns, its time limits, and its procedure record."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from forms.bundled import RESOURCES
from forms.form import Form
from forms.prefill import prefill, roll_forward
from forms.procedure import Procedure
from forms.template import Template, bundled_library, lint, load, run_examples

ID = "lao-dong/01-pli"
TODAY = date(2026, 12, 20)


def template() -> Template:
    return load(bundled_library().choose(ID, None, TODAY))


def example(name: str = "complete") -> dict[str, Any]:
    return dict(next(found for found in template().examples if found.name == name).data)


def codes(data: dict[str, Any], today: date = TODAY) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in Form.load(template(), None, data, today=today).check())


def worker(**change: Any) -> dict[str, Any]:
    row = {**example("ca-nam")["lao_dong"][0], **change}
    return example("ca-nam") | {"lao_dong": [{key: value for key, value in row.items() if value is not None}]}


def test_examples_come_out_as_they_say() -> None:
    found = template()
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert list(lint(found.ref.path)) == []


def test_its_columns_are_those_of_the_labour_list() -> None:
    ours = {field.name: field for field in template().definition.tables["lao_dong"].columns}
    listed = load(bundled_library().choose("bhxh/d02-lt", None, TODAY)).definition.tables["tang"].columns
    theirs = {field.name: field for field in listed if field.name not in ("kem_tk1_ts", "phuong_an")}
    assert list(ours) == list(theirs)
    for name, field in ours.items():
        assert (field.kind, field.code) == (theirs[name].kind, theirs[name].code), name
    # 27 columns: the row's number is counted, (8)–(11) are one choice.
    assert [field.code for field in ours.values()] == [
        *(f"({n})" for n in range(2, 8)), "(8)–(11)", *(f"({n})" for n in range(12, 28)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "late"),
    [
        ({"ky": "6_thang", "nam_bao_cao": 2026, "ngay_lap": "2026-06-04"}, False),
        ({"ky": "6_thang", "nam_bao_cao": 2026, "ngay_lap": "2026-06-05"}, True),
        ({"ky": "6_thang", "nam_bao_cao": 2025, "ngay_lap": "2026-01-10"}, True),
        ({"ky": "6_thang", "nam_bao_cao": 2026, "ngay_lap": "2026-01-31"}, False),
        ({"ky": "ca_nam", "nam_bao_cao": 2026, "ngay_lap": "2026-12-04"}, False),
        ({"ky": "ca_nam", "nam_bao_cao": 2026, "ngay_lap": "2026-12-05"}, True),
        ({"ky": "ca_nam", "nam_bao_cao": 2025, "ngay_lap": "2026-03-01"}, True),
        ({"ky": "ca_nam", "nam_bao_cao": 2026, "ngay_lap": "2026-06-30"}, False),
    ],
)
def test_the_last_good_days_are_4_june_and_4_december(change: dict[str, Any], late: bool) -> None:
    assert (("ngay_lap", "warning", "REPORT_LATE") in codes(example("ca-nam") | change)) == late


def test_each_worker_has_one_group_and_one_contract() -> None:
    assert codes(worker()) == []
    assert codes(worker(vi_tri=None)) == [("lao_dong[0].vi_tri", "error", "REQUIRED_MISSING")]
    found = codes(worker(hd_thoi_han_tu="2026-01-01", hd_thoi_han_den="2026-12-31"))
    assert found == [("lao_dong[0].hd_khong_thoi_han", "error", "MORE_THAN_ONE_CONTRACT")]
    found = codes(worker(hd_khong_thoi_han=None))
    assert found == [("lao_dong[0].hd_khong_thoi_han", "warning", "NO_CONTRACT")]


def test_a_fixed_term_is_at_most_36_months() -> None:
    for end, over in (("2026-12-31", False), ("2027-01-01", False), ("2027-01-02", True)):
        found = codes(worker(hd_khong_thoi_han=None, hd_thoi_han_tu="2024-01-01", hd_thoi_han_den=end))
        assert bool(found) == over, end


def test_messages_name_the_row_and_the_values() -> None:
    form = Form.load(template(), None, worker(dong_den="2019-12"))
    [problem] = form.errors
    assert problem.message.vi == "Dòng 1: cột 26 (12/2019) trước cột 25 (02/2020)."


def test_the_next_report_begins_with_the_same_people_but_not_the_same_period() -> None:
    begun = roll_forward(template(), None, Form.load(template(), None, example()).values)
    assert [row["ho_ten"] for row in begun["lao_dong"]] == [row["ho_ten"] for row in example()["lao_dong"]]
    for name in ("so", "ngay_lap", "ky", "nam_bao_cao", "tong_so"):
        assert not begun.get(name), name


def test_the_employer_is_filled_in_with_consent() -> None:
    facts = {
        "name": "CÔNG TY VÍ DỤ",
        "tax_code": "0999999888",
        "legal_representative": "Lê Văn Mẫu",
        "phone": "0912345678",
    }
    form = Form.load(template(), None, {})
    assert {one.path for one in prefill(form, facts, {"name", "tax_code", "legal_representative"})} == {
        "ten_don_vi", "mst", "nguoi_dai_dien",
    }  # fmt: skip
    assert template().identity.tax_code == "mst"


def test_the_look_is_shown_as_unsure_and_the_receivers_changed_in_2025() -> None:
    [notice] = template().unconfirmed(None, TODAY)
    assert notice.unconfirmed == ("print",)
    assert template().effective_from == date(2025, 7, 1)
    assert "129/2025/NĐ-CP" in {one.number for one in template().legal_basis}


def test_each_field_says_what_it_is_and_how_sure() -> None:
    for field in template().definition.fields.values():
        assert field.label.vi
        assert field.label.en
        assert len(field.help.vi) > 12, field.path
        assert len(field.help.en) > 10, field.path
        assert field.confidence in ("H", "M", "P", "G"), field.path


def test_its_procedure_offers_it_and_says_that_it_has_no_code() -> None:
    record = Procedure.from_json(json.loads((RESOURCES / "procedures" / "01-PLI.json").read_bytes()))
    assert record.code in template().procedures
    [case] = record.cases
    assert [(c.template, c.required, c.sign) for c in case.components] == [(ID, True, True)]
    assert any("không phải mã thủ tục" in note for note in record.notes)
    assert any("chưa xác nhận" in note.lower() for note in record.notes)
    assert {channel.method for channel in record.channels} == {"online", "direct", "post"}
    assert {fee.amount for channel in record.channels for fee in channel.fees} == {0}
