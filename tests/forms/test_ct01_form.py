"""The residence declaration CT01: its two versions, whose consent it asks for, and its procedures."""

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

ID = "cu-tru/ct01"
OLD, NEW = date(2026, 6, 30), date(2026, 7, 1)
TODAY = date(2026, 11, 22)


def template(day: date = TODAY) -> Template:
    return load(bundled_library().choose(ID, None, day))


def example(name: str, day: date = TODAY) -> dict[str, Any]:
    return dict(next(found for found in template(day).examples if found.name == name).data)


def form(data: dict[str, Any], day: date = TODAY) -> Form:
    return Form.load(template(day), None, data, today=TODAY)


def errors(data: dict[str, Any], day: date = TODAY) -> list[tuple[str, str]]:
    return sorted((p.path, p.code) for p in form(data, day).errors)


@pytest.mark.parametrize("day", [OLD, NEW])
def test_examples_come_out_as_they_say(day: date) -> None:
    found = template(day)
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert list(lint(found.ref.path)) == []


def test_the_version_is_chosen_by_the_day() -> None:
    assert (template(date(2025, 7, 1)).version, template(OLD).version) == ("tt53-1", "tt53-1")
    assert (template(NEW).version, template(TODAY).version) == ("tt116-1", "tt116-1")
    assert "53/2025/TT-BCA" in {one.number for one in template(OLD).legal_basis}
    assert "116/2026/TT-BCA" in {one.number for one in template(NEW).legal_basis}


def test_the_eleven_items_are_there_in_order() -> None:
    numbers = [f.code for f in template().definition.form_fields.values() if f.code and f.code.isdigit()]
    assert numbers == [str(n) for n in range(1, 11)]
    assert "thanh_vien" in template().definition.tables


def test_the_head_of_a_household_is_not_asked_for_twice() -> None:
    made = form(example("chu-ho"))
    assert made.errors == []
    assert not made.visible("ten_chu_ho")
    assert not made.visible("so_dinh_danh_chu_ho")
    found = errors(example("chu-ho") | {"quan_he": "vo"})
    assert found == [("so_dinh_danh_chu_ho", "REQUIRED_MISSING"), ("ten_chu_ho", "REQUIRED_MISSING")]


@pytest.mark.parametrize(
    ("case", "head", "owner"), [("cua_minh", False, False), ("nguoi_than", True, True), ("thue_muon", False, True)]
)
def test_whose_consent_is_asked_for(case: str, head: bool, owner: bool) -> None:
    bare = {k: v for k, v in example("ve-o-voi-cha").items() if not k.startswith("y_kien")} | {"truong_hop": case}
    found = errors(bare)
    assert (("y_kien_chu_ho", "REQUIRED_MISSING") in found) == head
    assert (("y_kien_chu_so_huu", "REQUIRED_MISSING") in found) == owner


def test_since_2026_a_child_under_6_joins_its_parents_without_the_heads_consent() -> None:
    data = example("duoi-6-tuoi")
    assert errors(data) == []
    assert errors(data, OLD) == [("y_kien_chu_ho", "REQUIRED_MISSING"), ("y_kien_chu_so_huu", "REQUIRED_MISSING")]
    older = data | {"ngay_sinh": "2018-08-08", "so_dinh_danh": "001318888888"}
    assert ("y_kien_chu_ho", "REQUIRED_MISSING") in errors(older)


@pytest.mark.parametrize(("born", "asked"), [("2008-11-23", True), ("2008-11-22", False)])
def test_a_minor_needs_a_parent(born: str, asked: bool) -> None:
    data = example("chu-ho") | {"ngay_sinh": born, "so_dinh_danh": "001308888888"}
    assert (("y_kien_cha_me", "REQUIRED_MISSING") in errors(data)) == asked


def test_names_of_those_who_consent_are_asked_for_only_with_vneid() -> None:
    for how in ("to_khai", "van_ban", "nguoi_ke_khai"):
        made = form(example("chu-ho") | {"truong_hop": "thue_muon", "y_kien_chu_so_huu": how})
        assert made.errors == []
        assert not made.visible("chu_so_huu_ten")
    found = errors(example("chu-ho") | {"truong_hop": "thue_muon", "y_kien_chu_so_huu": "vneid"})
    assert found == [("chu_so_huu_so", "REQUIRED_MISSING"), ("chu_so_huu_ten", "REQUIRED_MISSING")]


@pytest.mark.parametrize(
    ("until", "code"),
    [("2026-08-18", "TEMPORARY_UNDER_30_DAYS"), ("2026-08-19", None), ("2028-07-20", None),
     ("2028-07-21", "TEMPORARY_OVER_TWO_YEARS")],
)  # fmt: skip
def test_temporary_residence_lasts_30_days_to_2_years(until: str, code: str | None) -> None:
    data = example("chu-ho") | {"loai": "tam_tru", "den_ngay": until}
    assert [p.code for p in form(data).check()] == ([code] if code else [])


def test_only_a_newborn_may_have_no_number() -> None:
    child = {"ho_ten": "TRẺ EM", "gioi_tinh": "nam", "quan_he": "Con"}
    assert errors(example("chu-ho") | {"thanh_vien": [child | {"ngay_sinh": "2026-10-01"}]}) == []
    found = errors(example("chu-ho") | {"thanh_vien": [child | {"ngay_sinh": "2026-09-01"}]})
    assert found == [("thanh_vien[0].so_dinh_danh", "REQUIRED_MISSING")]


def test_messages_name_the_values() -> None:
    found = {p.code: p.message.vi for p in form(example("fail-tam-tru")).errors}
    assert "31/12/2028" in found["TEMPORARY_OVER_TWO_YEARS"]
    assert "20/07/2026" in found["TEMPORARY_OVER_TWO_YEARS"]


def test_it_is_of_a_person_who_need_not_sign_online() -> None:
    found = template()
    assert (found.identity.personal_id, found.identity.tax_code, found.identity.name) == (
        "so_dinh_danh",
        None,
        "ho_ten",
    )
    assert [(s.mark, s.required) for s in found.signers] == [
        ("nguoi_ke_khai", False), ("chu_ho", False), ("chu_so_huu", False), ("cha_me", False),
    ]  # fmt: skip
    assert [n.code for n in found.notices(None, TODAY)] == ["CT01_SIGNING", "CT01_PORTAL_LAGS"]
    facts = {"name": "Trần Thị Ví Dụ", "personal_id": "001198888888", "sex": "nu", "birth_date": "1998-08-08"}
    made = form({})
    assert {one.path for one in prefill(made, facts, set(facts))} == {
        "ho_ten",
        "so_dinh_danh",
        "gioi_tinh",
        "ngay_sinh",
    }
    assert made.values["ho_ten"] == "TRẦN THỊ VÍ DỤ"


def test_the_next_declaration_begins_with_the_person_alone() -> None:
    begun = roll_forward(template(), None, form(example("complete")).values)
    assert {k for k, v in begun.items() if v} == {
        "kinh_gui", "ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "dien_thoai", "email", "noi_lap", "cach_nop",
    }  # fmt: skip


def test_each_field_says_what_it_is_and_how_sure() -> None:
    for day in (OLD, NEW):
        for field in template(day).definition.fields.values():
            assert field.label.vi
            assert field.label.en
            assert len(field.help.vi) > 12, field.path
            assert len(field.help.en) > 10, field.path
            assert field.confidence in ("H", "M", "P"), field.path


@pytest.mark.parametrize(("code", "days", "fees"), [("1.004222", 7, (10000, 20000)), ("1.004194", 3, (7000, 15000))])
def test_its_procedures_offer_it(code: str, days: int, fees: tuple[int, int]) -> None:
    record = Procedure.from_json(json.loads((RESOURCES / "procedures" / f"{code}.json").read_bytes()))
    assert code in template().procedures
    for case in record.cases:
        first = case.components[0]
        assert (first.template, first.required, first.sign) == (ID, True, False)
    assert {channel.time for channel in record.channels} == {days}
    assert tuple(sorted(fee.amount for channel in record.channels for fee in channel.fees)) == fees  # type: ignore[type-var]
    assert {channel.method for channel in record.channels} == {"online", "direct"}
    assert any("chưa xác nhận" in note.lower() for note in record.notes)
    housing = [c for case in record.cases for c in case.components if c.id == "cho-o"]
    assert housing
    assert all(c.replaced_by_data for c in housing)
