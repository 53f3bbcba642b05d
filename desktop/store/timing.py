"""The clock that the workspace writes by, given by its caller so that tests choose the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the time now, aware."""
    return datetime.now(UTC)
