"""Work off the window's thread: three lanes, one way back.

`network` keeps the outbox's order (one thread), `work` feeds the two worker processes (two threads), `device` talks to
the token (one thread). Work is a plain function that knows no Qt; its result comes back by one queued signal and is
dropped when its owner is gone.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

T = TypeVar("T")
Lane = Literal["network", "work", "device"]
THREADS: dict[Lane, int] = {"network": 1, "work": 2, "device": 1}


@dataclass(eq=False)
class Progress:
    """What a running piece of work reports to, and asks whether it is still wanted."""

    _told: Callable[[int, int], None]
    _stop: threading.Event = field(default_factory=threading.Event)

    def report(self, done: int, total: int) -> None:
        """Say how far the work is."""
        self._told(done, total)

    def cancelled(self) -> bool:
        """Say whether the person asked to stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._stop.set()


class _Back(QObject):
    """Carry results to the thread of the window."""

    result = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        # Qt drops a queued call whose receiver is gone; ours is the program's own and lives as long.
        self.result.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _deliver(self, deliver: Callable[[], None]) -> None:
        deliver()


class Jobs:
    """The whole mechanism; one for the program."""

    def __init__(self) -> None:
        self._back = _Back()
        self._pools = {
            lane: ThreadPoolExecutor(count, thread_name_prefix=f"hoso-{lane}") for lane, count in THREADS.items()
        }
        self._running: set[Progress] = set()
        self._closed = False

    def run(
        self,
        lane: Lane,
        work: Callable[[Progress], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
        owner: QObject | None = None,
    ) -> Progress:
        """Run `work` in a lane; `done`, `failed` and `progress` are called in the window's thread.

        Nothing is called once `owner` has been destroyed.
        """
        alive = [True]
        if owner is not None:
            owner.destroyed.connect(lambda *_: alive.__setitem__(0, False))
        keep = weakref.ref(owner) if owner is not None else None

        def deliver(call: Callable[..., None] | None, *args: Any) -> None:
            if call is None or self._closed:
                return

            def here() -> None:
                if alive[0] and (keep is None or keep() is not None) and not self._closed:
                    call(*args)

            self._back.result.emit(here)

        told = Progress(lambda count, total: deliver(progress, count, total))
        if self._closed:
            told.cancel()  # a timer that fires while the window goes: nobody is left to hear of it
            return told
        self._running.add(told)

        def run() -> None:
            try:
                result = work(told)
            except Exception as error:
                deliver(failed, error)
            else:
                deliver(done, result)
            finally:
                self._running.discard(told)

        self._pools[lane].submit(run)
        return told

    def idle(self, lane: Lane) -> Future[None]:
        """Return a future that is done once what is in the lane now is done (for tests)."""
        return self._pools[lane].submit(lambda: None)

    def close(self) -> None:
        """Cancel what runs and wait for nothing."""
        self._closed = True
        for told in list(self._running):
            told.cancel()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
