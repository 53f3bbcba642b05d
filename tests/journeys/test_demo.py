"""The demo as a newcomer runs it, and every file that it leaves, judged by other programs."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ran:
    """One run of the demo."""

    folder: Path
    document: dict[str, Any]
    words: str

    def files(self, *kinds: str) -> list[Path]:
        return [Path(file["path"]) for file in self.document["files"] if file["kind"] in kinds]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("demo") / "tệp trình diễn"
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "demo", "--out", str(folder), "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=220,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Ran(folder, json.loads(done.stdout), done.stderr)


def judge(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


def test_every_step_was_verified_for_all_three_forms(demo: Ran) -> None:
    assert demo.document["ok"] is True
    assert [step for step in demo.document["steps"] if not step["ok"]] == []
    done = {step["step"] for step in demo.document["steps"]}
    for template in ("thue/01-gtgt", "dkkd/ho-kinh-doanh", "bhxh/d02-lt"):
        for act in ("fill", "wrong-key", "sign", "export", "validate", "submit", "follow"):
            assert f"{template}:{act}" in done


def test_it_tells_in_plain_vietnamese_where_each_file_lies(demo: Ran) -> None:
    assert "bị từ chối" in demo.words
    for kind in (
        "authority_certificate", "revocation_list", "portal_database", "key", "workspace", "print_copy",
        "legal_container", "signed_form", "signed_xml", "receipt", "result",
    ):  # fmt: skip
        assert demo.files(kind), kind
    for file in demo.document["files"]:
        assert Path(file["path"]).exists(), file
    for name in ("ca.pem", "ca.crl", "portal.sqlite"):
        assert (demo.folder / name).is_file()


def test_signed_pdfs_stand_before_other_programs(demo: Ran) -> None:
    signed = demo.files("signed_form", "result")
    assert len(signed) >= 5
    for path in signed:
        assert judge("qpdf", "--check", path).startswith("0\n"), path
        told = judge("pdfsig", path)
        assert "Signature is Valid" in told, path
        assert "Total document signed" in told, path
        assert "The document is unchanged since signing" in judge("mutool", "sign", "-v", path), path
        fonts = [re.split(r"\s+", line.strip()) for line in judge("pdffonts", path).splitlines()[3:] if line.strip()]
        assert fonts
        assert all("yes" in font for font in fonts), path


def test_signed_tax_xml_stands_before_xmlsec1(demo: Ran) -> None:
    for path in demo.files("signed_xml"):
        told = judge(
            "xmlsec1", "--verify", "--trusted-pem", demo.folder / "ca.pem", "--id-attr:id", "HSoKhaiThue", path
        )
        assert told.startswith("0\n"), told
        assert "OK" in told


def test_print_copies_are_whole_and_in_vietnamese(demo: Ran) -> None:
    copies = demo.files("print_copy", "handover")
    assert len(copies) >= 4
    for path in copies:
        assert judge("qpdf", "--check", path).startswith("0\n"), path
        text = judge("pdftotext", path, "-")
        assert "THỰC HÀNH" in text.upper()
        assert "Signature" not in judge("pdfsig", path).replace("does not contain any signatures", "")


def test_the_container_holds_the_untouched_signed_files(demo: Ran) -> None:
    for path in demo.files("legal_container"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            inside = {archive.read(name) for name in archive.namelist()}
        for signed in path.parent.glob("da-ky-*"):
            assert signed.read_bytes() in inside


def test_the_portal_has_exactly_these_three(demo: Ran) -> None:
    with sqlite3.connect(demo.folder / "portal.sqlite") as database:
        tables = {row[0] for row in database.execute("select name from sqlite_master where type = 'table'")}
        assert "dossiers" in tables
        assert database.execute("select count(*) from dossiers").fetchone() == (3,)
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)


def hoso(*words: str | Path) -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "desktop", *map(str, words), "--json"], cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode, json.loads(done.stdout)


def test_without_list_or_trust_nothing_is_called_valid(demo: Ran) -> None:
    path = demo.files("signed_form")[0]
    ca, crl = demo.folder / "ca.pem", demo.folder / "ca.crl"
    code, told = hoso("validate", path, "--trust", ca, "--crl", crl)
    assert (code, told["files"][0]["verdict"]) == (0, "valid")
    code, told = hoso("validate", path, "--trust", ca)
    assert (code, told["files"][0]["verdict"]) == (1, "indeterminate")
    code, told = hoso("validate", path, "--crl", crl)
    assert (code, told["files"][0]["verdict"]) == (1, "indeterminate")


def test_the_workspace_opens_again_and_shows_the_dossiers(demo: Ran) -> None:
    unlock = demo.folder / "mo-kho.txt"
    unlock.write_text((demo.folder / "MAT-KHAU.txt").read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    words: list[str | Path] = ["--home", demo.folder / "home", "--practice", "--unlock-file", unlock]
    code, told = hoso(*words, "dossier", "list")
    assert code == 0
    assert {row["state"] for row in told["dossiers"]} == {"SUBMITTED"}
    assert len(told["dossiers"]) == 3
    assert hoso(*words, "workspace", "check")[0] == 0
