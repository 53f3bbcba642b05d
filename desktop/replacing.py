"""Put a finished file in the place of another, also where another program looks at it just then."""

from __future__ import annotations

import os
import time
from pathlib import Path

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
