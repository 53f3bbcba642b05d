"""The lock that lets one process at a time send from a workspace.

The operating system holds it and drops it when the process ends, however it ends; the file only tells who has it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from desktop.errors import OutboxBusy, StoreBusy, StoreUnwritable
from desktop.store.timing import Clock, system_clock

_held: set[int] = set()
_FAR = 1 << 30
"""Windows locks bytes against reading too: the one that is locked lies far behind those that tell who has it."""


def lock_path(home: Path, practice: bool) -> Path:
    """Return the lock's file."""
    return home / ("practice.sending" if practice else "workspace.sending")


@contextmanager
def drain_lock(home: Path, practice: bool, clock: Clock = system_clock) -> Iterator[None]:
    """Hold the right to send from this workspace; raise OutboxBusy at once where another has it."""
    path = lock_path(home, practice)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise StoreUnwritable(str(path)) from problem
    try:
        if not _take(handle):
            raise _busy(handle)
        _held.add(handle)
        try:
            who = json.dumps({"pid": os.getpid(), "since": clock().isoformat()}).encode("ascii")
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            with contextlib.suppress(OSError):
                # Who has it is a courtesy: on a full disk the lock itself still holds.
                os.write(handle, who)
            yield
        finally:
            _held.discard(handle)
            with contextlib.suppress(OSError):
                os.ftruncate(handle, 0)
            _release(handle)
    finally:
        os.close(handle)


@contextmanager
def login_lock(home: Path, practice: bool, *, seconds: float = 120.0) -> Iterator[None]:
    """Hold the right to renew log-ins of this workspace, waiting for whoever has it; StoreBusy after `seconds`.

    A refresh token is used once: two processes that used the same one would look like a theft.
    """
    path = home / ("practice.login" if practice else "workspace.login")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise StoreUnwritable(str(path)) from problem
    try:
        end = time.monotonic() + seconds
        while not _take(handle):
            if time.monotonic() >= end:
                raise StoreBusy(str(path))
            time.sleep(0.05)
        _held.add(handle)
        try:
            yield
        finally:
            _held.discard(handle)
            _release(handle)
    finally:
        os.close(handle)


def _busy(handle: int) -> OutboxBusy:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        who = json.loads(os.read(handle, 1000))
        return OutboxBusy(str(int(who["pid"])), datetime.fromisoformat(who["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return OutboxBusy("?", None)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        with contextlib.suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> bool:
        # flock, not lockf: a record lock is lost when any other descriptor of the same file is closed.
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)

    def _let_go_in_child() -> None:
        # A forked child shares the lock and would keep it after its parent has died.
        for handle in list(_held):
            with contextlib.suppress(OSError):
                os.close(handle)
        _held.clear()

    os.register_at_fork(after_in_child=_let_go_in_child)
