"""The e-form rules of Circular 32/2017/TT-BTTTT as they bear on the forms themselves, each a test of its name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from forms.form import Form
from forms.printing import PrintOptions, print_form, read_back
from forms.template import Template
from tests.forms.property_kit import TODAY, complete, named, period_of, shipped

TEMPLATES = {named(template): template for template in shipped()}
WRONG = {
    "tax_code": "12",
    "personal_id": "12",
    "phone": "12",
    "email": "an@",
    "social_insurance": "12",
    "bank_account": "?",
    "date": "31/02/2026",
    "month": "2026-13",
    "quarter": "2026-Q5",
    "period": "2026",
    "money": "chữ",
    "integer": "chữ",
    "decimal": "chữ",
    "percent": "chữ",
}


@pytest.fixture(params=TEMPLATES)
def template(request: pytest.FixtureRequest) -> Template:
    return TEMPLATES[request.param]


def test_ef_01_a_blank_form_is_printed_to_be_filled_by_hand(template: Template, tmp_path: Path) -> None:
    period = period_of(template)
    printed = print_form(template.ref, str(period) if period else None, {}, PrintOptions(timestamp=0, blank=True))
    path = tmp_path / "trống.pdf"
    path.write_bytes(printed.pdf)
    text = " ".join(subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout.split())
    assert len(text) > 200
    assert "BẢN NHÁP" not in text
    for name in ("Nguyễn", "(HƯ CẤU)"):
        assert name not in text


def test_ef_02_every_field_that_is_filled_stands_on_the_printed_form(template: Template, tmp_path: Path) -> None:
    form = complete(template)
    printed = print_form(
        template.ref, str(form.period) if form.period else None, form.values, PrintOptions(timestamp=0)
    )
    path = tmp_path / "đủ.pdf"
    path.write_bytes(printed.pdf)
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    words = "".join(text.split()).casefold()
    placed = {mark.name.partition("[")[0] for mark in printed.fields}
    for name, field in template.definition.form_fields.items():
        if template.xml and not field.code:
            continue  # only the electronic file has a place for it, such as the tax office that it goes to
        value = form.entered_value(name)
        if (
            name in placed
            or not form.visible(name)
            or not isinstance(value, str)
            or field.kind not in ("text", "multiline", "name")
        ):
            continue
        assert "".join(form.shown(name).split()).casefold() in words, name


@pytest.mark.parametrize("name", [name for name, template in TEMPLATES.items() if template.prefill])
def test_ef_03_what_a_client_told_once_is_filled_in_by_itself(name: str) -> None:
    from forms.prefill import prefill

    template = TEMPLATES[name]
    form = Form(template, period_of(template), {}, today=TODAY)
    facts = {fact: "0100686209" if fact == "tax_code" else "Ánh Dương" for fact in template.prefill.values()}
    found = prefill(form, facts, set(facts))
    assert found
    assert all(str(form.entered_value(one.path)).casefold() == one.value.casefold() for one in found)
    assert prefill(Form(template, period_of(template), {}, today=TODAY), facts, set()) == []  # not without consent


def test_ef_05_what_was_printed_can_be_opened_again(template: Template) -> None:
    form = complete(template)
    printed = print_form(
        template.ref, str(form.period) if form.period else None, form.values, PrintOptions(timestamp=0)
    )
    again = Form.load(template, form.period, read_back(printed.pdf).values, today=TODAY)
    assert again.values == form.values
    assert again.check() == form.check()


def test_ef_10_a_wrong_format_is_explained_at_its_field(template: Template) -> None:
    form = complete(template)
    tried = 0
    for path, field in template.definition.form_fields.items():
        if field.calculated is not None or field.kind not in WRONG or not form.visible(path):
            continue
        form.set(path, WRONG[field.kind])
        found = form.problems_at(path)
        assert found, path
        for problem in found:
            assert problem.path == path
            assert problem.message.vi != problem.message.en
            assert len(problem.message.vi) > 15
        form.set(path, complete(template).entered_value(path))
        tried += 1
    assert tried or template.definition.tables


def test_ef_11_a_calculated_field_says_how_it_comes_about(template: Template) -> None:
    form = complete(template)
    for path, field in template.definition.form_fields.items():
        if field.calculated is not None:
            told = form.explain(path)
            assert told is not None, path
            assert "=" in told, path
