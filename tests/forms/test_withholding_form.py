"""The return of tax withheld 05/KK-TNCN: known figures, sums, every rule, the choice of version."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forms.bundled import RESOURCES
from forms.errors import PeriodKindWrong
from forms.form import Form
from forms.period import Period
from forms.prefill import roll_forward
from forms.procedure import Procedure
from forms.template import Template, bundled_library, lint, load, run_examples

ID = "thue/05-kk-tncn"
RETURN_OF_NOVEMBER = {
    "ct16": 1817, "ct17": 1789, "ct19": 1250, "ct22": 20_058_722_974, "ct27": 11_011_650_470, "ct30": 114_075_169,
}  # fmt: skip


def template(period: str = "2026-05") -> Template:
    parsed = Period.parse(period)
    return load(bundled_library().choose(ID, parsed, parsed.last_day))


def form(data: dict[str, Any], period: str = "2026-05") -> Form:
    whole = {"mst": "0100686209", "tenNNT": "CÔNG TY VÍ DỤ"} | data
    return Form.load(template(period), Period.parse(period), whole)


def codes(made: Form) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in made.check())


def test_the_figures_of_a_real_return_agree() -> None:
    made = form(RETURN_OF_NOVEMBER, "2025-11")
    expected = {"ct18": 1250, "ct21": 20_058_722_974, "ct26": 11_011_650_470, "ct29": 114_075_169, "ct31": 0}
    assert {name: made.values[name] for name in expected} == expected
    assert codes(made) == []


def test_every_indicator_in_order_and_which_are_sums() -> None:
    fields = template().definition.form_fields
    for code in range(15, 33):
        assert fields[f"ct{code}"].code == f"[{code:02}]"
    sums = {name: field.calculated.source for name, field in fields.items() if field.calculated is not None}
    assert sums == {
        "ct18": "ct19 + ct20", "ct21": "ct22 + ct23", "ct26": "ct27 + ct28", "ct29": "ct30 + ct31",
    }  # fmt: skip
    assert form({}).explain("ct29", "vi") == "[29] = [30] + [31]"
    head = {f.code for f in fields.values() if f.code}
    assert {f"[{n:02}]" for n in range(2, 15)} <= head, "[01] is the period"


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        (RETURN_OF_NOVEMBER | {"ct17": 1818}, "ct17", "CT17_GREATER_THAN_CT16"),
        ({"ct22": 100, "ct24": 101}, "ct24", "CT24_GREATER_THAN_CT21"),
        ({"ct22": 100, "ct25": 101}, "ct25", "CT25_GREATER_THAN_CT21"),
        ({"ct22": 100, "ct27": 101}, "ct27", "CT27_GREATER_THAN_CT22"),
        ({"ct23": 100, "ct28": 101}, "ct28", "CT28_GREATER_THAN_CT23"),
        ({"ct32": 1}, "ct32", "CT32_GREATER_THAN_CT29"),
        ({"ct24": -1}, "ct24", "TOO_SMALL"),
    ],
)
def test_errors(data: dict[str, Any], path: str, code: str) -> None:
    found = form(data)
    assert [(p.path, p.code) for p in found.errors] == [(path, code)]
    for problem in found.check():
        assert problem.path in template().definition.fields


def test_one_more_withheld_from_a_non_resident_changes_the_given_total() -> None:
    found = form(RETURN_OF_NOVEMBER | {"ct31": 1, "ct29": 114_075_169})
    assert [(p.path, p.code) for p in found.errors] == [("ct29", "CALCULATED_DIFFERS")]


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        ({"ct16": 1, "ct19": 2, "ct22": 1}, "ct19", "CT18_GREATER_THAN_CT16"),
        ({"ct16": 1, "ct22": 9, "ct27": 9, "ct30": 1}, "ct19", "CT30_WITHOUT_CT19"),
        ({"ct16": 1, "ct23": 9, "ct28": 9, "ct31": 1}, "ct20", "CT31_WITHOUT_CT20"),
        ({"ct16": 1, "ct19": 1, "ct22": 9, "ct27": 1, "ct30": 2}, "ct30", "CT30_GREATER_THAN_CT27"),
        ({"ct16": 1, "ct20": 1, "ct23": 9, "ct28": 1, "ct31": 2}, "ct31", "CT31_GREATER_THAN_CT28"),
        ({"ct16": 1}, "ct22", "PEOPLE_WITHOUT_INCOME"),
        ({"ngayLapTKhai": "2026-05-31"}, "ngayLapTKhai", "PERIOD_NOT_OVER"),
        ({"ngayLapTKhai": "2026-06-02", "ngayKy": "2026-06-01"}, "ngayKy", "SIGNED_BEFORE_DRAWN_UP"),
    ],
)
def test_warnings(data: dict[str, Any], path: str, code: str) -> None:
    assert codes(form(data)) == [(path, "warning", code)]


@pytest.mark.parametrize("period", ["2022-01", "2025-11", "2026-06", "2026-Q1", "2026-Q2"])
def test_periods_before_july_2026_have_this_form(period: str) -> None:
    assert template(period).version == "tt80-1"
    assert template(period).unconfirmed(Period.parse(period), Period.parse("2026-11").last_day) == []


def test_there_are_no_months_since_july_2026() -> None:
    with pytest.raises(PeriodKindWrong):
        template("2026-07")


NEW = "2026-Q3"


def test_quarters_since_july_2026_have_the_new_form_shown_as_unsure() -> None:
    for period in (NEW, "2026-Q4", "2027-Q1"):
        assert template(period).version == "tt89-1"
    [notice] = template(NEW).unconfirmed(Period.parse(NEW), Period.parse(NEW).last_day)
    assert notice.unconfirmed == ("form",)
    assert "XML" in notice.text.vi
    assert "864" in notice.text.en
    assert template(NEW).outputs == ("pdf",)


def test_the_new_form_has_its_own_numbers_and_sums() -> None:
    fields = template(NEW).definition.form_fields
    for code in range(14, 46):
        assert fields[f"ct{code}"].code == f"[{code}]"
    sums = {name: field.calculated.source for name, field in fields.items() if field.calculated is not None}
    assert sums == {
        "ct17": "ct18 + ct19", "ct20": "ct21 + ct22", "ct24": "ct25 + ct26 + ct27 + ct28", "ct29": "ct30 + ct31",
        "ct32": "ct33 + ct34", "ct42": "ct43 + ct44",
    }  # fmt: skip
    # What the scan lost is not given as certain.
    assert {name for name, field in fields.items() if name.startswith("ct") and field.confidence != "H"} == {
        "ct20", "ct27", "ct29", "ct38", "ct39", "ct42",
    }  # fmt: skip


def test_nothing_of_the_old_numbers_gets_into_the_new_form() -> None:
    last = form(RETURN_OF_NOVEMBER | {"dchiNNT": "Số 1"}, "2026-Q2")
    begun = roll_forward(template(NEW), Period.parse(NEW), last.values)
    assert (begun["mst"], begun["dchiNNT"]) == ("0100686209", "Số 1")
    assert not any(begun.get(f"ct{code}") for code in range(14, 46))


def test_the_next_period_keeps_the_head_and_no_figure() -> None:
    last = form(RETURN_OF_NOVEMBER | {"dchiNNT": "Số 1", "ct15": True, "ngayKy": "2026-06-15", "nguoiKy": "Người Ký"})
    begun = roll_forward(template("2026-06"), Period.parse("2026-06"), last.values)
    assert (begun["mst"], begun["dchiNNT"], begun["ct15"], begun["nguoiKy"]) == ("0100686209", "Số 1", True, "Người Ký")
    assert not begun.get("ngayKy")
    assert not any(begun.get(f"ct{code}") for code in range(16, 33))


@pytest.mark.parametrize("period", ["2026-05", NEW])
def test_examples_come_out_as_they_say(period: str) -> None:
    found = template(period)
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert [f for f in lint(found.ref.path) if f.severity == "error"] == []


@pytest.mark.parametrize("period", ["2026-05", NEW])
def test_each_field_says_what_it_is_and_how_sure(period: str) -> None:
    for field in template(period).definition.fields.values():
        assert field.label.vi
        assert field.label.en
        assert len(field.help.vi) > 15, field.name
        assert len(field.help.en) > 10, field.name
        assert field.confidence, field.name


def test_the_procedure_offers_the_form_in_both_cases() -> None:
    record = json.loads((RESOURCES / "procedures" / "1.008347.json").read_bytes())
    procedure = Procedure.from_json(record)
    assert [case.id for case in procedure.cases] == ["lan-dau", "bo-sung"]
    for case in procedure.cases:
        first = case.components[0]
        assert (first.template, first.required, first.sign) == (ID, True, True)
        for component in case.components[1:]:
            assert "HTKK" in component.note
    assert any("1.008346" in note for note in procedure.notes), "the code is not certain, and the record says so"
    assert procedure.code in template().procedures
    for part in (
        procedure.fields, procedure.agencies, procedure.subjects, procedure.steps, procedure.channels,
        procedure.results, procedure.legal_basis, procedure.requirements, procedure.receiving_place,
    ):  # fmt: skip
        assert part
