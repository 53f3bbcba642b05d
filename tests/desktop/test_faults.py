"""kill -9 of the client or the portal while a signed VAT return is filed, and two clients at once: the short proof.

`python -m tests.faults` is the long one. The seed is that of the commit, so that each commit tries other moments and
each failure can be had again.
"""

from __future__ import annotations

import subprocess
import zlib
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.run import WINDOWS, run

ROOT = Path(__file__).resolve().parents[2]


def _seed() -> int:
    try:
        asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, timeout=10, check=False)
    except OSError:
        return 1  # an unpacked archive, on a machine without git
    return zlib.crc32(asked.stdout.strip())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_one_dossier_and_its_receipt_whatever_is_killed_and_whoever_drains(tmp_path: Path) -> None:
    seed = _seed()
    print(f"python -m tests.faults --seed {seed} --cases 8 --doubles 3")
    killed, twice = run(tmp_path, seed, 8, 3, free=False, say=print)
    assert [case.line for case in (*killed, *twice) if case.faults] == []
    assert Counter(case.observed for case in killed) == dict.fromkeys(WINDOWS, 2)
    assert {case.victim for case in killed} == {"client", "portal"}
    assert len(twice) == 3
