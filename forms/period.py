"""Reporting periods, and when what is declared for them falls due.

A deadline that falls on a day off moves to the next working day (Decree 252/2026/NĐ-CP, Article 3(7)). Days off are
data: `resources/units/days_off.json`, a line per day with its source. For a year that the data does not cover nothing
is guessed: the date of the rule stands unmoved, and `due_confirmed` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from forms import strict_json
from forms.bundled import RESOURCES
from forms.errors import BadPeriod

_PERIOD = re.compile(r"(?P<year>(?:19|20|21)[0-9]{2})-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4]))")


@dataclass(frozen=True)
class Period:
    """Name a month (`2026-06`) or a quarter (`2026-Q2`): exactly one of `month` and `quarter` is set."""

    year: int
    month: int | None = None
    quarter: int | None = None

    def __post_init__(self) -> None:
        if (self.month is None) == (self.quarter is None) or not 1900 <= self.year <= 2199:
            raise BadPeriod(f"{self.year}-{self.month}-{self.quarter}")
        if (self.month or 1) not in range(1, 13) or (self.quarter or 1) not in range(1, 5):
            raise BadPeriod(f"{self.year}-{self.month}-{self.quarter}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """Return the period that a text names; raise `BadPeriod` for any other text."""
        match = _PERIOD.fullmatch(text) if isinstance(text, str) and len(text) == 7 else None
        if match is None:
            raise BadPeriod(str(text)[:40])
        month, quarter = match["month"], match["quarter"]
        return cls(int(match["year"]), int(month) if month else None, int(quarter) if quarter else None)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}" if self.month else f"{self.year}-Q{self.quarter}"

    @property
    def kind(self) -> Literal["month", "quarter"]:
        """Return which kind of period it is."""
        return "month" if self.month else "quarter"

    @property
    def first_month(self) -> int:
        """Return the number of its first month."""
        return self.month or (self.quarter or 1) * 3 - 2

    @property
    def last_month(self) -> int:
        """Return the number of its last month."""
        return self.month or (self.quarter or 1) * 3

    @property
    def first_day(self) -> date:
        """Return its first day."""
        return date(self.year, self.first_month, 1)

    @property
    def last_day(self) -> date:
        """Return its last day."""
        return _last_of_month(self.year, self.last_month)

    def next(self) -> Period:
        """Return the period that follows."""
        return self._moved(1)

    def previous(self) -> Period:
        """Return the period before."""
        return self._moved(-1)

    def _moved(self, step: int) -> Period:
        if self.month:
            count = self.year * 12 + self.month - 1 + step
            return Period(count // 12, month=count % 12 + 1)
        count = self.year * 4 + (self.quarter or 1) - 1 + step
        return Period(count // 4, quarter=count % 4 + 1)

    def label(self, lang: str = "vi") -> str:
        """Return its name for people, such as "Tháng 6 năm 2026" or "Quý 2 năm 2026"."""
        if lang == "en":
            return f"{_MONTHS[self.month - 1]} {self.year}" if self.month else f"Quarter {self.quarter} of {self.year}"
        return f"Tháng {self.month} năm {self.year}" if self.month else f"Quý {self.quarter} năm {self.year}"

    def due_by_rule(self) -> date:
        """Return the last day for filing before days off are looked at.

        Monthly: the 20th of the next month. Quarterly: the last day of the first month of the next quarter
        (Circular 89/2026/TT-BTC, Articles 17 to 19).
        """
        following = self.next()
        if self.month:
            return date(following.year, following.first_month, 20)
        return _last_of_month(following.year, following.first_month)

    def due(self) -> date:
        """Return the last day for filing: `due_by_rule`, moved to the next working day where it is a day off."""
        return next_working_day(self.due_by_rule())

    @property
    def due_confirmed(self) -> bool:
        """Say whether the calendar of days off covers the date on which the period falls due."""
        return calendar_covers(self.due_by_rule())


def is_day_off(day: date) -> bool:
    """Say whether state bodies rest on this day, as far as the calendar says; unknown years have no days off."""
    calendar = _calendar()
    if not calendar_covers(day):
        return False
    iso = day.isoformat()
    if iso in calendar.working:
        return False
    return day.weekday() >= 5 or iso in calendar.off


def next_working_day(day: date) -> date:
    """Return the day itself, or the first working day after it; in a year without a calendar, the day unmoved."""
    while is_day_off(day):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, count: int) -> date:
    """Return the day on which a time limit of so many working days ends, counted from the day after."""
    while count > 0:
        day += timedelta(days=1)
        count -= not _rests(day)
    return day


def working_days(start: date, end: date) -> int:
    """Count the working days after `start` up to `end`; negative where `end` lies before. At most ten years."""
    if end < start:
        return -working_days(end, start)
    span = min((end - start).days, 3660)
    return sum(not _rests(start + timedelta(days=step)) for step in range(1, span + 1))


def _rests(day: date) -> bool:
    """Say whether state bodies rest; in a year without a calendar only Saturday and Sunday are certain."""
    return is_day_off(day) if calendar_covers(day) else day.weekday() >= 5


def calendar_covers(day: date) -> bool:
    """Say whether the calendar of days off knows the year of this day."""
    return day.year in _calendar().years


@dataclass(frozen=True)
class _Calendar:
    years: frozenset[int]
    off: frozenset[str]
    working: frozenset[str]


@cache
def _calendar() -> _Calendar:
    path = RESOURCES / "units" / "days_off.json"
    text = strict_json.loads(path.read_bytes()) if path.exists() else {}
    years = text.get("years", {})
    return _Calendar(
        frozenset(int(year) for year in years),
        frozenset(entry["date"] for year in years.values() for entry in year["off"]),
        frozenset(entry["date"] for year in years.values() for entry in year["working"]),
    )


def _last_of_month(year: int, month: int) -> date:
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return following - timedelta(days=1)


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
