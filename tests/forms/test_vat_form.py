"""The VAT return 01/GTGT: the known vectors, every rule, the choice of version, rolling forward."""

from __future__ import annotations

import random
from typing import Any

import pytest

from forms.errors import NoVersionForPeriod, PeriodNeeded
from forms.form import Form
from forms.period import Period
from forms.prefill import roll_forward
from forms.template import Template, bundled_library, lint, load, run_examples

ID = "thue/01-gtgt"
BOTH = ["2026-05", "2026-10"]

A = {"ct22": 29826193, "ct23": 16673369, "ct24": 1446670, "ct25": 1446670, "ct26": 354650000}
B = {"ct22": 3366060, "ct24": 5102437, "ct25": 5102437, "ct32": 391249917, "ct33": 31299994}
C = {"ct26": 10, "ct29": 20, "ct30": 100, "ct31": 5, "ct32": 1000, "ct33": 100, "ct32a": 30, "ct32b": 50, "ct34a": 70}
D = C | {"ct25": 200, "ct37": 15, "ct38": 5, "ct39a": 25}
E = D | {"ct37": 5, "ct38": 15}


def template(period: str) -> Template:
    parsed = Period.parse(period)
    return load(bundled_library().choose(ID, parsed, parsed.last_day))


def form(period: str, data: dict[str, Any], previous: dict[str, Any] | None = None) -> Form:
    whole = {"mst": "0100686209", "tenNNT": "CÔNG TY VÍ DỤ"} | data
    made = Form.load(template(period), Period.parse(period), whole)
    if previous is not None:
        made.previous = previous
    return made


def codes(made: Form) -> list[tuple[str, str, str]]:
    return sorted((p.path, p.severity, p.code) for p in made.check())


@pytest.mark.parametrize("period", BOTH)
def test_vector_a(period: str) -> None:
    values = form(period, A).values
    expected = {
        "ct34": 354650000,
        "ct35": 0,
        "ct36": -1446670,
        "ct40a": 0,
        "ct40": 0,
        "ct41": 31272863,
        "ct43": 31272863,
    }
    assert {k: values[k] for k in expected} == expected


@pytest.mark.parametrize("period", BOTH)
def test_vector_b(period: str) -> None:
    values = form(period, B).values
    expected = {
        "ct27": 391249917, "ct34": 391249917, "ct28": 31299994, "ct35": 31299994, "ct36": 26197557,
        "ct40a": 22831497, "ct40": 22831497, "ct41": 0, "ct43": 0,
    }  # fmt: skip
    assert {k: values[k] for k in expected} == expected
    assert codes(form(period, B)) == []


def test_vector_c() -> None:
    values = form("2026-10", C).values
    expected = {
        "ct27": 1100,
        "ct28": 105,
        "ct34": 1180,
        "ct35": 105,
        "ct36": 105,
        "ct40a": 105,
        "ct40": 105,
        "ct41": 0,
        "ct43": 0,
    }
    assert {k: values[k] for k in expected} == expected


def test_vector_d() -> None:
    values = form("2026-10", D).values
    assert {k: values[k] for k in ("ct36", "ct40a", "ct40", "ct41", "ct43")} == {
        "ct36": -95, "ct40a": 0, "ct40": 0, "ct41": 110, "ct43": 110,
    }  # fmt: skip


def test_vector_e_tells_37_from_38() -> None:
    values = form("2026-10", E).values
    assert (values["ct41"], values["ct43"]) == (130, 130)


@pytest.mark.parametrize("period", BOTH)
def test_decrease_raises_the_tax_and_increase_lowers_it(period: str) -> None:
    base = {"ct32": 10_000, "ct33": 1_000}
    assert form(period, base | {"ct37": 7}).values["ct40a"] == 1_007
    assert form(period, base | {"ct38": 7}).values["ct40a"] == 993


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        ({"ct21": True, "ct26": 1}, "ct21", "CT21_WITH_AMOUNTS"),
        ({"ct21": True, "ct22": 1}, "ct21", "CT21_WITH_AMOUNTS"),
        ({"ct23": 10, "ct23a": 11}, "ct23a", "CT23A_GREATER_THAN_CT23"),
        ({"ct24": 10, "ct24a": 11}, "ct24a", "CT24A_GREATER_THAN_CT24"),
        ({"ct32": 10_000, "ct33": 1_000, "ct40b": 1_001}, "ct40b", "CT40B_GREATER_THAN_CT40A"),
        ({"ct22": 100, "ct42": 101}, "ct42", "CT42_GREATER_THAN_CT41"),
    ],
)
@pytest.mark.parametrize("period", BOTH)
def test_errors(period: str, data: dict[str, Any], path: str, code: str) -> None:
    assert codes(form(period, data)) == [(path, "error", code)]


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        ({"ct24": 10, "ct25": 11}, "ct25", "CT25_GREATER_THAN_CT24"),
        ({"ct30": 1_000_000, "ct31": 51_001}, "ct31", "CT31_NOT_5_PERCENT"),
        ({"ct30": 1_000_000, "ct31": 48_999}, "ct31", "CT31_NOT_5_PERCENT"),
        ({"ct32": 1_000_000, "ct33": 101_001}, "ct33", "CT33_NOT_8_TO_10_PERCENT"),
        ({"ct32": 1_000_000, "ct33": 78_999}, "ct33", "CT33_NOT_8_TO_10_PERCENT"),
    ],
)
@pytest.mark.parametrize("period", BOTH)
def test_warnings(period: str, data: dict[str, Any], path: str, code: str) -> None:
    assert codes(form(period, data)) == [(path, "warning", code)]


@pytest.mark.parametrize(
    "data",
    [
        {"ct23": 10, "ct23a": 10, "ct24": 1, "ct24a": 1, "ct25": 1},
        {"ct30": 1_000_000, "ct31": 51_000},
        {"ct30": 1_000_000, "ct31": 49_000},
        {"ct32": 1_000_000, "ct33": 101_000},
        {"ct32": 1_000_000, "ct33": 79_000},
        {"ct32": 10_000, "ct33": 1_000, "ct40b": 1_000},
        {"ct22": 100, "ct42": 100},
        {"ct21": True},
        {"ct21": False, "ct22": 1},
    ],
)
@pytest.mark.parametrize("period", BOTH)
def test_limits_are_still_right(period: str, data: dict[str, Any]) -> None:
    assert codes(form(period, data)) == []


@pytest.mark.parametrize("period", BOTH)
def test_only_the_calculated_36_may_be_negative(period: str) -> None:
    amounts = [
        f.name for f in template(period).definition.fields.values() if f.kind == "money" and f.calculated is None
    ]
    for name in amounts:
        assert [(p.path, p.severity) for p in form(period, {name: -1}).check() if p.path == name], name
    assert form(period, {"ct24": 5, "ct25": 5}).values["ct36"] == -5
    assert codes(form(period, {"ct24": 5, "ct25": 5})) == []


def test_22_is_compared_with_the_last_period() -> None:
    last = {"ct43": 31272863}
    assert codes(form("2026-10", {"ct22": 31272863}, last)) == []
    assert codes(form("2026-10", {"ct22": 31272862}, last)) == [("ct22", "warning", "CT22_NOT_PREVIOUS_CT43")]
    assert codes(form("2026-10", {"ct22": 5}, {"ct43": 0})) == [("ct22", "warning", "CT22_NOT_PREVIOUS_CT43")]
    assert codes(form("2026-10", {"ct22": 5})) == []


def test_supplementary_return_needs_its_number() -> None:
    assert codes(form("2026-10", {"loaiTKhai": "B"})) != []
    assert codes(form("2026-10", {"loaiTKhai": "B", "soLan": 1})) == []
    assert form("2026-10", {"loaiTKhai": "B", "soLan": 0}).errors != []


@pytest.mark.parametrize("name", ["mst", "tenNNT"])
def test_required_head(name: str) -> None:
    made = form("2026-10", A | {name: ""})
    assert [p.path for p in made.errors] == [name]
    assert made.values["ct43"] == 31272863


def test_calculated_value_given_is_taken_when_equal() -> None:
    assert codes(form("2026-10", A | {"ct43": 31272863})) == []
    assert [(p.path, p.code) for p in form("2026-10", A | {"ct43": 1}).errors] == [("ct43", "CALCULATED_DIFFERS")]


def test_version_is_chosen_by_the_period() -> None:
    for period in ("2022-01", "2026-05", "2026-06", "2026-Q1", "2026-Q2"):
        assert template(period).version == "tt80-1"
    for period in ("2026-07", "2026-Q3", "2026-12", "2027-Q1"):
        assert template(period).version == "tt89-1"
    library = bundled_library()
    with pytest.raises(PeriodNeeded):
        library.choose(ID, None, Period.parse("2026-10").last_day)
    with pytest.raises(NoVersionForPeriod):
        template("2021-12")


def test_new_indicators_are_only_in_the_new_form() -> None:
    old, new = template("2026-05").definition.fields, template("2026-10").definition.fields
    assert set(new) - set(old) == {"ct32b", "ct34a"}
    assert set(old) - set(new) == {"ct11b"}
    assert "ct32b" in {p.path for p in form("2026-05", {"ct32b": 1}).check()}


@pytest.mark.parametrize("period", BOTH)
def test_every_indicator_of_the_form_is_there(period: str) -> None:
    expected = [
        "21",
        "22",
        "23",
        "24",
        "23a",
        "24a",
        "25",
        "26",
        "27",
        "28",
        "29",
        "30",
        "31",
        "32",
        "33",
        "32a",
        "34",
        "35",
        "36",
        "37",
        "38",
        "39a",
        "40a",
        "40b",
        "40",
        "41",
        "42",
        "43",
    ]
    expected += ["32b", "34a"] if period == "2026-10" else []
    fields = template(period).definition.fields
    assert {f"ct{code}" for code in expected} <= set(fields)
    for code in expected:
        assert fields[f"ct{code}"].code == f"[{code}]"
    calculated = {name for name, field in fields.items() if field.calculated is not None}
    assert calculated == {f"ct{code}" for code in ["27", "28", "34", "35", "36", "40a", "40", "41", "43"]}


@pytest.mark.parametrize("period", BOTH)
def test_each_field_says_what_it_is_in_both_languages(period: str) -> None:
    for field in template(period).definition.fields.values():
        assert field.label.vi
        assert field.label.en
        assert len(field.help.vi) > 15, field.name
        assert len(field.help.en) > 10, field.name


def test_unconfirmed_is_only_the_xml_of_later_periods() -> None:
    old, new = template("2026-06"), template("2026-07")
    today = Period.parse("2026-11").last_day
    assert old.unconfirmed(Period.parse("2026-06"), today) == []
    notices = new.unconfirmed(Period.parse("2026-07"), today)
    assert [(n.code, n.unconfirmed) for n in notices] == [("XML_LAYOUT_TT80", ("xml",))]
    assert "eTax" in notices[0].text.vi
    assert "TT80" in notices[0].text.vi


@pytest.mark.parametrize("period", BOTH)
def test_examples_come_out_as_they_say(period: str) -> None:
    found = template(period)
    assert [(r.name, r.differences) for r in run_examples(found) if not r.ok] == []
    assert found.example is not None
    assert [f for f in lint(found.ref.path) if f.severity == "error"] == []


def test_the_next_period_begins_with_what_was_carried_forward() -> None:
    last = form("2026-05", A | {"dchiNNT": "Số 1", "nguoiKy": "Người Ký", "ngayKy": "2026-06-15", "ct11b": "Quận cũ"})
    begun = roll_forward(template("2026-07"), Period.parse("2026-07"), last.values)
    assert begun["ct22"] == 31272863
    assert (begun["mst"], begun["tenNNT"], begun["dchiNNT"]) == ("0100686209", "CÔNG TY VÍ DỤ", "Số 1")
    assert not begun.get("ct26")
    assert not begun.get("ngayKy")
    assert "ct11b" not in begun


@pytest.mark.parametrize("period", BOTH)
def test_changing_one_amount_leaves_the_rest_as_a_full_recalculation(period: str) -> None:
    dice = random.Random(20261121)
    found = template(period)
    amounts = [f.name for f in found.definition.fields.values() if f.kind == "money" and f.calculated is None]
    made = form(period, {})
    for _ in range(60):
        before = made.values
        name, value = dice.choice(amounts), dice.randrange(0, 10**9)
        changed = made.set(name, value).paths
        after = made.values
        assert {k for k in after if after[k] != before[k]} <= changed | {name}
        assert Form.load(found, Period.parse(period), made.entered()).values == after


def test_explanations_show_the_official_numbers() -> None:
    assert form("2026-10", {}).explain("ct43", "vi") == "[43] = [41] − [42]"
    assert "[32b]" in (form("2026-10", {}).explain("ct27", "vi") or "")
