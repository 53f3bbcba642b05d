"""A portal that takes nothing from programs: all made ready, its page opened, the code entered and followed."""

from __future__ import annotations

import hashlib
import io
import json
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop.portal.answers import description_from
from desktop.portal.connection import Connection
from desktop.portal.contract import Registered, Submission, SubmissionFile
from desktop.portal.session import PracticeLogIn
from desktop.portal.submission import HosoConnector
from desktop.sandbox.server import Sandbox
from tests.desktop.portal_kit import Nod

CODE, NAME, WORDS = "0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)", "con đường xưa em đi"
PERSON = "Trần Thị Kế Toán"
PAGE = "http://127.0.0.1:9/nop-to-khai?loai=01-gtgt"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("cổng"), pace=0.0, judge=Nod()) as running:
        yield running


@pytest.fixture
def desk(hoso: Any, portal: Sandbox, tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "mở kho").write_text(WORDS + "\n", encoding="utf-8")
    (tmp_path / "pw").write_text("mật khẩu", encoding="utf-8")
    (tmp_path / "khóa.p12").write_bytes(portal.authority.issue(NAME, tax_code=CODE).p12("mật khẩu"))

    def call(*words: str | Path) -> Any:
        options = ["--home", tmp_path / "nhà", "--practice", "--unlock-file", tmp_path / "mở kho", "--json"]
        return hoso(*options, *words)

    assert call("client", "add", "--tax-code", CODE, "--name", NAME).code == 0
    return call


def file_on_the_page(portal: Sandbox, container: bytes) -> str:
    """Do what a person does on the page: give it the files; return the code that it shows."""
    facts = {
        "id": "thuc-hanh", "name": {"vi": "Cổng", "en": "Portal"}, "practice": True, "hosts": ["127.0.0.1"],
        "connector": "hoso/1", "settles_by_key": True, "result_anchors": [], "signer_anchors": [], "urls": {},
        "receipt_keys": [portal.authority.receipt_public_key()],
    }  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    manifest = next(data for name, data in contents.items() if "manifest" in name and data.count(b".") == 2).decode()
    files = []
    for name, data in contents.items():
        if "manifest" not in name:
            opened = lambda data=data: io.BytesIO(data)  # noqa: E731
            files.append(SubmissionFile(hashlib.sha256(data).hexdigest(), len(data), name, opened))
    import base64

    middle = manifest.split(".")[1]
    key = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))["key"]
    with Connection(portal.url, practice=True) as connection:
        token = PracticeLogIn(PERSON).log_in(connection, datetime.now(UTC)).access_token
        filed = HosoConnector(connection, description_from(facts, "portal.json"), token).submit(
            Submission(key, manifest, tuple(files))
        )
    assert isinstance(filed, Registered)
    return filed.code


def test_handed_over_by_hand_and_followed_by_the_code(
    desk: Any, portal: Sandbox, tmp_path: Path, example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = tmp_path / "opened.txt"
    script = tmp_path / "browser.py"
    script.write_text(f"import sys\nopen({str(opened)!r}, 'a').write(sys.argv[1] + '\\n')\n", encoding="utf-8")
    monkeypatch.setenv("BROWSER", f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} %s")

    refused = desk("portal", "add", "http://thue.example.vn/nop", "--connector", "hand-over")
    assert refused.error["code"] == "PORTAL_ADDRESS_FORBIDDEN", "a page that anybody on the way could exchange"
    assert desk("portal", "add", portal.url, "--fingerprint", portal.fingerprint).code == 0
    assert desk("login", "--person", PERSON).code == 0
    added = desk(
        "portal", "add", PAGE, "--connector", "hand-over", "--name", "Thuế điện tử", "--follow", portal.url
    ).document["portal"]
    assert (added["connector"], added["abilities"]["submit"], added["abilities"]["track"]) == (
        "hand-over/1", False, True,
    )  # fmt: skip
    listed = desk("portal", "list").document["portals"]
    assert [row["connector"] for row in listed] == ["hoso/1", "hand-over/1"]

    made = desk("dossier", "new", "1.007014", "--client", CODE, "--period", "2026-10").document["id"]
    data = json.loads(example.read_text(encoding="utf-8")) | {"mst": CODE, "tenNNT": NAME}
    example.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    assert desk("dossier", "set", made, "to-khai", example).code == 0
    out = tmp_path / "để nộp"
    assert desk("dossier", "hand-over", made, "--out", out).error["code"] == "NOT_SIGNED"
    key = ["--p12", tmp_path / "khóa.p12", "--passphrase-file", tmp_path / "pw"]
    assert desk("dossier", "sign", made, *key, "--accept-unconfirmed").code == 0
    by_hand = desk("dossier", "submit", made, "--portal", PAGE, "--accept-unconfirmed")
    assert (by_hand.code, by_hand.error["code"]) == (1, "FILED_BY_HAND")
    assert "hoso dossier hand-over" in by_hand.error["remedy"]

    handed = desk("dossier", "hand-over", made, "--out", out, "--accept-unconfirmed").document
    kinds = {row["kind"]: Path(row["path"]) for row in handed["files"]}
    assert kinds.keys() == {"print_copy", "legal_container", "signed_xml", "signed_file", "handover"}
    assert opened.read_text(encoding="utf-8").splitlines() == [PAGE]
    sheet = subprocess.run(
        ["pdftotext", "-layout", kinds["handover"], "-"], capture_output=True, text=True, check=True
    ).stdout
    together = " ".join(sheet.split())
    for told in (
        "Thuế điện tử",
        "nop-to-khai",
        "Tải lên lần lượt từng tệp",
        "1.007014",
        NAME,
        kinds["signed_xml"].name,
    ):
        assert told in together, told
    assert hashlib.sha256(kinds["signed_xml"].read_bytes()).hexdigest() in sheet.replace("\n", "").replace(" ", "")
    with zipfile.ZipFile(kinds["legal_container"]) as archive:
        inside = [archive.read(name) for name in archive.namelist()]
    for kind in ("signed_xml", "signed_file"):
        assert kinds[kind].read_bytes() in inside, "the very bytes that were signed"
    packed = desk("dossier", "hand-over", made, "--out", out, "--zip", "--no-browser", "--accept-unconfirmed").document
    with zipfile.ZipFile(packed["files"][0]["path"]) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {path.name for path in kinds.values()}
    assert len(opened.read_text(encoding="utf-8").splitlines()) == 1

    number = file_on_the_page(portal, kinds["legal_container"].read_bytes())
    assert desk("dossier", "code", made, number).code == 0
    (now,) = desk("status", made).document["dossiers"]
    assert (now["code"], now["receipt"]) == (number, None)
    assert now["status"] in range(1, 11)
    assert now["raw"], "followed by the code that was entered"
    again = desk("dossier", "hand-over", made, "--out", out, "--accept-unconfirmed")
    assert (again.code, again.error["code"]) == (1, "NOT_SIGNED"), "what is filed is not handed over once more"
    assert desk("portal", "remove", PAGE).code == 0
    assert [row["connector"] for row in desk("portal", "list").document["portals"]] == ["hoso/1"]


def test_a_six_step_portal_is_kept_with_its_account_and_says_what_it_cannot(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("rất bí mật\n", encoding="utf-8")
    options = ["--connector", "six-step", "--name", "Bộ", "--unit", "G18"]
    assert desk("portal", "add", "http://127.0.0.1:9", *options).code == 2
    added = desk(
        "portal", "add", "http://127.0.0.1:9", *options, "--client-id", "hs", "--secret-file", tmp_path / "secret"
    )
    assert added.code == 0
    able = added.document["portal"]["abilities"]
    assert (able["submit"], able["settles_by_key"], able["track"], able["pay"]) == (True, False, True, False)
    assert "rất bí mật" not in added.out + added.err + desk("portal", "list").out
    assert desk("portal", "add", "http://127.0.0.1:9", "--connector", "gì đó").code == 2
