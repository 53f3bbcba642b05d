"""Remote signing on the command line: accounts in the workspace, keys, files, batches, dossiers, and refusals."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.signing.csc_v2_stand_in import OTP, PIN, TOKEN, CscV2
from tests.signing.phone_stand_in import ACCOUNT, PASSWORD, USER, PhoneService

Hoso = Any


@dataclass
class Held:
    """A key of the tests' authority in the shape that the stand-ins want."""

    private: Any
    certificate: Any
    chain: list[Any]
    der: bytes


@pytest.fixture
def company(pki: Any) -> Held:
    key = pki.key("anh_duong")
    return Held(key.private_key, key.certificate, list(key.chain), key.certificate_der)


@pytest.fixture
def phone(company: Held) -> Iterator[PhoneService]:
    with PhoneService([company]) as service:
        service.phone.after = 0
        yield service
        assert service.faults == []


@pytest.fixture
def home(tmp_path: Path) -> list[str]:
    (tmp_path / "kho.txt").write_text("một mật khẩu dài\n", "utf-8")
    return ["--home", str(tmp_path / "h"), "--practice", "--unlock-file", str(tmp_path / "kho.txt")]


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    paths = []
    for number in range(5):
        document = pikepdf.new()
        for _ in range(number + 1):
            document.add_blank_page(page_size=(595, 842))
        out = io.BytesIO()
        document.save(out)
        paths.append(tmp_path / f"tờ khai {number}.pdf")
        paths[-1].write_bytes(out.getvalue())
    return paths


def add(hoso: Hoso, home: list[str], service: PhoneService, tmp_path: Path, name: str = "SmartCA") -> Any:
    (tmp_path / "sp.txt").write_text(PASSWORD + "\n", "utf-8")
    return hoso(
        "key", "remote", "add", name, "--url", f"{service.url}/sca/sp769", "--user", USER, "--account", ACCOUNT,
        "--secret-file", tmp_path / "sp.txt", "--json", *home,
    )  # fmt: skip


def test_an_account_is_added_listed_and_removed(
    hoso: Hoso, home: list[str], phone: PhoneService, tmp_path: Path
) -> None:
    added = add(hoso, home, phone, tmp_path)
    assert added.code == 0, added.err
    row = {"name": "SmartCA", "kind": "confirm", "url": f"{phone.url}/sca/sp769", "user": USER, "account": ACCOUNT}
    assert added.document == {"remote": {**row, "credential": None}}
    listed = hoso("key", "remote", "list", "--json", *home)
    assert listed.document == {"remotes": [{**row, "credential": None}]}
    assert phone.calls == []
    for told in (added, listed):
        assert PASSWORD not in told.out + told.err
    keys = hoso("key", "list", "--remote", "SmartCA", "--json", *home)
    (key,) = keys.document["keys"]
    assert (key["kind"], key["remote"], key["tax_code"]) == ("remote", "SmartCA", "0100686209")
    removed = hoso("key", "remote", "remove", "SmartCA", "--json", *home)
    assert removed.code == 0
    gone = hoso("key", "list", "--remote", "SmartCA", "--json", *home)
    assert (gone.code, gone.error["code"]) == (1, "REMOTE_PROFILE_UNKNOWN")
    assert hoso("key", "remote", "remove", "SmartCA", "--json", *home).error["code"] == "REMOTE_PROFILE_UNKNOWN"


def test_the_secret_lies_in_the_encrypted_store_only(
    hoso: Hoso, home: list[str], phone: PhoneService, tmp_path: Path
) -> None:
    assert add(hoso, home, phone, tmp_path).code == 0
    (tmp_path / "sp.txt").unlink()
    for file in (tmp_path / "h").rglob("*"):
        if file.is_file():
            assert PASSWORD.encode() not in file.read_bytes()
            assert json.dumps(PASSWORD)[1:-1].encode() not in file.read_bytes()
    store = next((tmp_path / "h").rglob("*.db"))
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(store).execute("SELECT * FROM settings")


@pytest.mark.parametrize(("words", "code"), [
    (["--kind", "khác", "--url", "https://a.example"], "REMOTE_PROFILE_UNFIT"),
    (["--url", "https://a.example", "--account", "x"], "REMOTE_PROFILE_UNFIT"),
    (["--url", "http://a.example", "--account", "x", "--user", "y"], "REMOTE_ADDRESS_REFUSED"),
    (["--kind", "csc-v2", "--url", "https://a.example"], "REMOTE_LOGIN_REFUSED"),
])  # fmt: skip
def test_an_account_that_cannot_work_is_not_kept(
    hoso: Hoso, home: list[str], tmp_path: Path, words: list[str], code: str
) -> None:
    (tmp_path / "sp.txt").write_text("không phải mã truy cập", "utf-8")
    answer = hoso("key", "remote", "add", "A", *words, "--secret-file", tmp_path / "sp.txt", "--json", *home)
    assert (answer.code, answer.error["code"]) == (1, code)
    assert hoso("key", "remote", "list", "--json", *home).document == {"remotes": []}


def test_plain_http_is_for_practice_only(hoso: Hoso, home: list[str], phone: PhoneService, tmp_path: Path) -> None:
    home.remove("--practice")
    answer = add(hoso, home, phone, tmp_path)
    assert (answer.code, answer.error["code"], answer.error["reason"]) == (1, "REMOTE_ADDRESS_REFUSED", "plain_http")


def test_a_file_is_signed_after_confirmation(
    hoso: Hoso, home: list[str], phone: PhoneService, papers: list[Path], tmp_path: Path
) -> None:
    add(hoso, home, phone, tmp_path)
    answer = hoso(
        "sign", papers[0], "-o", tmp_path / "ký.pdf", "--remote", "SmartCA", "--client", "0100686209", "--json", *home
    )
    assert answer.code == 0, answer.err
    told = subprocess.run(["pdfsig", tmp_path / "ký.pdf"], capture_output=True, text=True).stdout
    assert "Signature is Valid" in told
    ((code,),) = phone.phone.seen
    assert code in answer.err
    assert "điện thoại" in answer.err
    assert PASSWORD not in answer.err + answer.out


@pytest.mark.parametrize(("decision", "code"), [("refuse", "REMOTE_REFUSED"), ("key_fails", "REMOTE_SIGNING_FAILED")])
def test_refusal_leaves_no_file(
    hoso: Hoso, home: list[str], phone: PhoneService, papers: list[Path], tmp_path: Path, decision: Any, code: str
) -> None:
    add(hoso, home, phone, tmp_path)
    phone.phone.decision = decision
    answer = hoso("sign", papers[0], "-o", tmp_path / "ký.pdf", "--remote", "SmartCA", "--json", *home)
    assert (answer.code, answer.error["code"], answer.error["service"]) == (1, code, "SmartCA")
    assert not (tmp_path / "ký.pdf").exists()


def test_a_batch_is_confirmed_once_and_goes_on_where_it_stopped(
    hoso: Hoso, home: list[str], phone: PhoneService, papers: list[Path], tmp_path: Path
) -> None:
    add(hoso, home, phone, tmp_path)
    out = tmp_path / "đã ký"
    out.mkdir()
    phone.phone.decision = "refuse"
    answer = hoso("sign", *papers, "--out-dir", out, "--remote", "SmartCA", "--json", *home)
    assert answer.code == 1
    assert len(phone.phone.seen) == 1
    assert not list(out.glob("*.pdf"))
    phone.phone.decision = "confirm"
    answer = hoso("sign", *papers[:2], "--out-dir", out, "--remote", "SmartCA", "--json", *home)
    assert answer.code == 0, answer.err
    answer = hoso("sign", *papers, "--out-dir", out, "--remote", "SmartCA", "--json", *home)
    assert [row["state"] for row in answer.document["files"]] == ["kept", "kept", "signed", "signed", "signed"]
    assert [len(codes) for codes in phone.phone.seen] == [5, 2, 3]
    for paper in papers:
        told = subprocess.run(["pdfsig", out / paper.name], capture_output=True, text=True).stdout
        assert "Signature is Valid" in told


def test_pin_and_code_come_from_files(
    hoso: Hoso, home: list[str], company: Held, papers: list[Path], tmp_path: Path
) -> None:
    for name, text in (("token", TOKEN), ("pin", PIN), ("otp", OTP)):
        (tmp_path / name).write_text(text + "\n", "utf-8")
    with CscV2({"khóa": company}) as service:
        added = hoso(
            "key", "remote", "add", "CSC", "--kind", "csc-v2", "--url", service.url, "--secret-file",
            tmp_path / "token", "--json", *home,
        )  # fmt: skip
        assert added.code == 0, added.err
        words = ["sign", papers[0], "-o", tmp_path / "ký.pdf", "--remote", "CSC", "--json", *home]
        missing = hoso(*words, "--pin-file", tmp_path / "pin")
        assert (missing.code, missing.error["code"]) == (1, "SECRET_NEEDED")
        answer = hoso(*words, "--pin-file", tmp_path / "pin", "--otp-file", tmp_path / "otp")
        assert answer.code == 0, answer.err
        (tmp_path / "otp").write_text("000000", "utf-8")
        wrong = hoso(*words, "--force", "--pin-file", tmp_path / "pin", "--otp-file", tmp_path / "otp")
        assert (wrong.code, wrong.error["code"]) == (1, "REMOTE_PROOF_REFUSED")
        for told in (answer, wrong):
            assert PIN not in told.out + told.err
    assert service.faults == []


def test_only_one_kind_of_key(hoso: Hoso, home: list[str], papers: list[Path], tmp_path: Path) -> None:
    answer = hoso("sign", papers[0], "-o", tmp_path / "a", "--remote", "A", "--token", "1", "--json", *home)
    assert answer.code == 2


def test_a_dossier_takes_two_confirmations_and_is_registered(hoso: Hoso, example: Path, tmp_path: Path) -> None:
    """All files under one confirmation, then the manifest, which names the signed files, under another."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificate

    from desktop.sandbox.server import Sandbox

    code, name = "0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)"
    (tmp_path / "kho.txt").write_text("con đường xưa em đi\n", encoding="utf-8")
    home = ["--home", str(tmp_path / "h"), "--practice", "--unlock-file", str(tmp_path / "kho.txt")]
    with Sandbox(tmp_path / "cổng", pace=0.0) as portal:
        issued = portal.authority.issue(name, tax_code=code)
        above = [load_pem_x509_certificate(pem) for pem in issued.chain_pem]
        held = Held(issued.key, issued.certificate, above, issued.certificate.public_bytes(Encoding.DER))
        with PhoneService([held]) as phone:
            assert add(hoso, home, phone, tmp_path).code == 0
            assert hoso("portal", "add", portal.url, "--fingerprint", portal.fingerprint, "--json", *home).code == 0
            assert hoso("client", "add", "--tax-code", code, "--name", name, "--json", *home).code == 0
            assert hoso("login", "--person", "Trần Thị Kế Toán", "--json", *home).code == 0
            made = hoso(
                "dossier", "new", "1.007014", "--client", code, "--period", "2026-10", "--json", *home
            ).document["id"]  # fmt: skip
            data = json.loads(example.read_text(encoding="utf-8")) | {"mst": code, "tenNNT": name}
            example.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
            assert hoso("dossier", "set", made, "to-khai", example, "--json", *home).code == 0
            words = ["dossier", "sign", made, "--remote", "SmartCA", "--accept-unconfirmed", "--json", *home]
            phone.phone.decision = "refuse"
            refused = hoso(*words)
            assert (refused.code, refused.error["code"]) == (1, "REMOTE_REFUSED")
            phone.phone.decision = "confirm"
            signed = hoso(*words)
            assert signed.code == 0, signed.out
            assert [len(codes) for codes in phone.phone.seen] == [2, 2, 1]
            kinds = [[file["file_type"] for file in one.files] for one in phone.transactions.values()]
            assert [sorted(group) for group in kinds[1:]] == [["pdf", "xml"], ["json"]]
            assert code.encode() not in phone.everything
            sent = hoso("dossier", "submit", made, "--accept-unconfirmed", "--json", *home)
            assert (sent.code, sent.document["state"]) == (0, "DONE"), sent.out
        assert phone.faults == []
