"""Groups: fields that are shown, hidden and required together, within groups, and any number of times."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.definition import Definition, Field, Group, Table
from forms.errors import DefinitionInvalid
from forms.form import Form
from forms.printing import PrintOptions, paper, print_form, read_back
from forms.sheet import Content, Line, make_sheet, read_plan, read_sheet
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
from tests.forms.property_kit import do, edits

WIFE = group(
    "vo_chong",
    [
        field("vc_ten", "name", required=True, label=words("Họ và tên")),
        field("vc_sinh", "date"),
        group(
            "vc_giay",
            [
                field("vc_so", "text", required=True),
                group("vc_cap", [field("vc_noi_cap", "text", required_when="co(vc_so)")], visible="co(vc_so)"),
            ],
            visible="not nuoc_ngoai",
        ),
        table("vc_con", [field("ten", "name", required=True), field("tuoi", "integer")], min_rows=1),
    ],
    visible="ket_hon",
    required_when="chung_ten",
)
CHILD = group(
    "con",
    [
        field("ten", "name", required=True),
        field("hoc", "check"),
        group("truong", [field("truong_ten", "text", required=True), field("hoc_phi")], visible="hoc"),
    ],
    repeat={"min": 1, "max": 4},
    required_when="ket_hon",
    label={"vi": "Người con", "en": "Child"},
)
ITEMS = [
    field("ket_hon", "check"),
    field("chung_ten", "check"),
    field("nuoc_ngoai", "check"),
    WIFE,
    CHILD,
    field("tong_phi", calculated="tong(con.hoc_phi)"),
    field("co_giay", "text", calculated="'co' if co(vc_so) else 'khong'"),
]
RULES = [rule("phi", "hoc_phi < 100", "hoc_phi", each="con"), rule("ten", "dai(vc_ten) < 9", "vc_ten")]
GROUPED = template(ITEMS, RULES)


def codes(form: Form) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in form.check()]


def test_a_group_keeps_its_place_in_the_tree_and_its_fields_their_names_in_the_data() -> None:
    made = definition(ITEMS)
    assert [item.name for item in made.items] == [
        "ket_hon", "chung_ten", "nuoc_ngoai", "vc_ten", "vc_sinh", "vc_so", "vc_noi_cap", "vc_con", "con",
        "tong_phi", "co_giay",
    ]  # fmt: skip
    assert list(made.groups) == ["vo_chong", "vc_giay", "vc_cap", "con.truong"]
    assert [type(node) for node in made.sections[0].nodes[3:5]] == [Group, Table]
    assert made.fields["vc_noi_cap"].within == ("vo_chong", "vc_giay", "vc_cap")
    assert made.tables["vc_con"].within == ("vo_chong",)
    assert [column.path for column in made.tables["con"].columns] == [
        "con.ten", "con.hoc", "con.truong_ten", "con.hoc_phi",
    ]  # fmt: skip
    assert made.tables["con"].repeats is not None
    assert made.tables["vc_con"].repeats is None
    assert made.fields["vc_ten"].title("vi") == "Nhóm vo_chong: Họ và tên"


def test_a_hidden_group_hides_what_is_in_it_however_deep_and_brings_it_back() -> None:
    form = Form(GROUPED, None, {"ket_hon": True, "vc_ten": "AN", "vc_so": "1", "vc_noi_cap": "Huế"})
    assert form.visible("vc_cap")
    assert form.value("co_giay") == "co"
    changed = form.set("ket_hon", False)
    assert {"vo_chong", "vc_ten", "vc_so", "vc_noi_cap", "vc_con"} <= changed.shape
    for path in ("vo_chong", "vc_giay", "vc_cap", "vc_ten", "vc_so", "vc_noi_cap", "vc_con"):
        assert not form.visible(path), path
    assert form.value("vc_noi_cap") == ""
    assert form.value("co_giay") == "khong"
    assert {code for _, code in codes(form)} == {"HIDDEN_VALUE"}
    form.set("ket_hon", True)
    assert form.value("vc_noi_cap") == "Huế"
    form.set("nuoc_ngoai", True)
    assert not form.visible("vc_cap")
    assert form.visible("vc_ten")


def test_nothing_in_a_group_is_required_until_the_group_is() -> None:
    form = Form(GROUPED, None, {"ket_hon": True, "con": [{"ten": "B"}]})
    assert codes(form) == []
    assert form.progress()["chung"].total == 1
    form.set("chung_ten", True)
    assert codes(form) == [
        ("vc_ten", "REQUIRED_MISSING"), ("vc_so", "REQUIRED_MISSING"), ("vc_con", "TOO_FEW_ROWS"),
    ]  # fmt: skip
    assert form.required("vc_ten")
    assert form.progress()["chung"].total == 4
    form.set("vc_so", "12")
    assert ("vc_noi_cap", "REQUIRED_MISSING") in codes(form)
    form.set("chung_ten", False)
    assert codes(form) == []
    assert not form.required("vc_ten")


def test_a_repeated_group_is_a_list_in_the_data_with_its_own_groups_by_row() -> None:
    form = Form(GROUPED, None, {"con": [{"ten": "A", "hoc": True, "hoc_phi": 7}, {"ten": "B", "hoc_phi": 9}]})
    assert form.visible("con[0].truong")
    assert not form.visible("con[1].truong")
    assert form.value("tong_phi") == 7
    assert codes(form) == [("con[0].truong_ten", "REQUIRED_MISSING"), ("con[1].hoc_phi", "HIDDEN_VALUE")]
    assert form.values["con"][1] == {"ten": "B", "hoc": False, "truong_ten": "", "hoc_phi": 0}
    # A person reads of the entry, by the words that stand over it in the window.
    said = [problem.message for problem in form.check()]
    assert said == [
        problem.message for path in ("con[0].truong_ten", "con[1].hoc_phi") for problem in form.problems_at(path)
    ]
    assert [one.vi.split(":")[0] for one in said] == ["Người con 1", "Người con 2"]
    assert [one.en.split(":")[0] for one in said] == ["Child 1", "Child 2"]
    form.set("con[1].hoc", True)
    assert form.value("tong_phi") == 16
    form.delete_row("con", 0)
    form.delete_row("con", 0)
    assert codes(form) == []
    form.set("ket_hon", True)
    assert codes(form) == [("con", "TOO_FEW_ROWS")]


def test_data_from_outside_is_held_by_the_published_schema_as_by_the_form() -> None:
    schema = jsonschema_rs.validator_for(GROUPED.definition.json_schema())
    good = {"ket_hon": True, "vc_ten": "AN", "con": [{"ten": "A", "hoc": True, "truong_ten": "X", "hoc_phi": 1}]}
    assert schema.is_valid(good)
    assert schema.is_valid({})  # what is required only under a group's condition is for the form to say
    assert not schema.is_valid({"vo_chong": {"vc_ten": "AN"}})
    assert [code for _, code in codes(Form.load(GROUPED, None, {"vo_chong": {"vc_ten": "AN"}}))] == ["UNKNOWN_FIELD"]
    assert codes(Form.load(GROUPED, None, good | {"vc_con": [{"ten": "C"}]})) == []


def deep(levels: int, inside: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for level in range(levels):
        inside = [group(f"g{level}", inside)]
    return inside


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (deep(5, [field("a")]), "GROUPS_TOO_DEEP"),
        ([group("r", deep(4, [field("a")]), repeat={"max": 2})], "GROUPS_TOO_DEEP"),
        ([group("r", [table("t", [field("a")])], repeat={"max": 2})], "ROWS_IN_ROWS"),
        ([group("r", [group("q", [field("a")], repeat={"max": 2})], repeat={"max": 2})], "ROWS_IN_ROWS"),
        ([group("g", [field("a")]), field("a")], "NAME"),
        ([group("g", [field("g")])], "NAME"),
        ([group("r", [field("a"), group("a", [field("b")])], repeat={"max": 2})], "NAME"),
        ([group("g", [field("a")], required_when="co(b)"), field("b")], "NOTHING_REQUIRED"),
        ([group("g", [field("a", "check")], visible="a")], "CYCLE"),
        ([group("g", [field("a")], visible="a + 1")], "EXPRESSION_TYPE"),
        ([group("r", [field("a")], repeat={"min": 3, "max": 2})], "ROWS"),
        ([group("r", [field("a")], repeat={"max": 51})], "SHAPE"),
        ([group("g", [])], "SHAPE"),
        ([group("g", [field("a")], calculated="1")], "SHAPE"),
    ],
)
def test_a_group_that_cannot_be_is_refused(items: list[dict[str, Any]], reason: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        definition(items)
    assert refused.value.reason == reason, refused.value


def test_four_levels_are_read() -> None:
    made = definition(deep(4, [field("a")]))
    assert made.fields["a"].within == ("g3", "g2", "g1", "g0")


def test_moving_a_field_into_a_group_keeps_its_value_and_says_what_changed() -> None:
    from forms.template.moving import move

    plain = template([field("k", "check"), field("a", "text")])
    grouped = template([field("k", "check"), group("g", [field("a", "text")], visible="k")], version="2")
    moved = move(Form(plain, None, {"k": True, "a": "giữ"}), grouped)
    assert moved.form.value("a") == "giữ"
    assert [(change.path, change.kind) for change in moved.changes if change.kind == "rule"] == [("a", "rule")]


def test_a_layout_is_told_what_stands_in_a_group() -> None:
    raw = json.loads(json.dumps(definition_json(ITEMS)))
    form = Form(GROUPED, None, {"ket_hon": True, "vc_so": "1", "con": [{"ten": "A"}]})
    sheet = paper.sheet(raw, form.values, blank=False)
    assert sheet["shown"]["vc_so"] == "1"
    assert sheet["shown"]["con"][0]["ten"] == "A"
    assert sheet["groups"]["vc_giay"] == ["vc_so", "vc_noi_cap"]
    assert sheet["groups"]["vo_chong"] == ["vc_ten", "vc_sinh", "vc_so", "vc_noi_cap", "vc_con"]


def nested(depths: list[int]) -> list[Any]:
    """Return a tree whose leaves lie at those depths, as far as one can step down from the leaf before."""
    tree: list[Any] = []
    path = [tree]
    for depth in depths:
        del path[depth + 1 :]
        while len(path) <= depth:
            path[-1].append([])
            path.append(path[-1][-1])
        path[-1].append("leaf")
    return tree


trees = st.lists(st.integers(0, 5), min_size=1, max_size=8).map(nested)


def grown(tree: list[Any], depth: int, counter: list[int]) -> list[dict[str, Any]]:
    """Make items of a drawn tree: leaves are fields that the next conditions may look at."""
    items: list[dict[str, Any]] = []
    for node in tree:
        counter[0] += 1
        number = counter[0]
        if isinstance(node, list) and depth < 4:
            inner = [field(f"r{number}", "text", required=True), *grown(node, depth + 1, counter)]
            what = {0: {"visible": f"f{number % 3}"}, 1: {"required_when": f"f{number % 3}"}, 2: {}}[number % 3]
            items.append(group(f"g{number}", inner, **what))
        else:
            more = {} if number % 2 else {"visible": f"not f{number % 3}", "required_when": "f0"}
            items.append(field(f"x{number}", "text", **more))
    return items


@given(trees, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=8))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_tree_under_any_changes_is_what_a_fresh_form_is(tree: list[Any], changes: list[tuple[int, int]]) -> None:
    switches = [field(f"f{number}", "check") for number in range(3)]
    made = template([*switches, *grown(tree, 0, [0])])
    form = Form(made, None)
    names = list(made.definition.form_fields)
    for at, what in changes:
        name = names[at % len(names)]
        form.set(name, what % 2 == 0 if name.startswith("f") else ("", "a", "b", None)[what])
        fresh = Form(made, None, form.entered())
        assert fresh.check() == form.check()
        assert fresh.values == form.values
        for path, item in made.definition.form_fields.items():
            hidden = any(not form.visible(name) for name in item.within)
            assert not (hidden and form.visible(path))
            assert not (hidden and form.value(path))
            assert form.required(path) == fresh.required(path)


@given(st.data())
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_course_of_changes_in_groups_comes_to_what_a_fresh_form_comes_to(data: st.DataObject) -> None:
    form = Form(GROUPED, None)
    for path, value in data.draw(edits(GROUPED)):
        do(form, path, value)
    fresh = Form(GROUPED, None, form.entered())
    assert fresh.values == form.values
    refused = {f"con[{row.index}].{name}" for row in form.rows["con"] for name in row.refused} | form.top.refused.keys()
    refused |= {f"vc_con[{row.index}].{name}" for row in form.rows["vc_con"] for name in row.refused}
    assert [p for p in fresh.check() if p.path not in refused] == [p for p in form.check() if p.path not in refused]
    for problem in form.check():
        bare = problem.path.replace("]", "").split("[")[0]
        assert bare in form.definition.form_fields or bare in form.definition.tables


def test_every_field_of_a_definition_stands_somewhere() -> None:
    made = Definition.from_json(definition_json(ITEMS, RULES))
    assert all(isinstance(item, Field | Table) for item in made.items)
    assert set(made.fields) >= {"vc_so", "con.hoc_phi"}


LAYOUT = """#import "/hoso.typ": *
#show: hoso-page.with(title: "Thử nhóm")
#let d = form-data()
#if group-filled("vo_chong") [ VO CHONG: #fill("vc_ten"), giấy #fill("vc_so") ]
#if group-filled("vc_cap") [ NOI CAP #fill("vc_noi_cap") ]
#for (i, row) in d.values.con.enumerate() [ / Con #(i + 1): #fill("con[" + str(i) + "].ten") #if row.hoc [ học ] ]
"""


def test_a_group_is_printed_where_it_is_filled_and_its_places_are_found(tmp_path: Path) -> None:
    made = files(ITEMS, RULES) | {"layout.typ": LAYOUT.encode()}
    opened = open_folder(write_folder(tmp_path / "mau", made))
    form = Form(opened, None, {"ket_hon": True, "vc_ten": "LÊ THỊ BÌNH", "con": [{"ten": "LÊ VĂN BA", "hoc": True}]})
    printed = print_form(opened.ref, None, form.values, PrintOptions(timestamp=0))
    (tmp_path / "a.pdf").write_bytes(printed.pdf)
    text = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True).stdout.decode()
    assert "LÊ THỊ BÌNH" in text
    assert "LÊ VĂN BA" in text
    assert "NOI CAP" not in text
    assert {"vc_ten", "con[0].ten"} <= {mark.name for mark in printed.fields}
    form.set("ket_hon", False)
    hidden = print_form(opened.ref, None, form.values, PrintOptions(timestamp=0))
    (tmp_path / "b.pdf").write_bytes(hidden.pdf)
    text = subprocess.run(["pdftotext", tmp_path / "b.pdf", "-"], capture_output=True, check=True).stdout.decode()
    assert "VO CHONG" not in text
    assert read_back(printed.pdf).values["con"][0]["ten"] == "LÊ VĂN BA"


def test_the_sheet_for_many_clients_names_the_group_over_each_field_and_is_read_back(tmp_path: Path) -> None:
    scan = field("vc_anh", "file")
    opened = open_folder(write_folder(tmp_path / "mau", files([*ITEMS, scan], RULES)))
    titles = [one.title("vi") for one in written_fields(opened.definition.form_fields.values())]
    assert titles[3:5] == ["Nhóm vo_chong: Họ và tên", "Nhóm vo_chong: Trường vc_sinh"]
    lines = (Line(3, {"#client": "0999999888", "#row": "1", "ket_hon": "x", "vc_ten": "AN", "vc_noi_cap": "Huế"}),)
    tables = {"con": (Line(3, {"#row": "1", "con.ten": "BA", "con.hoc_phi": Decimal(7)}),)}
    made = make_sheet(Content(opened.ref, None, "lo-1", lines, tables))
    (row,) = read_plan(read_sheet(made), opened, None, date(2026, 11, 22)).rows
    assert {name: value for name, value in row.data.items() if value not in (None, "", [])} == {
        "ket_hon": True, "vc_ten": "AN", "vc_noi_cap": "Huế", "con": [{"ten": "BA", "hoc_phi": 7}],
    }  # fmt: skip
