"""`python -m tests.fuzz [--minutes N] [--kind pdf|xml|asice]... [--keep DIR]`: spoil signed files and judge them.

Whatever comes out: an answer within its time, never an exception, and "valid" only where the document still says what
was signed. A finding is shrunk, written to DIR, and ends the run with exit code 1.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from signing.trust import Trust
from signing.validation import Verdict, validate
from tests import pki
from tests.fuzz.kinds import KINDS, Kind, strategy

ROUND = 200
LIMIT = 10.0
"""Seconds for one file; the judge gives up by itself."""


def main() -> int:
    """Fuzz each kind for its share of the time."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--minutes", type=float, default=1.0)
    options.add_argument("--kind", choices=list(KINDS), action="append")
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    chosen = options.parse_args()
    kinds = chosen.kind or list(KINDS)
    warnings.simplefilter("ignore")
    found = [_fuzz(KINDS[name](), 60 * chosen.minutes / len(kinds), chosen.seed, chosen.keep) for name in kinds]
    return 0 if all(found) else 1


def _fuzz(kind: Kind, seconds: float, first: int, keep: Path) -> bool:
    keys = pki.shared()
    trust = Trust.of([keys.root_pem, keys.intermediate_pem], crls=[keys.crl_pem])
    control = kind.seeds[0]
    assert validate(control, name="control", trust=trust).verdict is Verdict.VALID, kind.name
    counted: Counter[str] = Counter()
    last: list[bytes] = []
    slowest = 0.0

    def check(data: bytes) -> None:
        nonlocal slowest
        last[:] = [data]
        begun = time.monotonic()
        verdict = validate(data, name="a", trust=trust, time_limit=LIMIT).verdict
        took = time.monotonic() - begun
        slowest = max(slowest, took)
        counted[str(verdict)] += 1
        assert took < LIMIT + 5, f"{took:.1f} s"
        assert verdict is not Verdict.VALID or kind.same(control, data), "valid, and says something else"

    end, number = time.monotonic() + seconds, first
    while time.monotonic() < end:
        number += 1

        @seed(number)
        @settings(
            max_examples=ROUND,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy(kind))
        def one_round(data: bytes) -> None:
            if time.monotonic() < end + LIMIT:
                check(data)

        try:
            one_round()
        except Exception as error:
            keep.mkdir(parents=True, exist_ok=True)
            path = keep / f"{kind.name}-{hashlib.sha256(last[0]).hexdigest()[:12]}"
            path.write_bytes(last[0])
            print(f"{kind.name}: {type(error).__name__}: {error}; kept in {path}; seed {number}", flush=True)
            return False
    told = ", ".join(f"{count} {verdict}" for verdict, count in counted.most_common())
    print(f"{kind.name}: {sum(counted.values())} files: {told}; slowest {slowest:.1f} s; seeds {first + 1}–{number}")
    return True


if __name__ == "__main__":
    sys.exit(main())
