"""`hoso sign --container asice`, `--xades`, `--pss`, and a dossier exported as one signed container."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder(pki: Any, tmp_path: Path) -> Path:
    (tmp_path / "k.p12").write_bytes(pki.key("anh_duong").p12("mật khẩu"))
    (tmp_path / "e.p12").write_bytes(pki.key("anh_duong_ec").p12("mật khẩu"))
    (tmp_path / "pass").write_text("mật khẩu\n", "utf-8")
    (tmp_path / "ca.pem").write_bytes(pki.root_pem + pki.intermediate_pem)
    (tmp_path / "ca.crl").write_bytes(pki.crl_pem)
    (tmp_path / "bảng kê.xml").write_text('<a id="X"><b>Đúng</b></a>', "utf-8")
    (tmp_path / unicodedata.normalize("NFD", "Ảnh thẻ 3×4.jpg")).write_bytes(b"\xff\xd8\xff")
    return tmp_path


@pytest.fixture
def run(hoso: Any, folder: Path) -> Any:
    """Return a function that signs or validates in the folder, without a workspace."""

    def call(*words: str | Path, key: str | None = None) -> Any:
        named = ["--p12", folder / key, "--passphrase-file", folder / "pass"] if key else []
        return hoso("--json", "--home", folder / "none", *words, *named)

    return call


def judged(run: Any, folder: Path, file: Path) -> Any:
    answer = run("validate", file, "--trust", folder / "ca.pem", "--crl", folder / "ca.crl")
    (found,) = answer.document["files"]
    assert (answer.code == 0) is (found["verdict"] == "valid")
    return found


def test_files_are_signed_together_and_a_second_signer_is_added(run: Any, folder: Path) -> None:
    files = [folder / "bảng kê.xml", next(folder.glob("*.jpg"))]
    first = folder / "hồ sơ.asice"
    made = run("sign", *files, "--container", "asice", "-o", first, key="k.p12")
    assert made.code == 0
    assert made.document["kind"] == "asice"
    assert made.document["files"] == ["bảng kê.xml", "Ảnh thẻ 3×4.jpg"], "composed, whatever the disk says"
    found = judged(run, folder, first)
    assert (found["kind"], found["verdict"]) == ("asice", "valid")
    assert [(one["level"], one["changes_after"]) for one in found["signatures"]] == [("B-B", "none")]
    second = folder / "cả hai.asice"
    assert run("sign", first, "--container", "asice", "-o", second, key="e.p12").document["added"] is True
    found = judged(run, folder, second)
    assert [one["verdict"] for one in found["signatures"]] == ["valid", "valid"]
    assert not (folder / "none").exists(), "no workspace is made for it"


def test_a_container_is_refused_for_reasons_that_are_said(run: Any, folder: Path) -> None:
    file = folder / "bảng kê.xml"
    out = folder / "a.asice"
    for words in (
        ("sign", file, "--container", "zip", "-o", out),
        ("sign", file, "--container", "asice", "--out-dir", folder / "x"),
    ):
        assert run(*words, key="k.p12").code == 2
    (folder / "con").mkdir()
    (folder / "con" / "bảng kê.xml").write_text("<b/>")
    twice = run("sign", file, folder / "con" / "bảng kê.xml", "--container", "asice", "-o", out, key="k.p12")
    assert (twice.code, twice.error["code"], twice.error["reason"]) == (1, "CONTAINER_UNSIGNABLE", "duplicate")
    curve = run("sign", file, "--container", "asice", "--pss", "-o", out, key="e.p12")
    assert (curve.code, curve.error["code"]) == (1, "SCHEME_NOT_OFFERED")
    higher = run("sign", file, "--container", "asice", "--level", "b-lta", "-o", out, key="k.p12")
    assert higher.code == 1
    missing = run("sign", folder / "không có.pdf", "--container", "asice", "-o", out, key="k.p12")
    assert (missing.code, missing.error["code"]) == (1, "FILE_NOT_READ")
    client = run("sign", file, "--container", "asice", "-o", out, "--client", "0101243150", key="k.p12")
    assert (client.code, client.error["code"]) == (1, "SIGNING_REFUSED")
    assert not out.exists()


def test_xml_by_xades_and_pss(run: Any, folder: Path) -> None:
    for number, more in enumerate((["--xades"], ["--xades", "--pss"], ["--xades", "--xml-id", "X"])):
        out = folder / f"{number}.xml"
        assert run("sign", folder / "bảng kê.xml", "-o", out, *more, key="k.p12").code == 0
        found = judged(run, folder, out)
        told = [(one["verdict"], one["level"], one["reasons"]) for one in found["signatures"]]
        assert told == [("valid", "B-B", [])]
        assert (b"rsa-MGF1" in out.read_bytes()) is ("--pss" in more)


def test_changed_containers_get_exit_code_1(run: Any, folder: Path) -> None:
    out = folder / "a.asice"
    run("sign", folder / "bảng kê.xml", "--container", "asice", "-o", out, key="k.p12")
    data = out.read_bytes()
    for bad in (data.replace("Đúng".encode(), "Đủng".encode()), data[:-9], data + b"\n"):
        out.write_bytes(bad)
        assert judged(run, folder, out)["verdict"] != "valid"
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry))
        new.writestr("thêm.txt", "1")
    found = judged(run, folder, out)
    assert (found["verdict"], found["signatures"][0]["reasons"]) == ("indeterminate", ["CONTAINER_FILE_ADDED"])
