"""Tokens on the command line: list, sign, refuse before any PIN, stop at a wrong one, and the doctor."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.signing.token_kit import PIN, SOFTHSM, Pair, SoftTokens, compile_fake, fake_token

soft = pytest.mark.skipif(SOFTHSM is None, reason="SoftHSM2 is not installed on this system")
Hoso = Any


@pytest.fixture
def company(pki: Any) -> Pair:
    key = pki.key("anh_duong")
    return Pair(key.private_key, key.certificate_der)


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftTokens:
    made = SoftTokens(tmp_path / "hsm")
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.config))
    return made


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, company: Pair) -> Any:
    token = fake_token(compile_fake(tmp_path), tmp_path, company)
    monkeypatch.setenv("FAKE_P11", str(token.state))
    return token


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    document.save(out)
    paths = [tmp_path / f"tờ khai {number}.pdf" for number in range(3)]
    for path in paths:
        path.write_bytes(out.getvalue())
    return paths


def pin_file(folder: Path, pin: str = PIN) -> Path:
    path = folder / "pin.txt"
    path.write_text(pin + "\n", "utf-8")
    return path


@soft
def test_keys_are_listed_without_a_pin(hoso: Hoso, tokens: SoftTokens, company: Pair, tmp_path: Path) -> None:
    serial = tokens.make(company)
    answer = hoso("key", "list", "--module", SOFTHSM, "--home", tmp_path / "h", "--json")
    assert answer.code == 0
    (row,) = answer.document["keys"]
    assert (row["kind"], row["tax_code"], row["token"]["serial"]) == ("token", "0100686209", serial)
    assert row["token"]["label"] == "Token Ánh Dương"


@soft
def test_a_file_is_signed_by_a_token(
    hoso: Hoso, tokens: SoftTokens, company: Pair, papers: list[Path], tmp_path: Path
) -> None:
    serial = tokens.make(company)
    answer = hoso(
        "sign", papers[0], "-o", tmp_path / "ký.pdf", "--token", serial, "--module", SOFTHSM,
        "--pin-file", pin_file(tmp_path), "--client", "0100686209", "--json", "--home", tmp_path / "h",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert answer.document["signer"]["tax_code"] == "0100686209"
    told = subprocess.run(["pdfsig", tmp_path / "ký.pdf"], capture_output=True, text=True).stdout
    assert "Signature is Valid" in told
    assert PIN not in answer.out + answer.err


@soft
def test_no_pin_is_spent_on_what_is_refused_before(
    hoso: Hoso, tokens: SoftTokens, company: Pair, papers: list[Path], tmp_path: Path
) -> None:
    serial = tokens.make(company)
    answer = hoso(
        "sign", papers[0], "-o", tmp_path / "a.pdf", "--token", serial, "--module", SOFTHSM,
        "--pin-file", pin_file(tmp_path, "000000"), "--client", "0101243150", "--json", "--home", tmp_path / "h",
    )  # fmt: skip
    assert answer.code == 1
    assert answer.error["code"] == "SIGNING_REFUSED"
    listed = hoso("key", "list", "--module", SOFTHSM, "--json").document["keys"]
    assert listed[0]["token"]["warning"] is None
    assert not (tmp_path / "a.pdf").exists()


@soft
def test_a_batch_stops_at_a_wrong_pin_and_goes_on_with_the_right_one(
    hoso: Hoso, tokens: SoftTokens, company: Pair, papers: list[Path], tmp_path: Path
) -> None:
    serial = tokens.make(company)
    out = tmp_path / "đã ký"
    out.mkdir()
    words = ["sign", *papers, "--out-dir", out, "--token", serial, "--module", SOFTHSM, "--json"]
    wrong = hoso(*words, "--pin-file", pin_file(tmp_path, "000000"), "--home", tmp_path / "h")
    assert wrong.code == 1
    assert [row["code"] for row in wrong.document["files"]] == ["PIN_INCORRECT"]
    assert list(out.iterdir()) == []
    right = hoso(*words, "--pin-file", pin_file(tmp_path), "--home", tmp_path / "h")
    assert right.code == 0
    assert [row["state"] for row in right.document["files"]] == ["signed"] * 3
    again = hoso(*words, "--pin-file", pin_file(tmp_path, "000000"), "--home", tmp_path / "h")
    assert [row["state"] for row in again.document["files"]] == ["kept"] * 3  # and no PIN was spent


@soft
def test_which_key_must_be_said_where_a_token_holds_two(
    hoso: Hoso, tokens: SoftTokens, company: Pair, pki: Any, papers: list[Path], tmp_path: Path
) -> None:
    other = pki.key("sao_mai")
    serial = tokens.make(company, Pair(other.private_key, other.certificate_der))
    words = [
        "sign", papers[0], "-o", tmp_path / "a.pdf", "--token", serial, "--module", SOFTHSM,
        "--pin-file", pin_file(tmp_path), "--json", "--home", tmp_path / "h",
    ]  # fmt: skip
    answer = hoso(*words)
    assert answer.error["code"] == "KEY_NOT_CHOSEN"
    assert other.fingerprint in answer.error["fingerprints"]
    assert hoso(*words, "--cert", other.fingerprint).document["signer"]["tax_code"] == "0101243150"


def test_a_pin_from_a_file_never_spends_the_last_try(hoso: Hoso, fake: Any, papers: list[Path], tmp_path: Path) -> None:
    fake.set(flags=f"{0x40D | 0x20000:x}")
    answer = hoso(
        "sign", papers[0], "-o", tmp_path / "a.pdf", "--token", "F00D1234", "--module", fake.module,
        "--pin-file", pin_file(tmp_path), "--json", "--home", tmp_path / "h",
    )  # fmt: skip
    assert answer.code == 1
    assert answer.error["code"] == "PIN_FINAL_TRY"
    assert fake.pins == []


def test_a_token_pulled_out_in_a_batch_keeps_what_was_signed(
    hoso: Hoso, fake: Any, papers: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "ra"
    out.mkdir()
    words = [
        "sign", *papers, "--out-dir", out, "--token", "F00D1234", "--module", fake.module,
        "--pin-file", pin_file(tmp_path), "--json", "--home", tmp_path / "h",
    ]  # fmt: skip
    fake.set(signatures=1)  # pulled out after the first
    first = hoso(*words)
    assert first.code == 3
    assert [row.get("code", row["state"]) for row in first.document["files"]] == ["signed", "TOKEN_REMOVED"]
    fake.set(signatures="-")
    second = hoso(*words)
    assert [row["state"] for row in second.document["files"]] == ["kept", "signed", "signed"]


def test_wrong_use_is_said(hoso: Hoso, papers: list[Path], tmp_path: Path) -> None:
    missing = hoso(
        "sign", papers[0], "-o", tmp_path / "a.pdf", "--token", "1", "--module", tmp_path / "không.so", "--json"
    )
    assert (missing.code, missing.error["code"]) == (1, "MODULE_NOT_FOUND")
    both = hoso("sign", papers[0], "-o", tmp_path / "a.pdf", "--token", "1", "--p12", papers[1], "--json")
    assert both.code == 2


@soft
def test_the_doctor_tells_what_is_there_and_no_secret(
    hoso: Hoso, tokens: SoftTokens, company: Pair, pki: Any, tmp_path: Path
) -> None:
    person = pki.key("person")
    serial = tokens.make(company, Pair(person.private_key, person.certificate_der))
    answer = hoso("doctor", "--module", SOFTHSM, "--json", "--home", tmp_path / "h")
    assert answer.code == 0
    assert answer.document["ok"] is True
    (module,) = answer.document["modules"]
    assert module["state"] == "OK"
    assert {one["code"] for one in answer.document["remarks"]} == {"TOKEN_READY"}
    whole = json.dumps(answer.document, ensure_ascii=False)
    assert serial not in whole
    assert serial[-4:] in whole
    assert "001188012345" not in whole
    assert "NGUYỄN THỊ BÌNH" not in whole
    words = hoso("doctor", "--module", SOFTHSM, "--home", tmp_path / "h").out
    assert "Sẵn sàng ký" in words
    assert not (tmp_path / "h").exists()


@soft
def test_a_dossier_signed_by_a_token_is_registered_by_the_portal(
    hoso: Hoso, tokens: SoftTokens, example: Path, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    from desktop.sandbox.server import Sandbox

    code, name = "0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)"
    (tmp_path / "mở kho").write_text("con đường xưa em đi\n", encoding="utf-8")
    options = ["--home", tmp_path / "nhà", "--practice", "--unlock-file", tmp_path / "mở kho", "--json"]
    with Sandbox(tmp_path / "cổng", pace=0.0) as portal:
        issued = portal.authority.issue(name, tax_code=code)
        serial = tokens.make(Pair(issued.key, issued.certificate.public_bytes(Encoding.DER)))
        key = ["--token", serial, "--module", SOFTHSM, "--pin-file", pin_file(tmp_path)]
        assert hoso(*options, "portal", "add", portal.url, "--fingerprint", portal.fingerprint).code == 0
        assert hoso(*options, "client", "add", "--tax-code", code, "--name", name).code == 0
        assert hoso(*options, "login", "--person", "Trần Thị Kế Toán").code == 0
        made = hoso(*options, "dossier", "new", "1.007014", "--client", code, "--period", "2026-10").document["id"]
        data = json.loads(example.read_text(encoding="utf-8")) | {"mst": code, "tenNNT": name}
        example.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        assert hoso(*options, "dossier", "set", made, "to-khai", example).code == 0
        signed = hoso(*options, "dossier", "sign", made, *key, "--accept-unconfirmed")
        assert signed.code == 0, signed.out
        assert len(signed.document["files"]) == 2  # the printed form and its XML, and the manifest over both
        sent = hoso(*options, "dossier", "submit", made, "--accept-unconfirmed")
        assert (sent.code, sent.document["state"]) == (0, "DONE")
