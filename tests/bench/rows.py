"""A line of the bench: what we took, what it is measured against in the same run, and how the two compare."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured thing."""

    what: str
    ours: float
    against: float
    """The limit, or the peer's time in the same run."""
    peer: str
    """What the limit or the peer is."""
    unit: str = "ms"
    most: float = 1.0
    """The largest ratio that is good."""
    note: str = ""
    more_is_better: bool = False

    @property
    def ratio(self) -> float:
        """Return ours in parts of the other; where more is better, the other in parts of ours."""
        return self.against / self.ours if self.more_is_better else self.ours / self.against

    @property
    def good(self) -> bool:
        """Say whether the ratio is within its target."""
        return self.ratio <= self.most

    @property
    def line(self) -> str:
        """Write the row."""
        mark = "ok  " if self.good else "OVER"
        told = f"{mark} {self.what}: {self.ours:.1f} {self.unit}; {self.peer}: {self.against:.1f} {self.unit}; "
        told += f"ratio {self.ratio:.2f} (target {self.most:.2f})"
        return f"{told}; {self.note}" if self.note else told


def load() -> str:
    """Tell how busy the machine is."""
    try:
        one, five, _ = os.getloadavg()
    except OSError:
        return "load unknown"
    return f"load {one:.1f} (1 min) {five:.1f} (5 min) on {os.cpu_count()} cores"


def percentile(times: Sequence[float], percent: int) -> float:
    """Return the time within which so many of 100 stayed."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]
