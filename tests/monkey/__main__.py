"""`python -m tests.monkey [--minutes N] [--seed N]`: a random user presses, types and scrolls in the real window.

Offscreen, on a practice workspace with dossiers in every state and a running practice portal. A finding ends with exit
code 1: an exception, a warning of Qt's, a bug that the window tells in words, an object that outlives its page, a
window that stands still, or more memory than it may take. The seed and the last acts are printed with it.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

MEMORY = 350 << 20
"""Bytes that the window's process may have in memory."""


def main() -> int:
    """Let the monkey loose for its minutes, counted from when the window stands."""
    options = argparse.ArgumentParser(prog="python -m tests.monkey", description=__doc__)
    options.add_argument("--minutes", type=float, default=1.0)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    chosen = options.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    faulthandler.enable()
    # Set-up and looking round take their time; what takes longer stands still, and tells where.
    faulthandler.dump_traceback_later(60 * chosen.minutes + 240, exit=True)
    # Nothing of this machine's is in its reach: whatever it opens or saves is in a home of its own.
    home = tempfile.TemporaryDirectory(prefix="hoso-monkey-")
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        os.environ[name] = home.name
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)
    root = str(Path(__file__).resolve().parents[2])
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    sys.path.insert(0, root)
    os.chdir(home.name)

    from tests.monkey.monkey import Monkey

    monkey = Monkey(chosen.seed, MEMORY)
    began = time.monotonic()
    end: Callable[[], bool] = lambda: time.monotonic() - began >= 60 * chosen.minutes  # noqa: E731
    monkey.play(end)
    print(monkey.report(), flush=True)
    os.chdir(root)
    # The window's threads and the portal are in the midst of things, as when a person presses the power button.
    sys.stdout.flush()
    monkey.put_away()
    home.cleanup()
    os._exit(1 if monkey.findings else 0)


if __name__ == "__main__":
    main()
