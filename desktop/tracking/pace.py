"""When to look at a portal again."""

from __future__ import annotations

from datetime import timedelta


def next_look(
    *,
    open_dossiers: int,
    since_change: timedelta | None,
    failures: int = 0,
    retry_after: float | None = None,
    practice: bool = False,
) -> timedelta:
    """Return how long to wait before the next look at a portal.

    since_change: since the last thing that happened (ours or theirs), None: nothing yet.  Soon after a
    change the next one is near; later looks are rare, so that a thousand clients do not burden a portal
    for dossiers that take weeks.  Failures double the wait up to an hour; what the portal asks for counts.
    """
    if failures:
        wait = timedelta(seconds=min(30 * 2 ** min(failures - 1, 10), 3600))
    elif practice:
        wait = timedelta(seconds=2) if open_dossiers else timedelta(minutes=1)
    elif not open_dossiers:
        wait = timedelta(hours=12)
    elif since_change is None or since_change < timedelta(minutes=10):
        wait = timedelta(seconds=30)
    elif since_change < timedelta(hours=8):
        wait = timedelta(minutes=5)
    elif since_change < timedelta(days=7):
        wait = timedelta(minutes=30)
    else:
        wait = timedelta(hours=3)
    asked = timedelta(seconds=min(max(retry_after or 0.0, 0.0), 86_400.0))
    return max(wait, asked)
