"""Periods and the golden dates on which returns fall due."""

from __future__ import annotations

from datetime import date

import pytest

from forms.errors import BadPeriod
from forms.period import Period, calendar_covers, next_working_day


@pytest.mark.parametrize(
    ("period", "due"),
    [
        ("2026-Q3", "2026-11-02"),
        ("2026-11", "2026-12-21"),
        ("2026-12", "2027-01-20"),
        ("2026-Q4", "2027-02-01"),
        ("2027-01", "2027-02-22"),
        ("2027-Q1", "2027-05-04"),
    ],
)
def test_a_deadline_moves_to_the_next_working_day(period: str, due: str) -> None:
    assert Period.parse(period).due() == date.fromisoformat(due)
    assert Period.parse(period).due_confirmed


@pytest.mark.parametrize(
    ("by_rule", "due"),
    [
        ("2026-11-24", "2026-11-25"),
        ("2027-03-31", "2027-03-31"),
        ("2026-08-22", "2026-08-22"),
        ("2027-02-05", "2027-02-11"),
        ("2026-10-31", "2026-11-02"),
    ],
)
def test_other_golden_dates(by_rule: str, due: str) -> None:
    assert next_working_day(date.fromisoformat(by_rule)) == date.fromisoformat(due)


def test_nothing_is_guessed_for_a_year_without_a_calendar() -> None:
    period = Period.parse("2031-Q1")
    assert period.due() == date(2031, 4, 30)
    assert not period.due_confirmed
    assert not calendar_covers(date(2031, 1, 1))


def test_days_and_neighbours() -> None:
    quarter = Period.parse("2026-Q4")
    assert (quarter.first_day, quarter.last_day) == (date(2026, 10, 1), date(2026, 12, 31))
    assert str(quarter.next()) == "2027-Q1"
    assert str(Period.parse("2026-01").previous()) == "2025-12"
    assert Period.parse("2026-02").last_day == date(2026, 2, 28)
    assert Period.parse("2026-06").label("vi") == "Tháng 6 năm 2026"
    assert Period.parse("2026-Q2").label("en") == "Quarter 2 of 2026"
    assert Period.parse(str(quarter)) == quarter


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-Q5", "2026-6", "２０２６-06", "2026-06\n", "26-06", "2026-q2"]
)
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadPeriod):
        Period.parse(text)
