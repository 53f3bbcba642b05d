"""`python -m tests.monkey [--minutes N] [--seed N]`: a random user presses, types and scrolls in the real window.

Offscreen, on a practice workspace with dossiers in every state; the practice portal answers from a process of its own,
so that the memory that is measured is the window's. A finding ends with exit code 1: an exception, a warning of Qt's, a
bug that the window tells in words, an object that outlives its page, a window that stands still, or more memory than it
may take. The seed and the last acts are printed with it.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.desktop.ui_kit import Place

MEMORY = 350 << 20
"""Bytes that the window's process may have in memory."""


def stand(folder: Path, root: str) -> tuple[subprocess.Popen[str], Place]:
    """Have the place made by another process, which keeps its portal answering, and open its workspace."""
    from desktop.app import App
    from tests.desktop import ui_kit

    folder.mkdir()
    portal = subprocess.Popen(
        [sys.executable, "-m", "tests.monkey.portal", str(folder)],
        cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert portal.stdout is not None
    told = json.loads(portal.stdout.readline())
    app = App(home=folder, practice=True, unlock=lambda: ui_kit.WORDS)
    keys = {client: Path(key) for client, key in told["keys"].items()}
    return portal, ui_kit.Place(folder, app, None, keys, told["dossiers"])


def main() -> int:
    """Let the monkey loose for its minutes, counted from when the window stands."""
    options = argparse.ArgumentParser(prog="python -m tests.monkey", description=__doc__)
    options.add_argument("--minutes", type=float, default=1.0)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options.add_argument("--told", action="store_true", help="tell the memory at each round")
    chosen = options.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    faulthandler.enable()
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

    portal, place = stand(Path(home.name) / "place", root)
    # Looking round takes its time; what takes longer stands still, and tells where.
    faulthandler.dump_traceback_later(60 * chosen.minutes + 600, exit=True)
    monkey = Monkey(chosen.seed, MEMORY, place, told=chosen.told)
    began = time.monotonic()
    end: Callable[[], bool] = lambda: time.monotonic() - began >= 60 * chosen.minutes  # noqa: E731
    monkey.play(end)
    print(monkey.report(), flush=True)
    os.chdir(root)
    # The window's threads and the portal are in the midst of things, as when a person presses the power button.
    sys.stdout.flush()
    monkey.put_away()
    assert portal.stdin is not None
    portal.stdin.close()
    try:
        portal.wait(60)
    except subprocess.TimeoutExpired:
        portal.kill()
    home.cleanup()
    os._exit(1 if monkey.findings else 0)


if __name__ == "__main__":
    main()
