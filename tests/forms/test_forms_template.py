"""Template packages: what is taken, what is refused, and which version a period asks for."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.bundled import RESOURCES
from forms.errors import (
    DefinitionInvalid,
    NoVersionForPeriod,
    PeriodKindWrong,
    PeriodNeeded,
    TemplateError,
    TemplateTampered,
    TemplateUnreadable,
    UnknownTemplate,
)
from forms.form import Form
from forms.period import Period
from forms.template import (
    Edition,
    Library,
    TemplateRef,
    bundled_library,
    digest,
    lint,
    load,
    pack,
    run_examples,
    skeleton,
)
from forms.template.package import MAX_FILE, open_folder, read_files, unzip
from tests.forms.form_kit import definition, field, files, packed, rule, table, template_json, words, write_folder

TODAY = date(2026, 11, 21)
GOOD = files([field("a"), field("b", calculated="a * 2")])


def folder(tmp_path: Path, **more: bytes) -> Path:
    return write_folder(tmp_path / "mau", {**GOOD, **more})


# --- packages --------------------------------------------------------------------------------------------------------


def test_a_folder_and_any_zip_of_it_have_one_digest(tmp_path: Path) -> None:
    path = folder(tmp_path)
    other = tmp_path / "khac.zip"
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(GOOD, reverse=True):
            archive.writestr(name, GOOD[name])
    (tmp_path / "mau.zip").write_bytes(pack(path))
    assert pack(path) == pack(other) == packed(GOOD)
    assert digest(path) == digest(other) == hashlib.sha256(pack(path)).hexdigest()
    for place in (path, other, tmp_path / "mau.zip"):
        assert load(TemplateRef("thu/mau", "1", place, digest(path))).definition.fields.keys() == {"a", "b"}


def test_a_template_that_was_changed_is_refused_at_each_use(tmp_path: Path) -> None:
    path = folder(tmp_path)
    ref = TemplateRef("thu/mau", "1", path, digest(path))
    assert load(ref) is load(ref)
    good = (path / "layout.typ").read_bytes()
    (path / "layout.typ").write_bytes(good + b" ")
    with pytest.raises(TemplateTampered) as caught:
        load(ref)
    assert pickle.loads(pickle.dumps(caught.value)).facts == {"id": "thu/mau", "version": "1"}
    (path / "layout.typ").write_bytes(good)
    assert load(ref).id == "thu/mau"
    (path / "them.txt").write_bytes(b"")
    with pytest.raises(TemplateTampered):
        load(ref)


def test_a_package_under_another_name_is_refused(tmp_path: Path) -> None:
    path = folder(tmp_path)
    with pytest.raises(TemplateTampered):
        load(TemplateRef("thu/khac", "1", path, digest(path)))
    with pytest.raises(TemplateTampered):
        load(TemplateRef("thu/mau", "2", path, digest(path)))


def test_an_authors_folder_is_read_as_it_is(tmp_path: Path) -> None:
    path = folder(tmp_path)
    ref = TemplateRef("thu/mau", "1", path, None)
    assert "c" not in load(ref).definition.fields
    changed = files([field("a"), field("b"), field("c")])
    (path / "definition.json").write_bytes(changed["definition.json"])
    assert "c" in load(ref).definition.fields


def archive_of(*entries: tuple[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", how) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return target.getvalue()


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("layout.typ")
    entry.external_attr = 0o120777 << 16
    return entry


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ZIP"),
        (b"PK\x03\x04" + b"\x00" * 100, "ZIP"),
        (archive_of(("../a.json", b"{}")), "NAME"),
        (archive_of(("/etc/a.json", b"{}")), "NAME"),
        (archive_of(("a/../b.json", b"{}")), "NAME"),
        (archive_of(("a\\b.json", b"{}")), "NAME"),
        (archive_of(("C:a.json", b"{}")), "NAME"),
        (archive_of(("a/b/c/d/e.json", b"{}")), "NAME"),
        (archive_of((".an.json", b"{}")), "NAME"),
        (archive_of(("a.py", b"")), "NAME"),
        (archive_of(("a.so", b"")), "NAME"),
        (archive_of(("ä.json", b"{}")), "NAME"),
        (archive_of(("x" * 200 + ".json", b"{}")), "NAME"),
        (archive_of(("a.json", b"{}"), ("A.json", b"{}")), "DUPLICATE"),
        (archive_of((link(), b"/etc/passwd")), "LINK"),
        (archive_of(*[(f"f{i}.json", b"{}") for i in range(301)]), "TOO_MANY_FILES"),
        (archive_of(("a.json", b"0" * (MAX_FILE + 1)), how=zipfile.ZIP_DEFLATED), "TOO_LARGE"),
        (archive_of(*[(f"f{i}.json", b"0" * MAX_FILE) for i in range(5)], how=zipfile.ZIP_DEFLATED), "TOO_LARGE"),
        (archive_of(("a.json", b"{}" * 99), how=zipfile.ZIP_LZMA), "COMPRESSION"),
    ],
)
def test_hostile_archives_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(TemplateUnreadable) as caught:
        dict(unzip(data))
    assert caught.value.reason == reason


def test_a_duplicate_name_in_an_archive_is_refused() -> None:
    data = archive_of(("ab.json", b"{}"), ("ba.json", b"{}")).replace(b"ba.json", b"ab.json")
    with pytest.raises(TemplateUnreadable) as caught:
        dict(unzip(data))
    assert caught.value.reason == "DUPLICATE"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_archive_never_crashes(damage: list[tuple[int, int]]) -> None:
    data = bytearray(packed(GOOD))
    for place, byte in damage:
        data[place % len(data)] = byte
    try:
        found = dict(unzip(bytes(data)))
    except TemplateUnreadable:
        return
    assert all(isinstance(content, bytes) for content in found.values())


def test_a_folder_is_not_left_by_links(tmp_path: Path) -> None:
    path = folder(tmp_path)
    os.symlink("/etc/passwd", path / "bi-mat.txt")
    with pytest.raises(TemplateUnreadable) as caught:
        read_files(path)
    assert caught.value.reason == "LINK"


def test_folders_that_are_no_template(tmp_path: Path) -> None:
    (tmp_path / "rong").mkdir()
    for path, reason in ((tmp_path / "rong", "EMPTY"), (tmp_path / "khong-co", "FILES")):
        with pytest.raises(TemplateUnreadable) as caught:
            read_files(path)
        assert caught.value.reason == reason
    for name in GOOD:
        path = write_folder(tmp_path / name, {key: data for key, data in GOOD.items() if key != name})
        with pytest.raises(TemplateUnreadable) as caught:
            open_folder(path)
        assert (caught.value.reason, caught.value.detail) == ("MISSING", name)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b'{"format": 1}', b'{"a": 1, "a": 2}', b"[" * 100_000])
def test_a_template_that_is_no_json_or_says_nothing_is_refused(tmp_path: Path, text: bytes) -> None:
    for name in ("template.json", "definition.json"):
        with pytest.raises(TemplateError):
            open_folder(write_folder(tmp_path / name, {**GOOD, name: text}))


def test_metadata_may_name_only_fields_that_are_there(tmp_path: Path) -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"identity": {"tax_code": "mst"}},
        {"prefill": {"mst": "tax_code"}},
        {"roll_forward": {"keep": ["mst"]}},
        {"roll_forward": {"a": {"from": "mst"}}},
    )
    for number, more in enumerate(wrong):
        made = {**GOOD, "template.json": json.dumps(template_json(**more)).encode()}
        with pytest.raises(DefinitionInvalid):
            open_folder(write_folder(tmp_path / str(number), made))


# --- definitions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "rules", "reason"),
    [
        ([field("a", calculated="b"), field("b", calculated="a")], [], "CYCLE"),
        ([field("a", calculated="a")], [], "CYCLE"),
        ([field("a", visible="a > 0")], [], "CYCLE"),
        ([field("a", visible="b > 0"), field("b", visible="a > 0")], [], "CYCLE"),
        ([table("t", [field("x", calculated="tong(t.x)")])], [], "CYCLE"),
        ([table("t", [field("x", calculated="y"), field("y", calculated="x")])], [], "CYCLE"),
        ([field("a", calculated="tong(t.x)"), table("t", [field("x", calculated="a")])], [], "CYCLE"),
        ([field("a", calculated="so_dong(t)"), table("t", [field("x")], visible="a > 0")], [], "CYCLE"),
        ([field("a"), field("a")], [], "NAME"),
        ([field("a"), table("a", [field("x")])], [], "NAME"),
        ([table("t", [field("x"), field("x")])], [], "NAME"),
        ([field("if")], [], "NAME"),
        ([field("A")], [], "SHAPE"),
        ([field("a", "không-có")], [], "SHAPE"),
        ([field("a", label={"vi": "a"})], [], "SHAPE"),
        ([field("a", lạ=1)], [], "SHAPE"),
        ([field("a", calculated="x" * 2001)], [], "SHAPE"),
        ([field("a", calculated="b")], [], "EXPRESSION_UNKNOWN_NAME"),
        ([field("a", calculated="'x'")], [], "EXPRESSION_TYPE"),
        ([field("a", visible="1")], [], "EXPRESSION_TYPE"),
        ([field("a", "text", pattern="(")], [], "PATTERN"),
        ([field("a", "text", pattern="a)|(b")], [], "PATTERN"),
        ([field("a", "text", pattern="(?=a)")], [], "PATTERN"),
        ([field("a", "text", pattern=r"(a)\1")], [], "PATTERN"),
        ([field("a", "text", pattern="(((a{1000}){1000}){1000}){1000}")], [], "PATTERN"),
        ([field("a", "choice")], [], "OPTIONS"),
        ([field("a", "text", options=[{"value": "x", "label": words("x")}])], [], "OPTIONS"),
        ([field("a", "choice", options=[{"value": "x", "label": words("x")}] * 2)], [], "NAME"),
        ([field("a", "text", options_from="units/khong_co")], [], "UNKNOWN_LIST"),
        ([field("a", "text", options_from="../../etc/passwd")], [], "SHAPE"),
        ([field("a", "ward", depends_on="b")], [], "UNKNOWN_NAME"),
        ([field("a", default="x")], [], "DEFAULT"),
        ([field("a", calculated="1", default=1)], [], "DEFAULT"),
        ([field("a", "integer", coefficient=True)], [], "COEFFICIENT"),
        ([table("t", [field("x", "text")], totals=["x"])], [], "TOTALS"),
        ([table("t", [field("x")], totals=["y"])], [], "TOTALS"),
        ([table("t", [field("x")], min_rows=3, max_rows=2)], [], "ROWS"),
        ([table("t", [field("x")], max_rows=10**9)], [], "SHAPE"),
        ([field("a")], [rule("r", "a > 0", "b")], "UNKNOWN_NAME"),
        ([field("a")], [rule("r", "a", "a")], "EXPRESSION_TYPE"),
        ([field("a")], [rule("r", "a > 0", "a", each="t")], "UNKNOWN_NAME"),
        ([field("a")], [rule("r", "a > 0", "a"), rule("r", "a > 1", "a")], "NAME"),
        ([field("a")], [rule("r", "a > 0", "a", message=words("{b}"))], "UNKNOWN_NAME"),
        ([field("a")], [rule("r", "a > 0", "a", message=words("{dong}"))], "UNKNOWN_NAME"),
        ([field("a")], [rule("r", "a > 0", "a", code="x")], "SHAPE"),
        ([table(f"t{t}", [field(f"c{c}") for c in range(60)]) for t in range(26)], [], "TOO_MANY_FIELDS"),
    ],
)
def test_definitions_that_contradict_the_format_or_themselves(items: Any, rules: Any, reason: str) -> None:
    with pytest.raises(DefinitionInvalid) as caught:
        definition(items, rules)
    assert caught.value.reason == reason
    assert caught.value.where


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "kind",
                "label",
                "visible",
                "calculated",
                "default",
                "min",
                "options",
                "pattern",
                "depends_on",
                "max_length",
            ]
        ),
        _json | st.sampled_from(["a", "a > 1", "text", "choice", "ward", words("x")]),
        max_size=4,
    )
)
def test_any_definition_is_read_or_refused(more: dict[str, Any]) -> None:
    try:
        found = definition([field("a"), {**field("b"), **more}])
    except DefinitionInvalid:
        return
    jsonschema_rs.meta.validate(found.json_schema())


def test_the_bundled_schemas_are_schemas() -> None:
    for name in ("template", "definition", "xml", "example"):
        schema = json.loads((RESOURCES / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
        jsonschema_rs.meta.validate(schema)


# --- the library -----------------------------------------------------------------------------------------------------


def edition(version: str, since: str, until: str | None = None, *kinds: str) -> Edition:
    end = date.fromisoformat(until) if until else None
    ref = TemplateRef("thu/mau", version, Path(version), None)
    return Edition(ref, date.fromisoformat(since), end, kinds)


MONTHLY = Library(
    [edition("2", "2026-07-01", None, "month", "quarter"), edition("1", "2022-01-01", "2026-06-30", "month", "quarter")]
)


@pytest.mark.parametrize(
    ("period", "version"),
    [("2026-06", "1"), ("2026-07", "2"), ("2026-Q2", "1"), ("2026-Q3", "2"), ("2022-01", "1"), ("2030-12", "2")],
)
def test_the_version_is_chosen_by_the_period_not_by_the_day(period: str, version: str) -> None:
    assert MONTHLY.choose("thu/mau", Period.parse(period), date(2020, 1, 1)).version == version


def test_choosing_refuses_with_what_is_wrong() -> None:
    with pytest.raises(PeriodNeeded) as needed:
        MONTHLY.choose("thu/mau", None, TODAY)
    assert needed.value.versions == ("1", "2")
    with pytest.raises(NoVersionForPeriod):
        MONTHLY.choose("thu/mau", Period.parse("2021-12"), TODAY)
    with pytest.raises(UnknownTemplate):
        MONTHLY.choose("thu/khac", None, TODAY)
    with pytest.raises(UnknownTemplate):
        MONTHLY.get("thu/mau", "3")
    quarterly = Library([edition("1", "2022-01-01", None, "quarter")])
    with pytest.raises(PeriodKindWrong):
        quarterly.choose("thu/mau", Period.parse("2026-06"), TODAY)


def test_a_form_without_periods_goes_by_the_day() -> None:
    library = Library([edition("1", "2022-01-01", "2026-08-20"), edition("2", "2026-08-21")])
    assert library.choose("thu/mau", None, date(2026, 8, 20)).version == "1"
    assert library.choose("thu/mau", None, date(2026, 8, 21)).version == "2"


def test_a_downloaded_edition_counts_before_the_bundled_one() -> None:
    newer = Edition(TemplateRef("thu/mau", "2", Path("tai-ve"), "00"), date(2026, 7, 1), None, ("month",))
    library = MONTHLY.with_editions([newer])
    assert library.get("thu/mau", "2").path == Path("tai-ve")
    assert [one.version for one in library.versions("thu/mau")] == ["1", "2"]


def test_every_bundled_template_is_what_the_index_says_and_its_examples_come_out() -> None:
    library = bundled_library()
    assert library.ids()
    for entry in library.editions():
        template = load(entry.ref)
        assert (template.effective_from, template.effective_to) == (entry.effective_from, entry.effective_to)
        assert template.period_kinds == entry.period_kinds
        assert [result for result in run_examples(template) if not result.ok] == []
        assert template.example is not None
        jsonschema_rs.validator_for(template.definition.json_schema()).validate(template.example.data)
        assert all(ord(letter) < 0xD800 for words in (template.title.vi, template.title.en) for letter in words)


def test_the_bundled_templates_lint_without_errors() -> None:
    for entry in bundled_library().editions():
        assert [finding for finding in lint(entry.ref.path) if finding.severity == "error"] == []


# --- authors ---------------------------------------------------------------------------------------------------------


def test_a_new_template_is_valid_at_once(tmp_path: Path) -> None:
    path = tmp_path / "Đơn xin việc"
    skeleton(path)
    assert lint(path) == []
    template = open_folder(path)
    assert template.id == "moi/don-xin-viec"
    assert template.example is not None
    assert Form.load(template, None, template.example.data).check() == []
    with pytest.raises(TemplateUnreadable):
        skeleton(path)


def test_lint_says_what_an_author_overlooked(tmp_path: Path) -> None:
    path = tmp_path / "don"
    skeleton(path)
    layout = (path / "layout.typ").read_text(encoding="utf-8")
    (path / "layout.typ").write_text(layout.replace("nguoi_lam_don", "khac"), encoding="utf-8")
    assert "LINT_NO_SIGN_PLACE" in {finding.code for finding in lint(path)}
    (path / "layout.typ").write_text(layout.replace('#fill-line("noi_dung")', ""), encoding="utf-8")
    assert [(f.code, f.severity, f.facts["detail"]) for f in lint(path)] == [
        ("LINT_NOT_PRINTED", "warning", "noi_dung")
    ]
    (path / "layout.typ").write_text("#khong-co-ham()", encoding="utf-8")
    assert [finding.severity for finding in lint(path)] == ["error"]
    (path / "definition.json").write_text("{}", encoding="utf-8")
    assert [finding.code for finding in lint(path)] == ["DEFINITION_INVALID"]
    assert [finding.code for finding in lint(tmp_path / "khong-co")] == ["TEMPLATE_UNREADABLE"]


def test_an_example_that_does_not_come_out_is_told(tmp_path: Path) -> None:
    example = {"data": {"a": 1}, "expect": {"values": {"b": 3}, "problems": ["X"]}}
    path = folder(tmp_path, **{"examples/mot.json": json.dumps(example).encode()})
    (result,) = run_examples(open_folder(path))
    assert not result.ok
    assert [text.split(":")[0] for text in result.differences] == ["b", "problems"]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"dta": {}}, "data"),
        ({"data": []}, "data"),
        ({"data": {}, "period": 5}, "period"),
        ({"data": {}, "expect": {"problem": []}}, "expect"),
        ({"data": {}, "complete": "có"}, "complete"),
    ],
)
def test_an_example_of_another_shape_is_refused_with_its_place(tmp_path: Path, wrong: object, where: str) -> None:
    path = folder(tmp_path, **{"examples/mot.json": json.dumps(wrong).encode()})
    with pytest.raises(TemplateUnreadable) as refused:
        open_folder(path)
    assert refused.value.reason == "EXAMPLE"
    assert "examples/mot.json" in refused.value.detail
    assert where in refused.value.detail


def test_notices_depend_on_the_period_and_the_day(tmp_path: Path) -> None:
    notices = [
        {"code": "MOI", **words("a"), "from_period": "2026-07-01", "unconfirmed": ["xml"]},
        {"code": "NGAY", **words("b"), "from": "2026-08-21"},
    ]
    made = {**GOOD, "template.json": json.dumps(template_json(notices=notices)).encode()}
    template = open_folder(write_folder(tmp_path / "mau", made))
    names = [n.code for n in template.notices(Period.parse("2026-07"), TODAY)]
    assert names == ["MOI", "NGAY"]
    assert [n.code for n in template.unconfirmed(Period.parse("2026-07"), TODAY)] == ["MOI"]
    assert template.notices(Period.parse("2026-06"), date(2026, 8, 20)) == []
    assert [n.code for n in template.notices(None, date(2026, 8, 21))] == ["NGAY"]
