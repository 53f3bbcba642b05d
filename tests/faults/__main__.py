"""`python -m tests.faults [PART]… [--seed N]`: a line for each case, then a summary.

matrix: each request of the contract × each fault × nobody, client or portal killed (`--tenth`: a tenth of it, by the
seed; `--share 20`: a twentieth). kills: kill -9 while `hoso` files a really signed VAT return, and two drains at once
(`--cases`, `--doubles`).
evening: 300 dossiers of 60 clients over a link that fails 30 % of the time (`--dossiers`).
answers: a portal that answers at random, within and outside its contract (`--rounds`).
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

PARTS = ("matrix", "kills", "evening", "answers")


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def matrix(folder: Path, chosen: argparse.Namespace) -> int:
    """Run the matrix; return how many cases failed."""
    from tests.faults.matrix import cells, run, tenth, uncovered

    share = chosen.share or (10 if chosen.tenth else 1)
    todo = tenth(chosen.seed, share) if share > 1 else cells(chosen.seed)
    whole = run(folder, todo, say)
    for told in whole:
        say(f"FAILED: {told}")
    for name in sorted(uncovered()):
        say(f"FAILED: no case has {name}")
    bad = sum(bool(cell.faults) for cell in todo)
    say(f"matrix: {len(todo)} of {len(cells(chosen.seed))} cases run, {bad} failed")
    return bad + len(whole) + len(uncovered())


def kills(folder: Path, chosen: argparse.Namespace) -> int:
    """Kill real processes; return how many cases failed."""
    from tests.faults.run import run

    killed, twice = run(folder, chosen.seed, chosen.cases, chosen.doubles, free=chosen.cases >= 40, say=say)
    for window, count in Counter(case.observed for case in killed).most_common():
        say(f"{count:3} kills {window}")
    bad = [case for case in (*killed, *twice) if case.faults]
    say(f"kills: {len(killed)} cases and {len(twice)} double drains run, {len(bad)} failed")
    return len(bad)


def evening(folder: Path, chosen: argparse.Namespace) -> int:
    """Send a whole evening's dossiers; return how much is wrong."""
    from tests.faults.evening import run

    done = run(folder, chosen.seed, dossiers=chosen.dossiers, clients=60, size=5_000_000)
    for told in done.faults:
        say(f"FAILED: {told}")
    say(done.line)
    return len(done.faults)


def answers(folder: Path, chosen: argparse.Namespace) -> int:
    """Meet a portal that answers at random; return how much is wrong."""
    from tests.faults.answers import run

    told = run(folder, chosen.seed, chosen.rounds)
    for fault in told.faults[:50]:
        say(f"FAILED: {fault}")
    for how, count in sorted(told.ended.items()):
        say(f"{count:6} {how}")
    say(told.line)
    return len(told.faults)


def main() -> int:
    """Run all that was asked for; the exit code says whether everything held."""
    options = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    options.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    options.add_argument("--seed", type=int, default=None, help="gives the same cases again")
    options.add_argument("--tenth", action="store_true", help="a tenth of the matrix")
    options.add_argument("--share", type=int, default=0, metavar="N", help="one case of N of the matrix")
    options.add_argument("--cases", type=int, default=50)
    options.add_argument("--doubles", type=int, default=20)
    options.add_argument("--dossiers", type=int, default=300)
    options.add_argument("--rounds", type=int, default=5000)
    chosen = options.parse_args()
    if not set(chosen.parts) <= set(PARTS):
        options.error(f"parts are {', '.join(PARTS)}")
    chosen.seed = chosen.seed if chosen.seed is not None else secrets.randbelow(1 << 32)
    say(f"seed {chosen.seed}")
    begun, bad = time.monotonic(), 0
    for name in chosen.parts or PARTS:
        start = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="hoso-faults-"))
        try:
            bad += globals()[name](folder, chosen)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        say(f"{name}: {time.monotonic() - start:.0f} s")
    say(f"{bad} failed; {time.monotonic() - begun:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
