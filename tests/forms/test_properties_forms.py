"""What holds for every template that is brought along, whatever is put into it."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from forms import xml
from forms.form import Form
from forms.printing import GlyphMissing, PrintOptions, print_form, read_back
from forms.template import bundled_library
from tests.forms.property_kit import (
    TODAY,
    anything,
    complete,
    do,
    edits,
    named,
    period_of,
    plausible,
    problems,
    shipped,
)

STRANGE = {"UNKNOWN_FIELD", "MORE_PROBLEMS"}
"""Problems that by their nature name no field of the form."""


def few(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


TEMPLATES = {named(template): template for template in shipped()}


@pytest.fixture(params=TEMPLATES, scope="module")
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of each template: what a failing property prints is then short."""
    made: str = request.param
    return made


def problems_name_real_fields(form: Form) -> None:
    tables = form.definition.tables
    for problem in form.check():
        assert problem.message.vi
        assert problem.message.en
        assert not re.search(r"\{[a-z]\w*\}", problem.message.vi + problem.message.en), problem
        if problem.code in STRANGE:
            continue
        row = re.fullmatch(r"(\w+)\[(\d+)\](?:\.(\w+))?", problem.path)
        if row is None:
            assert problem.path in form.definition.form_fields or problem.path in tables, problem
            continue
        assert int(row[2]) < len(form.rows[row[1]]), problem
        assert row[3] is None or row[3] in tables[row[1]].column, problem


def same(anew: Form, form: Form) -> bool:
    """Say whether two forms have the same problems, but where the second was given what a field cannot hold."""
    here = {problem.path for problem in form.check()} - {problem.path for problem in problems(form)}
    return [problem for problem in anew.check() if problem.path not in here] == problems(form)


def without_errors(form: Form, changes: list[tuple[str, Any]]) -> Form:
    """Make those changes to a good form that leave it good."""
    for path, value in changes:
        before = form.entered()
        do(form, path, value)
        if form.errors:
            form = Form(form.template, form.period, before, today=TODAY)
    assert not form.errors
    return form


@given(data=st.data())
@few(15)
def test_any_data_is_taken_without_a_crash_and_problems_name_real_fields(name: str, data: st.DataObject) -> None:
    template = TEMPLATES[name]
    names = [*template.definition.form_fields, *template.definition.tables]
    keys = st.sampled_from(names) | st.text(max_size=6)
    taken: dict[str, Any] = data.draw(st.dictionaries(keys, anything, max_size=12))
    for table in template.definition.tables.values():
        if data.draw(st.booleans()):
            columns = st.sampled_from([*table.column, "khong_co"])
            rows = st.lists(st.dictionaries(columns, anything, max_size=4) | anything, max_size=3)
            taken[table.name] = data.draw(rows)
    form = Form.load(template, period_of(template), taken, today=TODAY)
    problems_name_real_fields(form)
    again = Form(template, period_of(template), form.entered(), today=TODAY)
    assert again.values == form.values
    for value in form.values.values():
        assert not isinstance(value, float) or math.isfinite(value)


@given(data=st.data())
@few(12)
def test_calculation_has_one_fixed_point_whatever_the_order(name: str, data: st.DataObject) -> None:
    template = TEMPLATES[name]
    definition = template.definition
    fields = [path for path, field in definition.form_fields.items() if field.calculated is None]
    chosen = data.draw(st.lists(st.sampled_from(fields), min_size=1, max_size=14, unique=True))
    entered = {path: data.draw(plausible(definition.form_fields[path])) for path in chosen}
    one, other = (complete(template) for _ in range(2))
    for path, value in entered.items():
        one.set(path, value)
    for path in data.draw(st.permutations(list(entered))):
        if data.draw(st.booleans()):
            other.set(path, data.draw(plausible(definition.form_fields[path])))  # another value on the way
        other.set(path, entered[path])
    assert one.values == other.values
    assert one.check() == other.check()
    anew = Form(template, one.period, one.entered(), today=TODAY)
    assert anew.values == one.values
    assert same(anew, one)
    told = Form.load(template, one.period, anew.values, today=TODAY)
    assert "CALCULATED_DIFFERS" not in {problem.code for problem in told.check()}


@given(data=st.data())
@few(12)
def test_any_course_of_changes_comes_to_what_a_fresh_form_comes_to(name: str, data: st.DataObject) -> None:
    template = TEMPLATES[name]
    form = complete(template)
    for path, value in data.draw(edits(template, 12)):
        do(form, path, value)
    problems_name_real_fields(form)
    anew = Form(template, form.period, form.entered(), today=TODAY)
    assert anew.values == form.values
    assert same(anew, form)


@given(data=st.data())
@few(5)
def test_a_checked_form_is_printed_and_its_data_comes_back(name: str, data: st.DataObject) -> None:
    template = TEMPLATES[name]
    form = without_errors(complete(template), data.draw(edits(template, 14)))
    period = str(form.period) if form.period else None
    printed = print_form(template.ref, period, form.values, PrintOptions(timestamp=0))
    found = read_back(printed.pdf)
    assert (found.template, found.version, found.period) == (template.id, template.version, period)
    assert found.values == form.values
    assert Form.load(template, form.period, found.values, today=TODAY).values == form.values
    assert {mark.name for mark in printed.signatures} >= {signer.mark for signer in template.signers if signer.required}


@given(data=st.data())
@few(3)
def test_a_form_with_problems_is_printed_as_a_draft_or_names_the_letter(name: str, data: st.DataObject) -> None:
    template = TEMPLATES[name]
    form = complete(template)
    for path, value in data.draw(edits(template, 8)):
        do(form, path, value)
    period = str(form.period) if form.period else None
    unprintable = {problem.path for problem in form.check() if problem.code == "NOT_PRINTABLE"}
    if unprintable:
        with pytest.raises(GlyphMissing) as refused:
            print_form(template.ref, period, form.values, PrintOptions(timestamp=0, draft=True))
        assert refused.value.field in unprintable
    else:
        assert print_form(template.ref, period, form.values, PrintOptions(timestamp=0, draft=True)).pages


@pytest.mark.parametrize("name", [name for name, template in TEMPLATES.items() if template.xml])
def test_what_is_written_as_xml_comes_back(name: str) -> None:
    template = TEMPLATES[name]
    library = bundled_library()

    @given(data=st.data())
    @few(15)
    def comes_back(data: st.DataObject) -> None:
        form = without_errors(complete(template), data.draw(edits(template, 14)))
        try:
            markup = xml.write(template, form.period, form.values)
        except (xml.XmlLayoutLacksField, xml.XmlValueMissing):
            return  # said in words; nothing was written
        found = xml.read(markup, library)
        assert (found.template, found.version, found.period) == (template.id, template.version, str(form.period))
        again = Form.load(template, form.period, found.values, today=TODAY)
        # The receivers' layouts write 0 where no number was given, and drop blanks at the ends of texts.
        assert _as_written(again) == _as_written(form)

    comes_back()


def _as_written(form: Form) -> dict[str, Any]:
    kinds = {name: field.type for name, field in form.definition.form_fields.items()}
    left_out = set(xml.layout_for(form.template, form.period).data.get("left_out") or ())
    found: dict[str, Any] = {}
    for name, value in form.values.items():
        if name in left_out:
            continue
        if value is None and kinds.get(name) == "number":
            value = 0
        found[name] = value.strip() if isinstance(value, str) else value
    return found
