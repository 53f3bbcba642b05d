"""Days counted from a day, as deadlines are: by months, by working days."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from forms.period import is_day_off


def days_later(day: date, count: int) -> date:
    """Return the day so many calendar days later (or earlier)."""
    return day + timedelta(days=count)


def months_later(day: date, count: int) -> date:
    """Return the same day of a later (or earlier) month, or that month's last day where it is shorter."""
    months = day.year * 12 + day.month - 1 + count
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def working_days_later(day: date, count: int) -> date:
    """Return the day so many working days later (or earlier), the day itself not counted.

    In years that the calendar of days off does not know, every day counts as a working day: nothing is guessed.
    """
    step = timedelta(days=1 if count >= 0 else -1)
    for _ in range(abs(count)):
        day += step
        while is_day_off(day):
            day += step
    return day
