"""Large batches ask a token for several signatures at one question: what goes wrong within one costs no other file."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.filing.batch_files import FileOrder, Ledger, file_jobs, write_together, write_whole
from desktop.filing.batch_signing import BatchReport, Choice, Interruption, Result, TokenSigner, sign_batch
from desktop.filing.documents import SignRequest
from desktop.filing.errors import OutputNotWritten
from signing.certificate import Role
from signing.token import Pin
from tests.desktop.test_batch_signing import paper, papers, states, valid
from tests.signing import made as kinds
from tests.signing.token_kit import PIN, FakeToken, Pair, compile_fake, fake_token

COUNT = 28
"""Enough for steps of several files: they begin with one and grow with what is done."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from desktop.app import App

    app = App(home=tmp_path_factory.mktemp("nhà"), practice=True)
    yield app.desk
    app.close()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_fake(tmp_path_factory.mktemp("fake"))


@pytest.fixture
def fake(driver: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pki: Any) -> FakeToken:
    key = pki.key("anh_duong")
    token = fake_token(driver, tmp_path, Pair(key.private_key, key.certificate_der))
    monkeypatch.setenv("FAKE_P11", str(token.state))
    return token


class Batch:
    """Files, the token that signs them, and the sizes of the steps that were taken."""

    def __init__(self, desk: Any, fake: FakeToken, folder: Path, count: int = COUNT) -> None:
        self.asked = 0
        self.out = folder / "ra"
        self.made = papers(folder / "vào", count)
        self.signer = TokenSigner("Ánh Dương", "F00D1234", self._ask, module=fake.module)
        self.steps: list[int] = []
        self._desk = desk

    def _ask(self, token: Any) -> Pin:
        self.asked += 1
        return Pin(PIN)

    def run(self, **more: Any) -> BatchReport:
        orders = [FileOrder(path, self.signer, SignRequest(Role.SELF)) for path in self.made]
        jobs = file_jobs(self._desk, orders, self.out)
        several = jobs[0].several
        assert several is not None

        def counted(key: Any, group: Any) -> Any:
            self.steps.append(len(group))
            return several(key, group)

        for job in jobs:
            object.__setattr__(job, "several", counted)
        return sign_batch(jobs, **more)

    def signed(self) -> list[Path]:
        """Return what lies in the folder, and see that nothing half is there."""
        there = sorted(one for one in self.out.iterdir() if not one.name.startswith(".hoso-ky-loat"))
        assert not [one for one in there if one.name.startswith(".")]
        return there


def test_steps_grow_and_every_file_is_signed_once(desk: Any, fake: FakeToken, tmp_path: Path) -> None:
    batch = Batch(desk, fake, tmp_path)
    told: list[str] = []
    report = batch.run(told=lambda one: told.append(one.job.name))
    assert report.complete
    assert max(batch.steps) > 2, batch.steps
    assert sorted(told) == [path.name for path in batch.made]
    assert (batch.asked, len(fake.pins), fake.calls.count("C_Sign")) == (1, 1, COUNT)
    assert all(valid(path) for path in batch.signed())
    for source in batch.made:
        assert (batch.out / source.name).read_bytes().startswith(source.read_bytes())


def test_a_token_pulled_out_within_a_step_costs_nothing_that_was_signed(
    desk: Any, fake: FakeToken, tmp_path: Path
) -> None:
    """Put back, the batch goes on with the PIN that the driver's process holds; no file is signed twice."""
    batch = Batch(desk, fake, tmp_path)
    pulled: list[str] = []

    def pull(result: Result) -> None:
        if not pulled and max(batch.steps, default=0) > 2:
            pulled.append(result.job.name)
            fake.set(present=0)

    def answer(stop: Interruption) -> Choice:
        assert stop.code == "TOKEN_REMOVED"
        assert stop.done + stop.left == COUNT
        fake.set(present=1)
        return "again"

    report = batch.run(told=pull, answer=answer)
    assert pulled
    assert report.complete
    assert batch.asked == 1
    assert len(batch.signed()) == COUNT
    assert all(valid(path) for path in batch.signed())


def test_a_token_that_stays_away_leaves_whole_files_and_the_next_run_signs_the_others(
    desk: Any, fake: FakeToken, tmp_path: Path
) -> None:
    """It goes after so many signatures, wherever in a step that is."""
    fake.set(signatures=f"{18:x}")
    batch = Batch(desk, fake, tmp_path)
    report = batch.run()
    assert "TOKEN_REMOVED" in states(report)
    assert report.count("signed") == len(batch.signed()) == 18
    assert all(valid(path) for path in batch.signed())
    fake.set(signatures="-", present=1)
    again = batch.run()
    assert again.complete
    assert again.count("kept") == 18
    assert all(valid(path) for path in batch.signed())


def test_a_worker_that_dies_within_a_step_costs_no_file(
    desk: Any, fake: FakeToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step's files are then tried one by one, so that a file that kills a worker stands alone."""
    from signing import key as keys

    killed: list[int] = []
    real = keys.sign_several

    def kill(key: Any, data: Any, digest: Any) -> Any:
        if len(data) > 2 and not killed:
            for worker in desk.workers._all:
                killed.append(worker.process.pid)
                os.kill(worker.process.pid, signal.SIGKILL)
        return real(key, data, digest)

    monkeypatch.setattr(keys, "sign_several", kill)
    batch = Batch(desk, fake, tmp_path)
    report = batch.run()
    assert killed
    # What another step had in a worker just then is told as what it is; the next run of the batch signs it.
    assert set(states(report)) <= {"signed", "WORKER_CRASHED"}
    assert batch.run().complete
    assert batch.asked == 1
    assert all(valid(path) for path in batch.signed())


def test_strange_files_among_simple_ones_are_each_what_they_would_be_alone(
    desk: Any, fake: FakeToken, tmp_path: Path
) -> None:
    """A file that needs the long way, one already signed, none at all, one too large for a step."""
    batch = Batch(desk, fake, tmp_path)
    first = Batch(desk, fake, tmp_path / "trước", 20)
    assert first.run().complete
    batch.made[-3].write_bytes((first.out / first.made[0].name).read_bytes())
    batch.made[-5].write_bytes(b"%PDF-1.7\nnothing more")
    batch.made[-6].unlink()
    batch.made[-7].write_bytes(paper("lớn" * 300_000))
    batch.made[-8].write_bytes(kinds.blank())
    report = batch.run()
    said = states(report)
    assert (said[-5], said[-6]) == ("PDF_UNREADABLE", "FILE_NOT_READ")
    assert [one for number, one in enumerate(said) if number not in (COUNT - 5, COUNT - 6)] == ["signed"] * (COUNT - 2)
    twice = subprocess.run(["pdfsig", batch.out / batch.made[-3].name], capture_output=True, text=True).stdout
    assert twice.count("Signature is Valid") == 2
    assert all(valid(path) for path in batch.signed() if path.name != batch.made[-3].name)


def test_a_file_gets_its_name_when_the_disk_has_it_and_its_line_when_it_has_its_name(
    desk: Any, fake: FakeToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step syncs its files at the same time, and still none is named before it is whole on the disk."""
    batch = Batch(desk, fake, tmp_path)
    synced: set[int] = set()
    named: list[str] = []
    early: list[str] = []
    fsync, replace, add = os.fsync, os.replace, Ledger.add

    def spied_sync(descriptor: int) -> None:
        fsync(descriptor)
        synced.add(os.fstat(descriptor).st_ino)

    def spied_replace(fresh: Any, target: Any) -> None:
        if os.stat(fresh).st_ino not in synced:
            early.append(str(target))
        replace(fresh, target)
        named.append(Path(target).name)

    def spied_add(ledger: Ledger, *entries: dict[str, Any]) -> None:
        early.extend(one["file"] for one in entries if one["file"] not in named)
        add(ledger, *entries)

    monkeypatch.setattr(os, "fsync", spied_sync)
    monkeypatch.setattr(os, "replace", spied_replace)
    monkeypatch.setattr(Ledger, "add", spied_add)
    assert batch.run().complete
    assert max(batch.steps) > 2
    assert {path.name for path in batch.made} <= set(named)
    assert early == []


def test_files_that_cannot_be_written_cost_no_other_and_leave_nothing(tmp_path: Path) -> None:
    """A folder of that name, a folder that is gone, a name that no disk takes."""
    (tmp_path / "là thư mục.pdf").mkdir()
    good = [tmp_path / "một.pdf", tmp_path / "hai.pdf"]
    good[0].write_bytes(b"before")
    bad = [tmp_path / "là thư mục.pdf", tmp_path / "đã xoá" / "ba.pdf", tmp_path / ("dài" * 100)]
    order = [good[0], *bad, good[1]]
    failed = write_together([(path, path.name.encode() * 1000) for path in order])
    assert [one is None for one in failed] == [True, False, False, False, True]
    assert [one.reason for one in failed if one is not None] == ["EISDIR", "ENOENT", "ENAMETOOLONG"]
    assert [path.read_bytes() for path in good] == [path.name.encode() * 1000 for path in good]
    assert {path.name for path in tmp_path.iterdir()} == {"là thư mục.pdf", "một.pdf", "hai.pdf"}
    with pytest.raises(OutputNotWritten):
        write_whole(bad[0], b"alone")
