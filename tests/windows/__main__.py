"""`python -m tests.windows [--cache DIR] [--pytest ARGS…]`: the command line on a Windows Python under Wine.

A line for each check; the exit code says whether all held.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.windows.checks import checks
from tests.windows.machine import CannotSetUp, Machine


def main() -> int:
    """Set up, run, tell."""
    options = argparse.ArgumentParser(prog="python -m tests.windows", description=__doc__)
    options.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "hoso-windows")
    options.add_argument("--pytest", nargs=argparse.REMAINDER, help="run these tests of the checkout there instead")
    chosen = options.parse_args()
    machine = Machine(chosen.cache)
    begun = time.monotonic()
    try:
        machine.set_up(testing=chosen.pytest is not None)
    except CannotSetUp as problem:
        print(f"cannot set up; run this once:\n    {problem}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as problem:
        print(f"cannot set up: {problem}\n{problem.stderr or ''}", file=sys.stderr)
        return 2
    print(f"· ready after {time.monotonic() - begun:.0f} s", flush=True)
    with machine.running():
        if chosen.pytest is not None:
            return machine.pytest(chosen.pytest)
        folder = Path(tempfile.mkdtemp(prefix="thử ", dir=machine.user))
        try:
            failed = sum(not ok for ok in told(machine, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"· {'all held' if not failed else f'{failed} FAILED'} after {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


def told(machine: Machine, folder: Path) -> Iterator[bool]:
    """Run every check and print a line for it; yield whether it held."""
    for title, ok, note in checks(machine, folder):
        print(f"{'✓' if ok else '✗'} {title}{f': {note}' if note else ''}", flush=True)
        yield ok


if __name__ == "__main__":
    raise SystemExit(main())
