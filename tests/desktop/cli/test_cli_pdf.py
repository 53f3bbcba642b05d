"""`hoso pdf`: foreign forms from the command line, as scripts rely on it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, String
from pyhanko.sign.fields import MDPPerm

from tests.forms.acroform_kit import COMBO, Maker, clean, texts
from tests.signing import made

NAME = "Nguyễn Thị Ánh Tuyết"
CONTRACT = {
    "name", "kind", "value", "options", "max_length", "multiline", "comb", "password", "read_only", "required",
    "tooltip", "page", "box",
}  # fmt: skip


def form() -> Maker:
    maker = Maker(2)
    maker.text("chu_ho.ho_ten", (60, 700, 260, 720), MaxLen=60, TU=String("Họ và tên"))
    maker.check("dong_y", (60, 660, 80, 680), page=2)
    maker.choice("tinh", (60, 620, 260, 640), [("01", "Hà Nội"), ("46", "Huế")], flags=COMBO)
    return maker


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "biểu mẫu.pdf"
    path.write_bytes(form().data())
    return path


def data(tmp_path: Path, values: object) -> Path:
    path = tmp_path / "dữ liệu.json"
    path.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    return path


def test_fields_are_listed_in_the_shape_of_the_contract(hoso: Any, file: Path, tmp_path: Path) -> None:
    answer = hoso("pdf", "fields", file, "--json", "--home", tmp_path / "home")
    assert answer.code == 0
    first, second, third = answer.document["fields"]
    assert set(first) >= CONTRACT
    assert (first["name"], first["kind"], first["max_length"], first["tooltip"]) == (
        "chu_ho.ho_ten", "text", 60, "Họ và tên",
    )  # fmt: skip
    assert first["box"] == [60, 700, 260, 720]
    assert (second["kind"], second["page"], second["value"]) == ("checkbox", 2, False)
    assert third["options"] == ["01", "46"]
    assert not (tmp_path / "home").exists()


def test_fields_are_listed_for_people(hoso: Any, file: Path) -> None:
    out = hoso("pdf", "fields", file).out
    assert "chu_ho.ho_ten: chữ · trang 1 · tối đa 60 ký tự" in out
    assert "46 (Huế)" in out
    assert "page 2" in hoso("pdf", "fields", file, "--lang", "en").out


def test_a_file_from_outside_does_not_steer_the_terminal(hoso: Any, tmp_path: Path) -> None:
    maker = Maker()
    maker.text("a", (60, 700, 260, 720), "\x1b[2Jxóa\x07")
    path = tmp_path / "a.pdf"
    path.write_bytes(maker.data())
    assert "\x1b" not in hoso("pdf", "fields", path).out


@pytest.mark.parametrize("flatten", [False, True])
def test_a_form_is_filled(hoso: Any, file: Path, tmp_path: Path, flatten: bool) -> None:
    out = tmp_path / "đã điền.pdf"
    values = data(tmp_path, {"chu_ho.ho_ten": NAME, "dong_y": True, "tinh": "46"})
    answer = hoso("pdf", "fill", file, values, "-o", out, "--json", *(["--flatten"] if flatten else []))
    assert answer.code == 0, answer.out
    assert answer.document["filled"] == ["chu_ho.ho_ten", "dong_y", "tinh"]
    clean(out)
    assert all(NAME in text and "Huế" in text for text in texts(out).values())
    found = hoso("pdf", "fields", out, "--json").document["fields"]
    assert [one["value"] for one in found] == ([] if flatten else [NAME, True, "46"])


def test_wrong_values_are_all_told_and_nothing_is_written(hoso: Any, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "ra.pdf"
    values = data(tmp_path, {"chu_ho.hoten": "x", "dong_y": 3, "tinh": "99"})
    answer = hoso("pdf", "fill", file, values, "-o", out, "--json")
    assert answer.code == 1
    assert answer.error["code"] == "FORM_VALUES_REFUSED"
    assert [(one["field"], one["code"]) for one in answer.error["problems"]] == [
        ("chu_ho.hoten", "FIELD_NOT_IN_FORM_NEAR"),
        ("dong_y", "FIELD_TAKES_TICK"),
        ("tinh", "FIELD_LACKS_OPTION"),
    ]
    assert all(one["field"] in one["message"] for one in answer.error["problems"])
    assert not out.exists()
    told = hoso("pdf", "fill", file, values, "-o", out)
    assert told.code == 1
    assert "chu_ho.ho_ten" in told.err


def test_an_existing_file_is_kept(hoso: Any, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "ra.pdf"
    out.write_text("cũ", encoding="utf-8")
    values = data(tmp_path, {"chu_ho.ho_ten": NAME})
    answer = hoso("pdf", "fill", file, values, "-o", out, "--json")
    assert (answer.code, answer.error["code"]) == (1, "FILE_EXISTS")
    assert hoso("pdf", "fill", file, values, "-o", out, "--force").code == 0
    clean(out)


@pytest.mark.parametrize(
    ("values", "code"), [([], "DATA_NOT_AN_OBJECT"), ("x", "DATA_NOT_AN_OBJECT"), (None, "DATA_NOT_AN_OBJECT")]
)
def test_data_is_an_object(hoso: Any, file: Path, tmp_path: Path, values: object, code: str) -> None:
    answer = hoso("pdf", "fill", file, data(tmp_path, values), "-o", tmp_path / "ra.pdf", "--json")
    assert (answer.code, answer.error["code"]) == (1, code)


def test_files_that_are_no_form_are_answered_in_words(hoso: Any, tmp_path: Path) -> None:
    empty, torn, dynamic, locked, plain = (tmp_path / f"{n}.pdf" for n in ("rong", "hong", "xfa", "khoa", "in"))
    empty.write_bytes(b"")
    torn.write_bytes(form().data()[:500])
    maker = Maker()
    maker.form.XFA = Array([String("template"), maker.pdf.make_stream(b"<template/>")])
    dynamic.write_bytes(maker.data())
    locked.write_bytes(form().data(encryption=pikepdf.Encryption(user="mở", owner="chủ")))
    bare = Maker()
    del bare.pdf.Root["/AcroForm"]
    plain.write_bytes(bare.data())
    values = data(tmp_path, {"a": "x"})
    for path, code in (
        (empty, "FORM_FILE_BROKEN"),
        (torn, "FORM_FILE_BROKEN"),
        (dynamic, "FORM_IS_DYNAMIC_XFA"),
        (locked, "FORM_FILE_LOCKED"),
        (plain, "FORM_HAS_NO_FIELDS"),
    ):
        answer = hoso("pdf", "fill", path, values, "-o", tmp_path / "ra.pdf", "--json")
        assert (answer.code, answer.error["code"]) == (1, code)
        assert answer.error["message"]
        assert answer.error["remedy"]
    assert hoso("pdf", "fields", plain, "--json").document["fields"] == []


def test_a_password_comes_from_a_file(hoso: Any, tmp_path: Path) -> None:
    locked, secret, out = tmp_path / "khoa.pdf", tmp_path / "mk", tmp_path / "ra.pdf"
    locked.write_bytes(form().data(encryption=pikepdf.Encryption(user="mở", owner="chủ")))
    secret.write_text("mở\n", encoding="utf-8")
    values = data(tmp_path, {"chu_ho.ho_ten": NAME})
    assert hoso("pdf", "fill", locked, values, "-o", out, "--passphrase-file", secret).code == 0
    with pikepdf.open(out, password="mở") as pdf:
        assert pdf.is_encrypted
    secret.write_text("sai", encoding="utf-8")
    answer = hoso("pdf", "fields", locked, "--passphrase-file", secret, "--json")
    assert answer.error["code"] == "FORM_PASSPHRASE_WRONG"


def test_a_hybrid_is_filled_only_without_its_xfa(hoso: Any, tmp_path: Path) -> None:
    path, out, values = tmp_path / "a.pdf", tmp_path / "ra.pdf", data(tmp_path, {"chu_ho.ho_ten": NAME})
    maker = form()
    maker.form.XFA = Array([String("datasets"), maker.pdf.make_stream(b"<x/>")])
    path.write_bytes(maker.data())
    assert hoso("pdf", "fill", path, values, "-o", out, "--json").error["code"] == "FORM_HAS_XFA"
    answer = hoso("pdf", "fill", path, values, "-o", out, "--drop-xfa", "--json")
    assert [note["code"] for note in answer.document["notes"]] == ["FORM_XFA_DROPPED"]


@pytest.mark.parametrize(
    ("permission", "verdict", "reason"),
    [
        (None, "indeterminate", "FORM_CHANGED_AFTER"),
        (MDPPerm.FILL_FORMS, "valid", "FORM_CHANGED_AS_CERTIFIED"),
    ],
)
def test_a_signed_form_grows_and_is_judged(
    hoso: Any, pki: Any, tmp_path: Path, permission: MDPPerm | None, verdict: str, reason: str
) -> None:
    path, out, values = tmp_path / "a.pdf", tmp_path / "ra.pdf", data(tmp_path, {"chu_ho.ho_ten": NAME, "tinh": "46"})
    root, crl = tmp_path / "ca.pem", tmp_path / "ca.crl"
    root.write_bytes(pki.root_pem)
    crl.write_bytes(pki.crl_pem)
    path.write_bytes(made.signed(form().data(), pki.key("anh_duong"), certify=permission))
    answer = hoso("pdf", "fill", path, values, "-o", out, "--json")
    assert answer.code == 0, answer.out
    assert answer.document["signatures"] == 1
    told = [note["code"] for note in answer.document["notes"]]
    assert ("FORM_SIGNATURE_DOUBTED" in told) == (permission is None)
    assert out.read_bytes().startswith(path.read_bytes())
    (judged,) = hoso("validate", out, "--trust", root, "--crl", crl, "--json").document["files"]
    (signature,) = judged["signatures"]
    assert (judged["verdict"], signature["integrity"], signature["changes_after"]) == (verdict, "intact", "permitted")
    assert reason in signature["reasons"]


def test_a_certified_file_that_forbids_it_is_refused_in_words(hoso: Any, pki: Any, tmp_path: Path) -> None:
    path, out, values = tmp_path / "a.pdf", tmp_path / "ra.pdf", data(tmp_path, {"chu_ho.ho_ten": NAME})
    path.write_bytes(made.signed(form().data(), pki.key("anh_duong"), certify=MDPPerm.NO_CHANGES))
    answer = hoso("pdf", "fill", path, values, "-o", out, "--json")
    assert (answer.code, answer.error["code"]) == (1, "FILLING_FORBIDDEN")
    assert "Signature1" in answer.error["message"]
    assert not out.exists()


def test_nothing_half_is_left(hoso: Any, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ra"
    folder.mkdir()
    hoso("pdf", "fill", file, data(tmp_path, {"x": 1}), "-o", folder / "a.pdf")
    assert os.listdir(folder) == []
