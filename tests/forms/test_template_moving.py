"""A form moved to another version of its template: what is told, what comes along, what stays behind."""

from __future__ import annotations

import pytest

from forms.form import Form
from forms.period import Period
from forms.prefill import carry
from forms.template import bundled_library, load
from forms.template.moving import changes_between, move
from tests.forms.form_kit import field, rule, table, template, words

OLD = template(
    [
        field("ten", "text"),
        field("cu", "text"),
        field("so"),
        field("tu_tinh", calculated="so * 2"),
        field("doi_kieu", "text"),
        table("ld", [field("ho_ten", "name"), field("bo")], max_rows=9),
    ],
    [rule("a", "so <= 10", "so")],
)
NEW = template(
    [
        field("moi", "text"),
        field("ten", "text", label=words("Tên đầy đủ")),
        field("so", min=0),
        field("tu_tinh", calculated="so * 3"),
        field("doi_kieu", "date"),
        table("ld", [field("ho_ten", "name"), field("them")], max_rows=2),
    ],
    [rule("a", "so <= 20", "so")],
    version="2",
)


def test_what_changed_is_told_field_by_field() -> None:
    found = [(change.path, change.kind) for change in changes_between(OLD, NEW)]
    assert found == [
        ("moi", "added"),
        ("ten", "renamed"),
        ("so", "rule"),
        ("tu_tinh", "rule"),
        ("doi_kieu", "kind"),
        ("ld", "rule"),
        ("ld.them", "added"),
        ("so", "rule"),
        ("cu", "removed"),
        ("ld.bo", "removed"),
    ]
    renamed = changes_between(OLD, NEW)[1]
    assert renamed.words("vi") == "Đổi tên: Trường ten → Tên đầy đủ"


def test_what_fits_comes_along_and_the_rest_is_told() -> None:
    rows = [{"ho_ten": "An", "bo": 5}, {"ho_ten": "Bình"}, {"ho_ten": "Cúc"}]
    form = Form(OLD, None, {"ten": "A", "cu": "B", "so": 4, "doi_kieu": "mai", "ld": rows})
    moved = move(form, NEW)
    assert (moved.before, moved.after) == ("1", "2")
    assert moved.form.entered() == {"ten": "A", "so": 4, "ld": [{"ho_ten": "An"}, {"ho_ten": "Bình"}]}
    assert [(left.path, left.value, left.reason) for left in moved.left] == [
        ("cu", "B", "removed"),
        ("doi_kieu", "mai", "refused"),
        ("ld[0].bo", "5", "removed"),
        ("ld[2]", "", "rows"),
    ]
    assert moved.recalculated == ("tu_tinh",)
    assert form.entered()["cu"] == "B"  # the old one is untouched


def test_no_change_means_nothing_is_told_and_nothing_left() -> None:
    form = Form(OLD, None, {"ten": "A", "ld": [{"ho_ten": "An"}]})
    moved = move(form, OLD)
    assert (moved.changes, moved.left, moved.recalculated) == ((), (), ())
    assert moved.form.values == form.values
    with pytest.raises(ValueError, match="no version"):
        move(form, template([field("a")], id="thu/khac"))


def test_the_vat_return_moves_between_circulars() -> None:
    library = bundled_library()
    old, new = (load(edition.ref) for edition in library.versions("thue/01-gtgt"))
    assert old.example is not None
    form = Form.load(old, Period.parse("2026-06"), old.example.data)
    moved = move(form, new)
    assert {change.path for change in moved.changes if change.kind == "added"} >= {"ct32b", "ct34a"}
    assert moved.left == ()
    assert all(moved.form.values[name] == form.values[name] for name in moved.carried)


RETURN = load(bundled_library().versions("thue/01-gtgt")[-1].ref)
BEFORE = {"mst": "0100686209", "tenNNT": "CÔNG TY", "ct23": 900, "ct43": 77, "ct22": 5, "ct24": 1}


def test_each_field_is_kept_cleared_or_rolled_by_policy() -> None:
    carried = carry(RETURN, Period.parse("2026-11"), BEFORE, follows=True)
    assert carried.values["ct22"] == 77
    assert carried.values["tenNNT"] == "CÔNG TY"
    assert "ct23" not in carried.values
    assert (carried.policies["ct22"], carried.policies["tenNNT"], carried.policies["ct23"]) == ("roll", "keep", "clear")
    assert carry(RETURN, Period.parse("2026-11"), BEFORE, follows=True, policy={"ct23": "keep"}).values["ct23"] == 900


def test_nothing_rolls_over_a_gap_or_to_another_client() -> None:
    assert "ct22" not in carry(RETURN, Period.parse("2027-03"), BEFORE, follows=False).values
    other = carry(RETURN, Period.parse("2026-11"), BEFORE, follows=True, same_client=False)
    assert not {"mst", "tenNNT", "ct22"} & set(other.values)
    assert other.values["ct23"] == 900
