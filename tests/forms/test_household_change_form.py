"""Form 2: changes of a household business, part by part."""

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

ID = "dkkd/thay-doi-ho-kinh-doanh"
PARTS = (
    "doi_ten", "doi_tru_so", "doi_chu_ho", "doi_thanh_vien", "doi_von", "doi_nganh", "doi_thue", "cap_nhat", "cap_doi",
)  # fmt: skip


def template() -> Template:
    return load(bundled_library().choose(ID, None, date(2026, 11, 21)))


def example(name: str) -> dict[str, Any]:
    return dict(next(found for found in template().examples if found.name == name).data)


def form(data: dict[str, Any]) -> Form:
    return Form.load(template(), None, data)


def codes(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in form(data).check())


def test_examples_come_out_as_they_say() -> None:
    found = template()
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert list(lint(found.ref.path)) == []


def test_from_21_august_the_form_is_shown_as_unsure() -> None:
    assert template().unconfirmed(None, date(2026, 8, 20)) == []
    [notice] = template().unconfirmed(None, date(2026, 8, 21))
    assert notice.unconfirmed == ("form",)
    assert "121/2026/TT-BTC" in notice.text.vi


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_open_only_when_chosen(part: str) -> None:
    bare = {k: v for k, v in example("doi-ten").items() if k not in ("doi_ten", "ten_moi")}
    closed = form(bare | dict.fromkeys(PARTS, False))
    opened = form(bare | dict.fromkeys(PARTS, False) | {part: True})
    definition = template().definition
    names = [*definition.form_fields, *definition.tables]
    more = {name for name in names if opened.visible(name)} - {name for name in names if closed.visible(name)}
    assert more, part
    assert opened.errors, "a chosen part must be filled in"
    assert [p.code for p in closed.errors] == ["NOTHING_CHOSEN"]


def test_what_is_hidden_again_is_not_checked() -> None:
    data = example("doi-von") | {"von_moi": 0, "doi_von": False, "cap_nhat": True, "noi_dung_cap_nhat": "Bổ sung"}
    assert form(data).errors == []
    assert {code for _, _, code in codes(data)} == {"HIDDEN_VALUE"}


def test_a_telephone_is_required_with_the_new_head_office() -> None:
    data = {k: v for k, v in example("doi-tru-so").items() if k != "ts_dien_thoai"}
    assert codes(data) == [("ts_dien_thoai", "error", "REQUIRED_MISSING")]
    field = template().definition.form_fields["ts_dien_thoai"]
    assert field.source is not None
    assert "101" in field.source


def test_without_a_number_the_owner_before_declares_residence() -> None:
    assert form(example("chu-ho-chet")).errors == []
    data = {k: v for k, v in example("chu-ho-chet").items() if k != "cu_noi_o_xa"}
    assert [(p.path, p.code) for p in form(data).errors] == [("cu_noi_o_xa", "REQUIRED_MISSING")]
    assert not form(example("doi-chu-ho")).visible("cu_dan_toc")


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-07-10", []), ("2026-07-09", ["CHANGE_FILED_LATE"]), ("2026-07-21", ["CAPITAL_CHANGE_AFTER_REQUEST"])],
)
def test_ten_days_from_the_change_of_capital(day: str, expected: list[str]) -> None:
    assert [code for _, _, code in codes(example("doi-von") | {"thoi_diem_von": day})] == expected


def test_at_most_one_main_line_over_what_is_added_and_amended() -> None:
    amended = {"nganh_chinh_sua": [{"ten_nganh": "Bán lẻ", "ma_nganh": "4711"}]}
    assert ("nganh_bo_sung", "error", "MORE_THAN_ONE_MAIN_TRADE") in codes(example("doi-nganh") | amended)


def test_the_new_owner_is_another_person() -> None:
    data = example("doi-chu-ho")
    assert codes(data) == []
    same = data | {"moi_so_dinh_danh": data["cu_so_dinh_danh"], "moi_ngay_sinh": "1999-09-09", "moi_gioi_tinh": "nam"}
    assert codes(same) == [("moi_so_dinh_danh", "error", "OWNER_UNCHANGED")]


def test_18_years_to_the_day() -> None:
    data = example("doi-chu-ho") | {"moi_so_dinh_danh": "001308888888"}
    assert codes(data | {"moi_ngay_sinh": "2008-07-20"}) == []
    assert codes(data | {"moi_ngay_sinh": "2008-07-21"}) == [("moi_ngay_sinh", "warning", "OWNER_UNDER_18")]


def test_messages_and_rules_name_what_the_reader_sees() -> None:
    [problem] = form(example("doi-von") | {"thoi_diem_von": "2026-07-09"}).check()
    assert "20/07/2026" in problem.message.vi
    assert "09/07/2026" in problem.message.vi


def test_facts_of_the_client_are_offered() -> None:
    made = form({})
    facts = {"name": "HỘ KINH DOANH ÁNH SAO", "tax_code": "001099999999", "legal_representative": "NGUYỄN VĂN A"}
    done = {one.path: one.value for one in prefill(made, facts, set(facts))}
    assert done["ten_ho_kinh_doanh"] == "HỘ KINH DOANH ÁNH SAO"
    assert done["ma_so"] == "001099999999"


def test_the_next_request_begins_with_who_and_where() -> None:
    begun = roll_forward(template(), None, form(example("complete")).values)
    assert begun["ten_ho_kinh_doanh"]
    assert not any(begun.get(part) for part in (*PARTS, "cam_ket", "ngay_lap", "ten_moi", "thanh_vien"))


def test_each_field_says_what_it_is_and_how_sure() -> None:
    for field in template().definition.fields.values():
        assert field.label.vi
        assert field.label.en
        assert len(field.help.vi) > 12, field.path
        assert len(field.help.en) > 10, field.path
        assert field.confidence, field.path


def test_its_procedure_has_a_case_for_each_kind_of_change() -> None:
    record = json.loads((RESOURCES / "procedures" / "2.000720.json").read_bytes())
    procedure = Procedure.from_json(record)
    assert procedure.code in template().procedures
    assert [case.id for case in procedure.cases] == ["thong-thuong", "doi-chu-ho", "chu-ho-chet", "doi-thanh-vien"]
    for case in procedure.cases:
        assert (case.components[0].template, case.components[0].sign) == (ID, True)
    required = {case.id: [c.id for c in case.components if c.required] for case in procedure.cases}
    assert required["thong-thuong"] == ["giay-de-nghi"]
    assert required["chu-ho-chet"] == ["giay-de-nghi", "uy-quyen-thanh-vien", "giay-chung-tu"]
    assert {(channel.time, channel.unit) for channel in procedure.channels} == {(3, "working_day")}
