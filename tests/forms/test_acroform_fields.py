"""Foreign PDF forms: what their fields say of themselves, and files that are no form to fill."""

from __future__ import annotations

import io
import itertools
import pickle
from collections.abc import Callable
from functools import partial

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from forms.acroform import (
    FormFileBroken,
    FormFileLocked,
    FormFileTooLarge,
    FormHasNoFields,
    FormIsDynamicXfa,
    FormPassphraseWrong,
    fill_form,
    list_fields,
)
from forms.errors import FormsError
from tests.forms.acroform_kit import (
    COMB,
    COMBO,
    EDIT,
    MULTI,
    MULTILINE,
    PASSWORD,
    READ_ONLY,
    REQUIRED,
    Maker,
)

BOX = (60.0, 700.0, 260.0, 720.0)


def one(form: Maker, name: str) -> dict[str, object]:
    found = {field.name: field.to_json() for field in list_fields(form.data()).fields}
    return found[name]


def test_a_text_field_tells_all_that_the_contract_names() -> None:
    form = Maker()
    form.text("chu_ho.ho_ten", BOX, "Trần Ánh", flags=READ_ONLY | REQUIRED, MaxLen=40, TU=String("Họ và tên chủ hộ"))
    assert one(form, "chu_ho.ho_ten") == {
        "name": "chu_ho.ho_ten",
        "kind": "text",
        "value": "Trần Ánh",
        "options": [],
        "option_labels": [],
        "max_length": 40,
        "multiline": False,
        "comb": False,
        "password": False,
        "read_only": True,
        "required": True,
        "multiple": False,
        "editable": False,
        "tooltip": "Họ và tên chủ hộ",
        "page": 1,
        "box": [60, 700, 260, 720],
        "widgets": [{"page": 1, "box": [60, 700, 260, 720]}],
    }


def test_coordinates_are_never_binary_floats_and_lie_in_order() -> None:
    form = Maker()
    form.text("a", (260.25, 720, 60, 700.125))
    assert one(form, "a")["box"] == [60, "700.125", "260.25", 720]


@pytest.mark.parametrize(("flags", "said"), [(MULTILINE, "multiline"), (PASSWORD, "password"), (COMB, "comb")])
def test_flags_of_texts(flags: int, said: str) -> None:
    form = Maker()
    form.text("a", BOX, flags=flags, MaxLen=10)
    assert [key for key in ("multiline", "password", "comb") if one(form, "a")[key]] == [said]


def test_a_password_is_never_listed() -> None:
    form = Maker()
    form.text("a", BOX, "bí mật", flags=PASSWORD)
    assert one(form, "a")["value"] is None


def test_a_comb_needs_a_length() -> None:
    form = Maker()
    form.text("a", BOX, flags=COMB)
    assert one(form, "a")["comb"] is False


def test_buttons_and_choices_name_their_options_and_values() -> None:
    form = Maker()
    form.check("dong_y", BOX, "Co", on=True)
    form.radio("gioi_tinh", [BOX, (60, 660, 80, 680)], ["Nam", "Nu"], on="Nu")
    form.radio("dan_toc", [BOX, (60, 620, 80, 640)], ["0", "1"], Opt=Array([String("Kinh"), String("Tày")]), on="1")
    form.choice("tinh", BOX, [("01", "Hà Nội"), ("79", "TP. Hồ Chí Minh")], "79", flags=COMBO | EDIT)
    form.choice("nghe", BOX, ["Nông dân", "Kỹ sư"], flags=MULTI)
    form.button("in", BOX)
    form.signature("ky", BOX)
    found = {field.name: field for field in list_fields(form.data()).fields}
    assert [(f.name, f.kind, f.value) for f in found.values()] == [
        ("dong_y", "checkbox", True),
        ("gioi_tinh", "radio", "Nu"),
        ("dan_toc", "radio", "Tày"),
        ("tinh", "choice", "79"),
        ("nghe", "choice", ()),
        ("in", "button", None),
        ("ky", "signature", False),
    ]
    assert found["gioi_tinh"].options == ("Nam", "Nu")
    assert len(found["gioi_tinh"].places) == 2
    assert found["dan_toc"].options == ("Kinh", "Tày")
    assert (found["tinh"].options, found["tinh"].option_labels) == (("01", "79"), ("Hà Nội", "TP. Hồ Chí Minh"))
    assert found["tinh"].editable
    assert found["nghe"].multiple


def test_pages_are_counted_from_one_and_fields_keep_their_order() -> None:
    form = Maker(3)
    for number in (3, 1, 2):
        form.text(f"trang_{number}", BOX, page=number)
    assert [(f.name, f.places[0].page) for f in list_fields(form.data()).fields] == [
        ("trang_3", 3),
        ("trang_1", 1),
        ("trang_2", 2),
    ]


def test_two_fields_of_one_name_are_one_field_in_two_places() -> None:
    form = Maker()
    form.text("a", BOX)
    form.text("a", (60, 640, 260, 660))
    (found,) = list_fields(form.data()).fields
    assert len(found.places) == 2


def test_old_state_names_that_are_no_utf8_can_be_chosen() -> None:
    form = Maker()
    form.check("a", BOX, "Yes")
    data = form.data(object_stream_mode=pikepdf.ObjectStreamMode.disable, qdf=True).replace(b"/Yes", b"/C#f3")
    assert list_fields(data).fields[0].options == ("Có",)
    made = fill_form(data, {"a": "Có"}).pdf
    assert made is not None
    assert list_fields(made).fields[0].value is True


def test_a_pdf_without_fields_lists_none_and_cannot_be_filled() -> None:
    form = Maker()
    del form.pdf.Root["/AcroForm"]
    assert list_fields(form.data()).fields == ()
    with pytest.raises(FormHasNoFields):
        fill_form(form.data(), {"a": "x"})


# ---------------------------------------------------------------- files that are refused


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"%PDF-1.7\nnothing", b"%PDF-1.4\n" + bytes(2000), b"%PDF-1.4\ntrailer<</Root 1 0 R>>"]
)
def test_what_is_no_pdf_is_said_to_be_broken(data: bytes) -> None:
    with pytest.raises(FormFileBroken):
        list_fields(data)


def test_a_file_cut_anywhere_is_answered(tmp_path: object) -> None:
    form = Maker()
    form.text("a", BOX)
    data = form.data()
    for end in range(20, len(data), max(1, len(data) // 60)):
        try:
            found = list_fields(data[:end])
        except FormFileBroken:
            continue
        assert len(found.fields) <= 1


def test_a_cycle_in_the_tree_is_refused() -> None:
    form = Maker()
    group = form.pdf.make_indirect(Dictionary(T=String("a"), Kids=Array()))
    group.Kids.append(group)
    form.fields.append(group)
    with pytest.raises(FormFileBroken) as caught:
        list_fields(form.data())
    assert caught.value.reason == "CYCLE"


def test_a_cycle_far_below_is_refused() -> None:
    form = Maker()
    groups = [form.pdf.make_indirect(Dictionary(T=String(f"g{n}"), Kids=Array())) for n in range(5)]
    for above, below in itertools.pairwise(groups):
        above.Kids.append(below)
    groups[-1].Kids.append(groups[1])
    form.fields.append(groups[0])
    with pytest.raises(FormFileBroken):
        list_fields(form.data())


def test_a_deep_tree_is_refused() -> None:
    form = Maker()
    leaf = form.pdf.make_indirect(Dictionary(T=String("x"), FT=Name.Tx))
    for _ in range(200):
        leaf = form.pdf.make_indirect(Dictionary(T=String("x"), Kids=Array([leaf])))
    form.fields.append(leaf)
    with pytest.raises(FormFileTooLarge):
        list_fields(form.data())


def test_too_many_fields_are_refused() -> None:
    form = Maker()
    for number in range(5001):
        form.fields.append(form.pdf.make_indirect(Dictionary(T=String(f"f{number}"), FT=Name.Tx)))
    with pytest.raises(FormFileTooLarge):
        list_fields(form.data())


def test_a_bomb_of_shared_kids_is_refused() -> None:
    form = Maker()
    below = form.pdf.make_indirect(Dictionary(T=String("x"), FT=Name.Tx))
    for _ in range(20):
        below = form.pdf.make_indirect(Dictionary(T=String("y"), Kids=Array([below] * 20)))
    form.fields.append(below)
    with pytest.raises(FormFileBroken):
        list_fields(form.data())


def test_strange_objects_everywhere_are_answered() -> None:
    junk = [None, True, 7, String("x"), Name.X, Array([1, 2]), Dictionary(A=1)]
    for thing in junk:
        for key in ("/T", "/FT", "/Ff", "/V", "/Kids", "/Rect", "/Opt", "/DA", "/MK", "/AP", "/MaxLen", "/Q", "/BS"):
            form = Maker()
            field = form.text("a", BOX)
            if thing is not None:
                field[key] = thing
            elif key in field:
                del field[key]
            data = form.data()
            told = [_answered(partial(list_fields, data)), _answered(partial(fill_form, data, {"a": "x"}))]
            assert all(told), (key, thing)


def _answered(act: Callable[[], object]) -> bool:
    """Say whether an act succeeds or fails with one of our own errors."""
    try:
        act()
    except FormsError:
        return True
    return True


def test_dynamic_xfa_is_recognised() -> None:
    form = Maker()
    form.form.XFA = Array([String("template"), form.pdf.make_stream(b"<template/>")])
    with pytest.raises(FormIsDynamicXfa):
        list_fields(form.data())
    form.text("a", BOX)
    assert list_fields(form.data()).notes == ("FORM_HAS_XFA_TOO",)
    form.pdf.Root.NeedsRendering = True
    with pytest.raises(FormIsDynamicXfa):
        list_fields(form.data())


def test_a_password_is_asked_for_and_a_wrong_one_told() -> None:
    form = Maker()
    form.text("a", BOX)
    data = form.data(encryption=pikepdf.Encryption(user="mở", owner="chủ", R=6))
    with pytest.raises(FormFileLocked):
        list_fields(data)
    with pytest.raises(FormPassphraseWrong):
        list_fields(data, passphrase="khác")
    assert [field.name for field in list_fields(data, passphrase="mở").fields] == ["a"]


def test_restrictions_are_told_when_listing() -> None:
    form = Maker()
    form.text("a", BOX)
    data = form.data(encryption=pikepdf.Encryption(owner="chủ", allow=pikepdf.Permissions(modify_form=False)))
    assert "FORM_IS_RESTRICTED" in list_fields(data).notes


def test_listings_cross_a_pipe() -> None:
    form = Maker()
    form.text("a", BOX, TU=String("gì"))
    found = list_fields(form.data())
    assert pickle.loads(pickle.dumps(found)) == found
    assert all(type(value) is str for value in (found.fields[0].name, found.fields[0].tooltip))


def test_the_file_itself_is_not_touched() -> None:
    form = Maker()
    form.text("a", BOX)
    stream = io.BytesIO(form.data())
    list_fields(stream.getvalue())
    assert stream.getvalue() == form.data()
