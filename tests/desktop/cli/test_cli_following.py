"""What happens after filing, by command line against a running practice portal: more papers, withdrawal, fees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.sandbox.server import Sandbox

CODE, NAME = "0999999888", "CÔNG TY TNHH VÍ DỤ ÁNH DƯƠNG (HƯ CẤU)"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("cổng"), pace=0.0) as running:
        yield running


@pytest.fixture
def desk(hoso: Any, portal: Sandbox, tmp_path: Path) -> Callable[..., Any]:
    """Return `hoso` on a practice workspace of its own, with the portal pinned, a client and a key."""
    (tmp_path / "mở kho").write_text("con đường xưa em đi\n", encoding="utf-8")
    (tmp_path / "pw").write_text("mật khẩu", encoding="utf-8")
    (tmp_path / "khoa.p12").write_bytes(portal.authority.issue(NAME, tax_code=CODE).p12("mật khẩu"))

    def call(*words: str | Path) -> Any:
        options = ["--home", tmp_path / "nhà", "--practice", "--unlock-file", tmp_path / "mở kho", "--json"]
        return hoso(*options, *words)

    assert call("portal", "add", portal.url, "--fingerprint", portal.fingerprint).code == 0
    assert call("client", "add", "--tax-code", CODE, "--name", NAME).code == 0
    assert call("login", "--person", f"Người {tmp_path.name}").code == 0
    return call


def sign(desk: Any, dossier: str, tmp_path: Path) -> Any:
    key = ["--p12", tmp_path / "khoa.p12", "--passphrase-file", tmp_path / "pw"]
    return desk("dossier", "sign", dossier, *key, "--accept-unconfirmed")


@pytest.fixture
def filed(desk: Any, portal: Sandbox, example: Path, tmp_path: Path) -> Callable[[str], str]:
    """Return a function that files a VAT return while a scenario is played, and gives our id of it."""

    def file(scenario: str) -> str:
        portal.play.choose(scenario)
        made = desk("dossier", "new", "1.007014", "--client", CODE, "--period", "2026-10").document
        data = json.loads(example.read_text(encoding="utf-8")) | {"mst": CODE, "tenNNT": NAME}
        example.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        assert desk("dossier", "set", made["id"], "to-khai", example).code == 0
        assert sign(desk, made["id"], tmp_path).code == 0
        assert desk("dossier", "submit", made["id"], "--accept-unconfirmed").code == 0
        portal.play.choose("well")
        return str(made["id"])

    return file


def until(desk: Any, dossier: str, status: int) -> Any:
    seen = [desk("status", dossier).document["dossiers"][0] for _ in range(1)]
    for _ in range(12):
        if seen[-1]["status"] == status:
            return seen[-1]
        seen.append(desk("status", dossier).document["dossiers"][0])
    raise AssertionError([one["status"] for one in seen])


def test_more_papers_are_sent_as_a_second_submission_of_the_same_dossier(
    desk: Any, filed: Any, portal: Sandbox, tmp_path: Path
) -> None:
    dossier = filed("supplement")
    early = desk("dossier", "supplement", dossier)
    assert (early.code, early.error["code"]) == (1, "NOTHING_TO_SUPPLEMENT")
    code = until(desk, dossier, 5)["code"]
    opened = desk("dossier", "supplement", dossier).document
    assert (opened["revision"], opened["code"]) == (2, code)
    (request,) = opened["requests"]
    assert request["kind"] == "incomplete"
    assert request["due"]
    assert desk("dossier", "supplement", dossier).document["revision"] == 2, "asking again opens nothing else"
    assert desk("dossier", "show", dossier).document["state"] == "PREPARED"
    assert sign(desk, dossier, tmp_path).code == 0
    sent = desk("dossier", "submit", dossier, "--accept-unconfirmed").document
    assert (sent["state"], sent["code"]) == ("DONE", code)
    assert desk("dossier", "supplement", dossier).error["code"] == "NOTHING_TO_SUPPLEMENT"
    at_portal = portal_rows(portal, "SELECT code, key, revision FROM dossiers WHERE code = ?", code)
    assert [row["revision"] for row in at_portal] == [2]
    filings = portal_rows(portal, "SELECT key, receipt, state FROM submissions WHERE code = ? ORDER BY at", code)
    assert [row["state"] for row in filings] == ["registered", "registered"]
    assert at_portal[0]["key"] == filings[0]["key"], "the dossier is still the one of the first submission"
    assert len({row["receipt"] for row in filings}) == 2
    seen = until(desk, dossier, 10)
    assert [step["status"] for step in seen["history"]] == [1, 2, 4, 5, 4, 9, 10]


def portal_rows(portal: Sandbox, sql: str, *values: object) -> list[dict[str, Any]]:
    import sqlite3

    with sqlite3.connect(portal.database) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql, values)]


def test_a_dossier_is_withdrawn_and_then_stopped(desk: Any, filed: Any) -> None:
    dossier = filed("well")
    for _ in range(2):
        told = desk("dossier", "withdraw", dossier)
        assert (told.code, told.document["withdrawal"], told.document["status"]) == (0, "asked", 7)
    seen = until(desk, dossier, 8)
    assert (seen["withdrawal"], seen["clocks"]) == ("stopped", {"yours": None, "agency": None})


def test_files_of_letters_are_listed_and_written_each_under_a_name_of_its_own(
    desk: Any, filed: Any, portal: Sandbox, tmp_path: Path
) -> None:
    dossier, out = filed("late"), tmp_path / "tệp kèm thư"
    until(desk, dossier, 9)
    listed = desk("inbox", "--dossier", dossier).document
    assert "written" not in listed
    files = [file for mail in listed["messages"] for file in mail["files"]]
    assert len(files) == 2, "an agency that is late excuses itself twice"
    assert not any(file["here"] or file["odd"] for file in files)
    written = desk("inbox", "--dossier", dossier, "--out", out).document["written"]
    assert [Path(row["file"]).parent for row in written] == [out, out]
    assert len({row["file"] for row in written}) == 2, "the portal gave both the same name"
    for row, file in zip(written, files, strict=True):
        data = Path(row["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row["sha256"] == file["sha256"]
        assert (len(data), data[:5]) == (file["size"], b"%PDF-")
    again = desk("inbox", "--dossier", dossier, "--out", out)
    assert (again.code, again.error["code"]) == (1, "FILE_EXISTS")
    assert desk("inbox", "--dossier", dossier, "--out", out, "--force").code == 0
