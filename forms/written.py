"""What people write for numbers, days, periods and options, typed or in a cell of a spreadsheet.

Numbers are read in the Vietnamese and the English way: −, - and (1.234), dots or commas, blanks between thousands, a
currency behind. What can be read in two ways is not guessed but asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from forms import kinds
from forms.definition import Option
from forms.identifiers import fold
from forms.kinds import Value

_MINUS = "−-–—﹣－"
_JUNK = re.compile(r"[\s\u00a0\u202f\u2009'’]|đồng|đ|vnđ|vnd|%", re.IGNORECASE)


@dataclass(frozen=True)
class Taken:
    """Say what a text means for a field: one value, several possible ones, or none (`unread` is the text then)."""

    value: Value = None
    choices: tuple[str, ...] = ()
    """Plain numbers of which the person must choose one."""
    unread: bool = False


def read_number(text: str, *, whole: bool) -> Taken:
    """Read a number; the value of a whole one is `int`, of another a text with a point."""
    rest = _JUNK.sub("", text.strip())
    if not rest:
        return Taken(None)
    negative = False
    if rest.startswith("(") and rest.endswith(")"):
        negative, rest = True, rest[1:-1]
    if rest[:1] and rest[0] in _MINUS:
        negative, rest = not negative, rest[1:]
    elif rest[:1] == "+":
        rest = rest[1:]
    if not re.fullmatch(r"[0-9.,]{1,60}", rest) or not rest[0].isdigit():
        return Taken(text, unread=True)
    found = _candidates(rest)
    if whole and len(found) == 2:
        found = found[:1]  # 5.000 of whole đồng is five thousand: there are no thousandths
    numbers: list[str] = []
    for plain in found:
        number = Decimal(plain)
        if whole and number != number.to_integral_value():
            continue
        shown = kinds.plain(-number if negative else number)
        if shown not in numbers:
            numbers.append(shown)
    if not numbers:
        return Taken(text, unread=True)
    if len(numbers) > 1:
        return Taken(text, tuple(numbers))
    return Taken(int(numbers[0]) if whole else numbers[0])


def _candidates(text: str) -> list[str]:
    """Return the plain numbers that digits with dots and commas can mean."""
    marks = [character for character in text if character in ".,"]
    if not marks:
        return [text]
    if len(set(marks)) == 2:
        last = marks[-1]
        other = "," if last == "." else "."
        whole, _, decimals = text.rpartition(last)
        if last in whole or not decimals or not _grouped(whole, other):
            return []
        return [f"{whole.replace(other, '')}.{decimals}"]
    mark = marks[0]
    found = []
    if _grouped(text, mark):
        found.append(text.replace(mark, ""))
    if len(marks) == 1:
        whole, _, decimals = text.partition(mark)
        if decimals:
            found.append(f"{whole}.{decimals}")
    return found


def _grouped(text: str, mark: str) -> bool:
    first, *rest = text.split(mark)
    return 1 <= len(first) <= 3 and first[0] != "0" and all(len(part) == 3 for part in rest)


def read_date(text: str, today: date) -> Taken:
    """Read a day: 5/7/2026, 05-07-26, 05072026, 5/7 (this year), 2026-07-05."""
    rest = text.strip()
    if not rest:
        return Taken(None)
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", rest):
        year, month, day = (int(part) for part in rest.split("-"))
    elif re.fullmatch(r"[0-9]{8}|[0-9]{6}", rest):
        day, month, year = int(rest[:2]), int(rest[2:4]), int(rest[4:])
    elif re.fullmatch(r"[0-9]{1,2}[/. -][0-9]{1,2}([/. -]([0-9]{4}|[0-9]{2}))?", rest):
        parts = [int(part) for part in re.split(r"[/. -]", rest)]
        day, month, year = parts[0], parts[1], parts[2] if len(parts) == 3 else today.year
    else:
        return Taken(text, unread=True)
    if year < 100:
        year += 2000 if year <= (today.year + 20) % 100 else 1900
    try:
        return Taken(date(year, month, day).isoformat())
    except ValueError:
        return Taken(text, unread=True)


def read_period(text: str, kind: str, today: date) -> Taken:
    """Read a month (7/2026), a quarter (Q3/2026, quý 3 2026) or either."""
    rest = fold(text.strip())
    if not rest:
        return Taken(None)
    rest = re.sub(r"^(thang|ki) *", "", rest)
    quarter = re.fullmatch(r"(?:qui|q)? *([1-4])[/. -]+([0-9]{4})|([0-9]{4})-q([1-4])", rest)
    if kind == "quarter" or (quarter and (rest.startswith("q") or "-q" in rest)):
        if quarter is None:
            return Taken(text, unread=True)
        number, year = (quarter[1], quarter[2]) if quarter[1] else (quarter[4], quarter[3])
        return Taken(f"{year}-Q{number}")
    month = re.fullmatch(r"([0-9]{1,2})[/. -]+([0-9]{4})|([0-9]{4})-([0-9]{2})", rest)
    if month is None:
        return Taken(text, unread=True)
    number, year = (month[1], month[2]) if month[1] else (month[4], month[3])
    if not 1 <= int(number) <= 12:
        return Taken(text, unread=True)
    return Taken(f"{year}-{int(number):02d}")


def read_option(text: str, options: Sequence[Option], lang: str) -> Taken:
    """Read the value or the words of an option, with or without diacritics; a part will do where only one has it."""
    rest = text.strip()
    if not rest:
        return Taken(None)
    wanted = fold(rest)
    for option in options:
        if rest == option.value or wanted == fold(option.label.get(lang)):
            return Taken(option.value)
    near = [option for option in options if wanted in fold(option.label.get(lang))]
    if len(near) == 1:
        return Taken(near[0].value)
    return Taken(text, unread=True)
