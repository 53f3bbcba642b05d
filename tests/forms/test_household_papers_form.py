"""The household papers that follow registration: forms 3, 4 and 5, their dates and their procedures."""

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

PAUSE, END, COPY = "dkkd/tam-ngung-ho-kinh-doanh", "dkkd/cham-dut-ho-kinh-doanh", "dkkd/cap-lai-ho-kinh-doanh"
PAPERS = {PAUSE: "1.001570", END: "1.001266", COPY: "2.000575"}
BEFORE, AFTER = date(2026, 8, 20), date(2026, 8, 21)


def template(id: str) -> Template:
    return load(bundled_library().choose(id, None, AFTER))


def example(id: str, name: str = "complete") -> dict[str, Any]:
    return dict(next(found for found in template(id).examples if found.name == name).data)


def codes(id: str, data: dict[str, Any]) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in Form.load(template(id), None, data).check())


@pytest.mark.parametrize("id", PAPERS)
def test_examples_come_out_as_they_say(id: str) -> None:
    found = template(id)
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert list(lint(found.ref.path)) == []


@pytest.mark.parametrize("id", PAPERS)
def test_from_21_august_the_form_is_shown_as_unsure(id: str) -> None:
    assert [n.code for n in template(id).unconfirmed(None, BEFORE)] == []
    [notice] = template(id).unconfirmed(None, AFTER)
    assert notice.unconfirmed == ("form",)
    assert "121/2026/TT-BTC" in notice.text.vi
    assert "121/2026/TT-BTC" in notice.text.en


def test_the_end_of_a_business_begins_at_the_tax_office() -> None:
    notices = template(END).notices(None, BEFORE)
    assert [n.code for n in notices] == ["HOUSEHOLD_TAX_FIRST"]
    assert "cơ quan thuế" in notices[0].text.vi
    assert template(END).unconfirmed(None, BEFORE) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"tam_ngung_tu": "2026-07-23"}, []),  # Monday; Tuesday, Wednesday, Thursday
        ({"tam_ngung_tu": "2026-07-22"}, [("tam_ngung_tu", "warning", "SUSPENSION_NOTICE_TOO_LATE")]),
        ({"tam_ngung_den": "2027-07-31"}, []),
        ({"tam_ngung_den": "2027-08-01"}, [("tam_ngung_den", "warning", "SUSPENSION_A_DAY_OVER_A_YEAR")]),
        ({"tam_ngung_den": "2027-08-02"}, [("tam_ngung_den", "error", "SUSPENSION_OVER_A_YEAR")]),
        ({"tam_ngung_den": "2026-08-01"}, [("tam_ngung_den", "error", "SUSPENSION_ENDS_BEFORE_IT_BEGINS")]),
    ],
)
def test_dates_of_a_suspension(change: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    assert codes(PAUSE, example(PAUSE) | change) == expected


def test_days_off_are_skipped_before_a_suspension() -> None:
    data = example(PAUSE) | {"ngay_lap": "2026-11-20", "tam_ngung_den": "2027-01-31"}  # a Friday; Tuesday 24 is off
    assert ("tam_ngung_tu", "warning", "SUSPENSION_NOTICE_TOO_LATE") in codes(
        PAUSE, data | {"tam_ngung_tu": "2026-11-25"}
    )
    assert not [code for _, _, code in codes(PAUSE, data | {"tam_ngung_tu": "2026-11-26"}) if code.endswith("LATE")]


def test_suspension_and_resumption_do_not_mix() -> None:
    data = example(PAUSE) | {"loai": "tiep_tuc", "tiep_tuc_tu": "2026-07-27", "ly_do_tiep_tuc": "Đã sửa xong"}
    made = Form.load(template(PAUSE), None, data)
    assert made.errors == []
    assert not made.visible("tam_ngung_tu")
    assert made.visible("tiep_tuc_tu")


def test_messages_name_the_dates() -> None:
    [problem] = Form.load(template(PAUSE), None, example(PAUSE) | {"tam_ngung_den": "2027-08-02"}).errors
    assert "01/08/2026" in problem.message.vi
    assert "02/08/2027" in problem.message.vi


@pytest.mark.parametrize("id", PAPERS)
def test_another_such_paper_begins_with_who_and_where(id: str) -> None:
    begun = roll_forward(template(id), None, Form.load(template(id), None, example(id)).values)
    assert begun["ten_ho_kinh_doanh"] == example(id)["ten_ho_kinh_doanh"]
    assert begun["ma_so"] == example(id)["ma_so"]
    for name in ("ngay_lap", "cam_ket", "ly_do", "tam_ngung_tu", "ly_do_tam_ngung"):
        assert not begun.get(name), name


@pytest.mark.parametrize("id", PAPERS)
def test_each_field_says_what_it_is_and_how_sure(id: str) -> None:
    for field in template(id).definition.fields.values():
        assert field.label.vi
        assert field.label.en
        assert len(field.help.vi) > 15, field.name
        assert len(field.help.en) > 10, field.name
        assert field.confidence, field.name


@pytest.mark.parametrize(("id", "code"), PAPERS.items())
def test_its_procedure_offers_it(id: str, code: str) -> None:
    procedure = Procedure.from_json(json.loads((RESOURCES / "procedures" / f"{code}.json").read_bytes()))
    assert procedure.code in template(id).procedures
    for case in procedure.cases:
        assert (case.components[0].template, case.components[0].required, case.components[0].sign) == (id, True, True)
        for component in case.components[1:]:
            assert component.template is None
            assert component.note
    assert "cấp xã" in procedure.agencies[0]
    assert any("chưa xác nhận" in note.lower() for note in procedure.notes)
    for part in (
        procedure.fields, procedure.agencies, procedure.subjects, procedure.steps, procedure.channels, procedure.cases,
        procedure.results, procedure.legal_basis, procedure.requirements, procedure.receiving_place,
    ):  # fmt: skip
        assert part
    assert {channel.method for channel in procedure.channels} == {"online", "direct", "post"}


def test_a_suspension_is_confirmed_in_one_working_day() -> None:
    procedure = Procedure.from_json(json.loads((RESOURCES / "procedures" / "1.001570.json").read_bytes()))
    assert {(channel.time, channel.unit) for channel in procedure.channels} == {(1, "working_day")}
    assert [case.id for case in procedure.cases] == ["tam-ngung", "tiep-tuc"]
