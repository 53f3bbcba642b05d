"""A time-stamp server that goes down in the middle of a batch: its files are told, the others signed, none damaged."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import tsp

from desktop.filing.batch_files import FileOrder, file_jobs
from desktop.filing.batch_signing import BatchReport, HeldSigner, Result, sign_batch
from desktop.filing.documents import SignRequest
from desktop.messages import message
from signing.certificate import Role
from signing.levels import Proofs
from signing.trust import Trust
from tests.desktop.test_batch_signing import papers, states
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
