"""Each request of the contract, each fault, each victim of kill -9: a part of the matrix, another with each commit.

`python -m tests.faults matrix` is the whole of it.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.desktop.test_faults import _seed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked here")
SHARE = 10
"""One case of so many: each operation and each fault once, and more, another choice with each commit."""


def test_the_matrix_has_every_request_of_the_contract_that_a_client_makes() -> None:
    from tests.faults.matrix import cells, tenth, uncovered
    from tests.faults.spoiler import KINDS

    assert uncovered() == set()
    for seed in range(5):
        whole, part = cells(seed), tenth(seed, SHARE)
        assert {cell.kind for cell in whole} == set(KINDS) == {cell.kind for cell in part}
        assert {cell.operation for cell in whole} == {cell.operation for cell in part}
        assert len(part) == round(len(whole) / SHARE)
        assert len(tenth(seed)) == round(len(whole) / 10)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_part_of_the_matrix(tmp_path: Path) -> None:
    from tests.faults.matrix import run, tenth

    seed = _seed()
    print(f"python -m tests.faults matrix --share {SHARE} --seed {seed}")
    chosen = tenth(seed, SHARE)
    halves = {"one": chosen[::2], "other": chosen[1::2]}  # most of a case is waiting
    for name in halves:
        (tmp_path / name).mkdir()
    with ThreadPoolExecutor(len(halves)) as both:
        told = list(both.map(lambda half: run(tmp_path / half[0], half[1], print), halves.items()))
    assert told == [[], []]
    assert [cell.line for cell in chosen if cell.faults] == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_evening_over_a_link_that_keeps_failing(tmp_path: Path) -> None:
    from tests.faults.evening import run

    done = run(tmp_path, _seed(), dossiers=12, clients=4, size=300_000, chunk=100_000, seconds=400)
    print(done.line)
    assert done.faults == ()
    assert done.cuts > 5


def test_a_portal_that_answers_at_random_crashes_nothing_and_proves_nothing(tmp_path: Path) -> None:
    from tests.faults.answers import run

    seed = _seed()
    print(f"python -m tests.faults answers --seed {seed}")
    told = run(tmp_path, seed, 150)
    assert told.faults == []
    assert told.asked.keys() >= {"openSubmission", "getSubmission", "getDossier", "listChanges", "withdrawDossier"}


@pytest.mark.slow
def test_a_portal_that_does_not_answer_holds_back_nothing_that_waits_for_another(tmp_path: Path) -> None:
    from tests.faults.actors import be_portal, forks
    from tests.faults.matrix import Stage
    from tests.faults.run import _free_port as free_port

    stage = Stage(tmp_path, tls=False)
    try:
        port = free_port()
        told, theirs = forks.Pipe(duplex=False)
        other = forks.Process(target=be_portal, args=(str(tmp_path / "other"), port, theirs), daemon=True)
        other.start()
        try:
            assert told.poll(120)
            fingerprint, url = told.recv()
            stage.client.do("pin_other", url, fingerprint)
        finally:
            other.kill()
            other.join()
        for turn in range(2):  # whichever of the two comes first
            stuck, free = stage.client.do("new", "stuck", turn), stage.client.do("new", "free", turn)
            stage.client.do("queue", stuck, url)
            stage.client.do("queue", free)
        stage.client.do("drain")
        assert stage.client.do("told", free)["submitted"]
        ((_, state, reason),) = stage.client.do("told", stuck)["items"]
        assert (state, reason) == ("QUEUED", "PORTAL_UNREACHABLE")
    finally:
        stage.close()
