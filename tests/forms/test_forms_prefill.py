"""Filling from what is known, with consent; and the next period's form."""

from __future__ import annotations

from datetime import date

from forms.form import Form
from forms.period import Period
from forms.prefill import clone, prefill, roll_forward
from forms.template import bundled_library, load
from tests.forms.form_kit import field, table, template

MADE = template(
    [
        field("mst", "tax_code"),
        field("ten", "text"),
        field("tinh", "province"),
        field("xa", "ward", depends_on="tinh"),
        field("dau_ky"),
        field("mua"),
        field("con_lai", calculated="dau_ky + mua"),
        table("ld", [field("ho_ten", "name"), field("luong"), field("gap_doi", calculated="luong * 2")]),
    ],
    prefill={"mst": "tax_code", "ten": "name", "tinh": "province_code", "xa": "ward_code"},
    roll_forward={"dau_ky": {"from": "con_lai"}, "default": "clear", "keep": ["mst", "ten", "ld"]},
)
FACTS = {
    "tax_code": "0100686209",
    "name": "CÔNG TY ÁNH DƯƠNG",
    "province_code": "Hà Nội",
    "ward_code": "00070",
    "la": "x",
}


def test_only_what_was_agreed_to_is_filled_and_nothing_is_overwritten() -> None:
    form = Form(MADE, None, {"ten": "Tên đã gõ"})
    found = prefill(form, FACTS, {"tax_code", "name", "ward_code"})
    assert [(one.path, one.fact, one.value) for one in found] == [
        ("mst", "tax_code", "0100686209"),
        ("xa", "ward_code", "00070"),
    ]
    assert form.value("ten") == "Tên đã gõ"
    assert form.value("tinh") == ""
    assert form.entered() == {"mst": "0100686209", "xa": "00070", "ten": "Tên đã gõ"}


def test_a_place_may_be_known_by_name() -> None:
    form = Form(MADE, None)
    prefill(form, FACTS, set(FACTS))
    assert form.value("tinh") == "01"
    assert form.check() == []


def test_a_fact_that_does_not_fit_is_left_out() -> None:
    form = Form(MADE, None)
    assert prefill(form, {"province_code": "Hà Tây", "ward_code": "99999"}, {"province_code", "ward_code"}) == []
    assert form.entered() == {}


def test_the_next_period_begins_as_the_template_says() -> None:
    old = Form(MADE, None, {"mst": "0100686209", "dau_ky": 5, "mua": 7, "ld": [{"ho_ten": "An", "luong": 3}]})
    assert roll_forward(MADE, None, old.values) == {
        "mst": "0100686209",
        "dau_ky": 12,
        "ld": [{"ho_ten": "An", "luong": 3}],
    }
    assert clone(MADE, None, old.values)["mua"] == 7


def test_values_of_an_older_version_that_no_longer_fit_are_left_out() -> None:
    old = {"mst": 5, "ten": ["x"], "con_lai": "không", "ld": "x", "cu": 1}
    assert roll_forward(MADE, None, old) == {}
    assert clone(MADE, None, {"mua": 1.5, "ld": [1, {"ho_ten": "An", "x": 2}]}) == {"ld": [{}, {"ho_ten": "An"}]}


def test_the_vat_return_carries_43_to_22() -> None:
    period = Period.parse("2026-10")
    library = bundled_library()
    first = load(library.choose("thue/01-gtgt", period, date(2026, 11, 1)))
    form = Form(first, period, {"mst": "0100686209", "tenNNT": "CÔNG TY", "ct24": 100, "ct25": 100, "ct23": 1_000})
    begun = roll_forward(first, period.next(), form.values)
    assert begun["ct22"] == 100
    assert begun["tenNNT"] == "CÔNG TY"
    assert "ct23" not in begun
