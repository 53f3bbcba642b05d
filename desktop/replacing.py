"""Put a finished file in the place of another, also where another program looks at it just then."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

PATIENCE = 2.0
"""Seconds to wait on Windows, which refuses while a scanner, an indexer or another process of ours has a file open."""


def move_over(fresh: Path | str, target: Path | str) -> None:
    """Rename over what is there, in one step; raise what the system says."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            os.replace(fresh, target)
            return
        except PermissionError:
            # A folder is never replaced by a file, and elsewhere an open file is no hindrance: waiting would not help.
            if os.name != "nt" or os.path.isdir(target) or time.monotonic() > end:
                raise
            time.sleep(0.02)


@contextlib.contextmanager
def writing(target: Path) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name only once it is whole and on the disk; raise what the system says."""
    beside = target.parent / f".hoso-{secrets.token_hex(8)}"
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        move_over(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
