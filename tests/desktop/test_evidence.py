"""Evidence of each signature: kept whole, read by other programs, written out, and deleted on a person's word."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop import filing
from tests.desktop import ui_kit


@pytest.fixture
def signed() -> str:
    name = ui_kit.place().draft("2024-01", ui_kit.SHOP)
    ui_kit.place().sign(name, ui_kit.SHOP)
    return name


@pytest.fixture
def frame(qtbot: Any, qapp: Any) -> Iterator[Any]:
    made = ui_kit.window()
    yield made
    ui_kit.put_away(made)


def test_a_signature_leaves_all_that_the_circular_asks_for(signed: str, tmp_path: Path) -> None:
    desk = ui_kit.place().desk
    (kept,) = filing.signature_evidence(desk, signed)
    assert kept.key == "file"
    assert kept.role == "legal_representative"
    assert kept.revocation == "good"
    assert {part.kind for part in kept.parts} == {"certificate", "chain", "crl", "check"}
    written = {path.name: path for path in filing.export_evidence(desk, kept, tmp_path)}
    told = subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", written["chung-thu.cer"], "-noout", "-fingerprint", "-sha256"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert kept.fingerprint == told.partition("=")[2].strip().replace(":", "").lower()
    assert "revoked" not in told
    lists = [path for name, path in written.items() if name.startswith("danh-sach-thu-hoi")]
    assert lists
    # An independent program comes to the same result from what was kept, and nothing else.
    pems = tmp_path / "crl.pem"
    for path in lists:
        made = subprocess.run(["openssl", "crl", "-inform", "DER", "-in", path], capture_output=True, check=True).stdout
        with pems.open("ab") as file:
            file.write(made)
    leaf = tmp_path / "leaf.pem"
    subprocess.run(["openssl", "x509", "-inform", "DER", "-in", written["chung-thu.cer"], "-out", leaf], check=True)
    judged = subprocess.run(
        ["openssl", "verify", "-partial_chain", "-crl_check", "-CRLfile", pems, "-CAfile",
         written["duong-dan-tin-cay.pem"], leaf],
        capture_output=True, text=True,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stderr
    check = json.loads(written["ket-qua-kiem-tra.json"].read_text("utf-8"))
    assert check["at"] == kept.at.isoformat()
    assert check["revocation"]["lists"][0]["next_update"]
    for file in desk.workspace.dossiers.files(signed):
        if file.sha256_before_signing is None:
            continue
        assert {"name": file.name, "sha256": file.sha256} in check["files"]
        assert hashlib.sha256(desk.workspace.files.read(file.sha256)).hexdigest() == file.sha256


def test_deleting_evidence_leaves_the_signed_files_and_is_noted(signed: str) -> None:
    desk = ui_kit.place().desk
    (kept,) = filing.signature_evidence(desk, signed)
    before = desk.workspace.dossiers.files(signed)
    check = next(part for part in kept.parts if part.kind == "check")
    assert filing.delete_evidence(desk, kept) == len(kept.parts)
    assert filing.signature_evidence(desk, signed) == []
    assert not desk.workspace.files.has(check.sha256)
    assert desk.workspace.dossiers.files(signed) == before
    assert {verdict for _, verdict in filing.verdicts_of(desk, signed)} == {"valid"}
    entry = desk.workspace.audit.list(1)[0]
    assert (entry.action, entry.subject) == ("evidence-deleted", signed)


def test_the_window_shows_writes_out_and_deletes_after_a_question(
    frame: Any, qtbot: Any, signed: str, tmp_path: Path
) -> None:
    from desktop.ui.pages.signing.evidence import EvidenceCard

    frame.go("signatures", part="evidence")
    ui_kit.settle(frame)

    def cards() -> list[Any]:
        page = frame.page("signatures")
        return [card for card in page.evidence.findChildren(EvidenceCard) if card.kept.dossier == signed]

    (card,) = cards()
    card.export_to(tmp_path)
    ui_kit.settle(frame)
    assert list(tmp_path.glob("chung-cu-*/chung-thu.cer"))
    card.away.click()
    assert len(filing.signature_evidence(ui_kit.place().desk, signed)) == 1  # asked first
    card.sure.click()
    qtbot.waitUntil(lambda: not cards(), timeout=20000)
    assert filing.signature_evidence(ui_kit.place().desk, signed) == []


def test_a_loose_file_leaves_its_evidence_in_a_folder(
    pki: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from desktop.cli.program import run
    from tests.signing.made import blank

    pki.write(tmp_path, "anh_duong")
    (tmp_path / "pw").write_text("mật khẩu", "utf-8")
    (tmp_path / "a.pdf").write_bytes(blank())
    words = [
        "sign", tmp_path / "a.pdf", "-o", tmp_path / "ký.pdf", "--p12", tmp_path / "anh_duong.p12",
        "--passphrase-file", tmp_path / "pw", "--trust", tmp_path / "ca.pem", "--crl", tmp_path / "ca.crl",
        "--evidence", tmp_path / "lưu", "--json",
    ]  # fmt: skip
    code = run([str(word) for word in words])
    assert code == 0, capfd.readouterr()
    folder = tmp_path / "lưu" / "ký.pdf.chung-cu"
    check = json.loads((folder / "ket-qua-kiem-tra.json").read_text("utf-8"))
    assert check["files"] == [
        {"name": "ký.pdf", "sha256": hashlib.sha256((tmp_path / "ký.pdf").read_bytes()).hexdigest()}
    ]
    assert (folder / "chung-thu.cer").read_bytes() == pki.key("anh_duong").certificate_der
    assert list(folder.glob("*danh-sach-thu-hoi*"))
    capfd.readouterr()
    assert run([*(str(word) for word in words[:-1]), "--force", "--json"]) == 0
    many = ["sign", *words[1:2], "--out-dir", tmp_path / "ra", *words[4:]]
    (tmp_path / "lưu" / "a.pdf.chung-cu").mkdir()
    assert run([str(word) for word in many]) == 0
    assert (tmp_path / "lưu" / "a.pdf.chung-cu" / "chung-thu.cer").exists()
