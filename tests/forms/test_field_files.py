"""Fields that hold files: what the data names, what bounds it, what stands on paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import enclosed
from forms.dossier import safe_name
from forms.errors import DefinitionInvalid
from forms.form import Form
from forms.prefill import carry
from forms.printing import PrintOptions, paper, print_form, read_back
from forms.sheet.layout import written_fields
from forms.template.package import open_folder
from tests.forms.form_kit import (
    definition,
    definition_json,
    field,
    files,
    group,
    rule,
    table,
    template,
    words,
    write_folder,
)

SCAN = enclosed.entry("căn cước.pdf", 1000, "ab" * 32)
OTHER = enclosed.entry("hộ chiếu.pdf", 2000, "cd" * 32)
ITEMS = [
    field("so", "text"),
    field("giay", "file", required_when="co(so)", max_files=2, max_size=1_500_000),
    field("bao_nhieu", "integer", calculated="giay"),
    group(
        "con",
        [field("ten", "name"), field("khai_sinh", "file", required=True)],
        repeat={"max": 3},
    ),
    field("nhieu", "file", max_files=20, visible="giay >= 1"),
]
RULES = [
    rule("hai", "giay != 1", "giay", when="so == 'HAI'", message=words("Cần hai mặt của {giay}")),
    rule("con", "co(khai_sinh) or ten == 'A'", "khai_sinh", each="con", message=words("{ten}: {khai_sinh}")),
]
MADE = template(ITEMS, RULES)


def codes(form: Form) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in form.check()]


def test_files_are_held_by_what_they_are_and_counted_in_rules() -> None:
    form = Form(MADE, None, {})
    assert form.value("giay") == []
    assert not form.visible("nhieu")
    form.set("so", "HAI")
    assert codes(form) == [("giay", "REQUIRED_MISSING")]
    form.set("giay", [SCAN])
    assert form.value("bao_nhieu") == 1
    assert form.visible("nhieu")
    (problem,) = form.check()
    assert (problem.path, problem.code) == ("giay", "RULE_HAI")
    assert "căn cước.pdf" in problem.message.vi
    form.set("giay", [SCAN, OTHER])
    assert codes(form) == []
    assert form.shown("giay") == "Đính kèm: 2 tệp (căn cước.pdf; hộ chiếu.pdf)"
    assert form.shown("giay", "en") == "Attached: 2 files (căn cước.pdf; hộ chiếu.pdf)"
    assert Form(MADE, None, json.loads(json.dumps(form.entered()))).values == form.values
    form.set("giay", None)
    assert codes(form) == [("giay", "REQUIRED_MISSING")]


def test_what_belongs_to_an_entry_stays_with_it() -> None:
    form = Form(MADE, None, {"con": [{"ten": "A", "khai_sinh": [SCAN]}, {"ten": "B"}]})
    assert codes(form) == [("con[1].khai_sinh", "REQUIRED_MISSING"), ("con[1].khai_sinh", "RULE_CON")]
    form.delete_row("con", 0)
    assert form.value("con[0].khai_sinh") == []
    form.set("con[0].khai_sinh", [OTHER])
    assert codes(form) == []


def test_more_or_larger_files_than_the_field_takes_are_told() -> None:
    third = enclosed.entry("c.pdf", 10, "ef" * 32)
    form = Form.load(MADE, None, {"giay": [SCAN, OTHER, third]})
    assert codes(form) == [("giay", "TOO_MANY_FILES")]
    assert "nhiều nhất 2 tệp, hiện có 3" in form.check()[0].message.vi
    form = Form.load(MADE, None, {"giay": [enclosed.entry("to.pdf", 1_600_000, "ef" * 32)]})
    assert codes(form) == [("giay", "FILE_TOO_LARGE_FOR_FIELD")]
    assert "to.pdf" in form.check()[0].message.en
    assert len(Form.load(MADE, None, {"giay": [SCAN, SCAN]}).value("giay")) == 1


@pytest.mark.parametrize(
    "value",
    [
        "căn cước.pdf",
        1,
        {"sha256": "ab" * 32},
        [1],
        [{**SCAN, "path": "/etc/passwd"}],
        [{**SCAN, "sha256": "AB" * 32}],
        [{**SCAN, "sha256": "ab"}],
        [{**SCAN, "size": 0}],
        [{**SCAN, "size": True}],
        [{**SCAN, "type": "text/html"}],
        [{**SCAN, "name": "../../a.pdf"}],
        [{**SCAN, "name": "a\u202efdp.exe"}],
        [{**SCAN, "name": "a" * 500}],
        [{**SCAN, "name": ""}],
        [enclosed.entry("a.pdf", 1, f"{number:064x}") for number in range(21)],
    ],
)
def test_what_names_no_file_is_refused_by_the_form_and_by_the_published_schema(value: Any) -> None:
    form = Form.load(MADE, None, {"giay": value})
    assert codes(form) == [("giay", "WRONG_TYPE")]
    assert form.value("giay") == []
    name = value[0].get("name") if isinstance(value, list) and isinstance(value[0], dict) else None
    if name in (None, SCAN["name"]):  # what a name may be made of is for the form to say
        assert not jsonschema_rs.validator_for(MADE.definition.json_schema()).is_valid({"giay": value})


def test_the_published_schema_takes_what_the_form_takes() -> None:
    schema = jsonschema_rs.validator_for(MADE.definition.json_schema())
    assert schema.is_valid({"giay": [SCAN], "con": [{"ten": "A", "khai_sinh": [OTHER]}]})
    assert not schema.is_valid({"giay": [SCAN, OTHER, SCAN]})


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([field("a", "file", calculated="1")], "FILE"),
        ([field("a", "file", max_length=3)], "FILE"),
        ([field("a", "file", default="x")], "DEFAULT"),
        ([field("a", "text", max_files=2)], "FILE"),
        ([table("t", [field("a", "file")])], "FILE_IN_TABLE"),
        ([field("a", "file", max_files=21)], "SHAPE"),
        ([field("a", "file", accept=["exe"])], "SHAPE"),
        ([field("a", "file", options=[{"value": "x", "label": words("x")}])], "OPTIONS"),
    ],
)
def test_a_field_for_files_that_cannot_be_is_refused(items: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        definition(items)
    assert refused.value.reason == reason


def test_no_file_is_filled_in_from_facts_or_written_on_a_sheet() -> None:
    with pytest.raises(DefinitionInvalid):
        template(ITEMS, RULES, prefill={"giay": "name"})
    assert "giay" not in [one.name for one in written_fields(MADE.definition.form_fields.values())]


def test_papers_of_one_client_are_never_carried_to_another() -> None:
    values = {"so": "1", "giay": [SCAN], "con": [{"ten": "A", "khai_sinh": [OTHER]}]}
    kept = carry(MADE, None, values, follows=False, same_client=False)
    assert set(kept.values) == {"so"}
    own = template(ITEMS, RULES, roll_forward={"default": "keep"})
    assert carry(own, None, values, follows=False).values["giay"] == [SCAN]


def test_the_paper_says_what_is_attached_and_the_data_comes_back(tmp_path: Path) -> None:
    layout = '#import "/hoso.typ": *\n#show: hoso-page.with(title: "Thử tệp")\nGiấy tờ: #fill("giay")'
    made = files(ITEMS, RULES) | {"layout.typ": layout.encode()}
    opened = open_folder(write_folder(tmp_path / "mau", made))
    form = Form(opened, None, {"giay": [SCAN]})
    printed = print_form(opened.ref, None, form.values, PrintOptions(timestamp=0))
    assert read_back(printed.pdf).values["giay"] == [SCAN]
    assert next(mark for mark in printed.fields if mark.name == "giay")
    sheet = paper.sheet(definition_json(ITEMS), form.values, blank=False)
    assert sheet["shown"]["giay"] == "Đính kèm: 1 tệp (căn cước.pdf)"
    assert paper.sheet(definition_json(ITEMS), form.values, blank=True)["shown"]["giay"] == ""


@given(st.text(max_size=300), st.integers(1, 2**40), st.binary(min_size=32, max_size=32))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_name_becomes_one_that_every_system_holds_and_is_read_back(name: str, size: int, digest: bytes) -> None:
    made = enclosed.entry(name, size, digest.hex())
    assert enclosed.read_entries([made]) == [made]
    assert safe_name(made["name"]) == made["name"]


keys = st.sampled_from(["name", "size", "sha256", "x"])
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(SCAN)
odd = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner), max_leaves=6)


@given(odd)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_data_is_taken_or_refused_without_a_crash(value: Any) -> None:
    form = Form.load(MADE, None, {"giay": value, "con": [{"khai_sinh": value}, value]})
    for problem in form.check():
        assert problem.message.vi
    assert all(one in (SCAN,) for one in form.value("giay"))
    assert Form(MADE, None, form.entered()).values == form.values
