"""A time-stamp server that goes down in the middle of a batch: its files are told, the others signed, none damaged."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import tsp

from desktop.filing.batch_files import LEDGER, FileOrder, file_jobs
from desktop.filing.batch_signing import BatchReport, HeldSigner, Result, sign_batch
from desktop.filing.documents import SignRequest
from desktop.messages import message
from signing.certificate import Role
from signing.levels import Proofs
from signing.trust import Trust
from tests.desktop.test_batch_signing import paper, papers, states, valid
from tests.signing.authority_kit import Liar, liar, stamper

COUNT = 7


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from desktop.app import App

    app = App(home=tmp_path_factory.mktemp("nhà"), practice=True)
    yield app.desk
    app.close()


@pytest.fixture
def server(pki: Any) -> Iterator[Liar]:
    """A time-stamp server that tells the truth, until a test says otherwise."""

    def answer(body: bytes) -> bytes:
        found: bytes = stamper(pki, at=datetime.now(UTC))(tsp.TimeStampReq.load(body)).dump()
        return found

    with liar(answer) as found:
        yield found


@pytest.mark.parametrize("how", ["down", "says nonsense"])
def test_the_batch_goes_on_and_the_next_run_signs_what_had_no_time_stamp(
    desk: Any, pki: Any, server: Liar, tmp_path: Path, how: str
) -> None:
    from signing.pkcs12 import load

    signer = HeldSigner("Ánh Dương", load(pki.key("anh_duong").p12("x"), "x")[0])
    made, out = papers(tmp_path / "vào", COUNT), tmp_path / "ra"
    honest, asked = server.answer, list[int]()

    def run(told: Any = None) -> BatchReport:
        proofs = Proofs(Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem]), tsa=server.url)
        request = SignRequest(Role.SELF, trust=proofs.trust, level="B-T", proofs=proofs)
        jobs = file_jobs(desk, [FileOrder(path, signer, request) for path in made], out)
        return sign_batch(jobs, told=told, ahead=1)

    def told(result: Result) -> None:
        number = made.index(result.job.facts["source"])
        away = 2 <= number < 5  # it goes after the third file, and is back for the seventh
        asked.append(server.asked)
        server.status = 503 if away and how == "down" else 200
        server.answer = (lambda body: b"not a time-stamp") if away and how != "down" else honest

    report = run(told)
    code = "TIME_STAMP_UNREACHABLE" if how == "down" else "TIME_STAMP_UNREADABLE"
    # A server that did not answer twice in a row is left alone for a while: five hundred files do not wait for it each.
    last = code if how == "down" else "signed"
    assert states(report) == ["signed"] * 3 + [code] * 3 + [last]
    assert server.asked - asked[2] == (2 if how == "down" else 4)
    missing = [number for number in range(COUNT) if states(report)[number] == code]
    for one in (report.results[number] for number in missing):
        assert one.error is not None
        words = message(one.error).text
        assert words
        assert "{" not in words
    there = sorted(path.name for path in out.glob("*.pdf"))
    assert there == [path.name for number, path in enumerate(made) if number not in missing]
    assert not list(out.glob(".hoso-part-*"))
    server.status, server.answer = 200, honest
    again = run()
    assert again.complete
    assert again.count("kept") == COUNT - len(missing)
    for path in made:
        seen = subprocess.run(["pdfsig", out / path.name], capture_output=True, text=True, check=False).stdout
        assert seen.count("Signature is Valid") == 1
    assert all(one.facts["level"] == "B-T" for one in again.results if one.state == "signed")


def test_large_files_of_a_batch_go_from_file_to_file_with_their_evidence(
    desk: Any, pki: Any, server: Liar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them is ever held whole; ledger and evidence name the bytes that lie on the disk."""
    from signing.pkcs12 import load

    monkeypatch.setattr("desktop.filing.large.LARGE", 100)
    monkeypatch.setattr("desktop.filing.batch_files.sign_documents", None)
    signer = HeldSigner("Ánh Dương", load(pki.key("anh_duong").p12("x"), "x")[0])
    made, out, kept = papers(tmp_path / "vào", 3), tmp_path / "ra", tmp_path / "chứng cứ"
    trust = Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem])
    made[1].write_bytes(b"%PDF-1.7" + b"nothing" * 100)

    def run() -> BatchReport:
        request = SignRequest(Role.SELF, trust=trust)
        return sign_batch(file_jobs(desk, [FileOrder(path, signer, request) for path in made], out, evidence=kept))

    assert states(run()) == ["signed", "PDF_UNREADABLE", "signed"]
    assert states(run()) == ["kept", "PDF_UNREADABLE", "kept"]
    there = {path.name for path in out.iterdir()}
    assert there == {LEDGER, made[0].name, made[2].name}
    lines = [json.loads(line) for line in (out / LEDGER).read_text("utf-8").splitlines()]
    for line in lines:
        source, signed = tmp_path / "vào" / line["file"], out / line["file"]
        assert signed.read_bytes().startswith(source.read_bytes())
        assert valid(signed)
        found = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (source, signed)]
        assert [line["source_sha256"], line["signed_sha256"]] == found
        told = json.loads((kept / f"{line['file']}.chung-cu" / "ket-qua-kiem-tra.json").read_text("utf-8"))
        assert [one["sha256"] for one in told["files"]] == found[1:]


def test_a_large_file_is_extended_from_file_to_file(desk: Any, pki: Any, server: Liar, tmp_path: Path) -> None:
    """The result is what the file would be as one that is held; a damaged one leaves its signature's error."""
    from desktop.filing.levels import extend_document, extend_large
    from signing.errors import SigningError
    from signing.levels import Level
    from signing.pdf import sign_pdf
    from signing.pkcs12 import load

    proofs = Proofs(Trust.of([pki.root_pem, pki.intermediate_pem], crls=[pki.crl_pem]), tsa=server.url)
    source = sign_pdf(paper("lớn"), None, load(pki.key("anh_duong").p12("x"), "x")[0]).data or b""
    (tmp_path / "a.pdf").write_bytes(source)
    with open(tmp_path / "a.pdf", "rb") as read, open(tmp_path / "b.pdf", "w+b") as written:
        large = extend_large(read, written, Level.B_T, proofs)
    held = extend_document(source, Level.B_T, proofs)
    assert (large.level, large.before, large.by_document_time_stamp) == (held.level, "B-B", True)
    assert large.data == b""
    assert (tmp_path / "b.pdf").read_bytes().startswith(source)
    assert abs((tmp_path / "b.pdf").stat().st_size - len(held.data)) < 100
    (tmp_path / "a.pdf").write_bytes(source[:300] + b"!" + source[301:])
    with (
        open(tmp_path / "a.pdf", "rb") as read,
        open(tmp_path / "b.pdf", "w+b") as written,
        pytest.raises(SigningError),
    ):
        extend_large(read, written, Level.B_T, proofs)
