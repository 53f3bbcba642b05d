"""`python -m tests.faults [--seed N] [--cases 50] [--doubles 20]`: a line for each case, then a summary."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.run import run


def main() -> int:
    """Run all; the exit code says whether every case held."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("--seed", type=int, default=None, help="gives the same cases again")
    options.add_argument("--cases", type=int, default=50)
    options.add_argument("--doubles", type=int, default=20)
    chosen = options.parse_args()
    seed = chosen.seed if chosen.seed is not None else secrets.randbelow(1 << 32)
    print(f"seed {seed}", flush=True)
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="hoso-faults-"))
    try:
        killed, twice = run(
            folder,
            seed,
            chosen.cases,
            chosen.doubles,
            free=chosen.cases >= 40,
            say=lambda text: print(text, flush=True),
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for window, count in Counter(case.observed for case in killed).most_common():
        print(f"{count:3} kills {window}")
    bad = sum(bool(case.faults) for case in (*killed, *twice))
    print(f"{len(twice)} double drains run, {sum(bool(case.faults) for case in twice)} failed")
    print(f"{len(killed)} cases run, {sum(bool(case.faults) for case in killed)} failed")
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
