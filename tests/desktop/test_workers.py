"""The two worker processes: what may cross, what is stopped, what a crash costs."""

from __future__ import annotations

import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop import workers
from desktop.workers import WorkCancelled, WorkerCrashed, WorkerKilled, Workers
from forms.errors import NotJson
from forms.strict_json import loads
from signing.trust import Trust
from signing.validation import Verdict, validate


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    with Workers() as made:
        yield made


def reached(path: str) -> Callable[..., Any]:
    """Name a function that a module of ours has imported: work that hangs or crashes without a module made for it."""
    module, _, name = path.partition(":")
    return SimpleNamespace(__module__=module, __qualname__=name)  # type: ignore[return-value]


def test_plain_results_and_our_errors_cross(pool: Workers) -> None:
    assert pool.run(loads, b'{"a": [1, "\xc4\x91"]}') == {"a": [1, "đ"]}
    with pytest.raises(NotJson) as caught:
        pool.run(loads, b"{", named={"limit": 100})
    assert caught.value.reason == "SYNTAX"


def test_values_with_enumerations_cross(pool: Workers) -> None:
    verdict = pool.run(validate, b"nothing at all", named={"trust": Trust.of([]), "name": "tệp.bin"})
    assert verdict.verdict is Verdict.UNREADABLE
    assert verdict.file == "tệp.bin"


def test_what_hangs_is_killed_and_the_next_work_goes_on(pool: Workers) -> None:
    start = time.monotonic()
    with pytest.raises(WorkerKilled):
        pool.run(reached("signing.validation.files:time.sleep"), 60, timeout=0.5)
    assert time.monotonic() - start < 10
    assert pool.run(loads, b"[1]") == [1]


def test_what_is_cancelled_ends_at_once(pool: Workers) -> None:
    wanted = threading.Event()
    threading.Timer(0.3, wanted.set).start()
    with pytest.raises(WorkCancelled):
        pool.run(reached("signing.validation.files:time.sleep"), 60, cancelled=wanted.is_set)


def test_a_crash_costs_one_worker_and_nothing_else(pool: Workers) -> None:
    with pytest.raises(WorkerCrashed):
        pool.run(reached("forms.template.package:os._exit"), 11)
    assert pool.run(loads, b"[2]") == [2]


def test_memory_is_bounded(pool: Workers) -> None:
    with pytest.raises(WorkerCrashed):
        pool.run(reached("forms.template.package:os.urandom"), workers.MEMORY_LIMIT + (1 << 30))
    assert pool.run(loads, b"[3]") == [3]


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("true",)


def test_an_answer_can_build_no_code() -> None:
    for thing in (Evil(), os.system, Path.home, SimpleNamespace(a=1)):
        data = pickle.dumps(thing)
        with pytest.raises((pickle.UnpicklingError, AttributeError)):
            workers._Reader(__import__("io").BytesIO(data)).load()


def test_only_our_packages_are_called(pool: Workers) -> None:
    with pytest.raises(PermissionError):
        pool.run(os.getpid)


def test_a_stop_that_comes_with_the_answer_harms_nothing_that_comes_after() -> None:
    pool = Workers(1)

    def late() -> bool:
        time.sleep(0.6)  # the work ends meanwhile
        return True

    try:
        pool.run(reached("signing.validation.files:time.sleep"), 0.3, cancelled=late)
        pool.run(reached("signing.validation.files:time.sleep"), 1.0)
        assert pool.run(loads, b"[1]") == [1]
    finally:
        pool.close()


def test_two_work_at_the_same_time(pool: Workers) -> None:
    done: list[float] = []

    def work() -> None:
        pool.run(reached("signing.validation.files:time.sleep"), 1.0)
        done.append(time.monotonic())

    start = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2
    assert max(done) - start < 8
