"""The deadlines as a calendar file (iCalendar, RFC 5545), for the calendar that a person looks at anyway.

One event for each open deadline, all-day, with a reminder two days before. Its UID is stable: importing the file
again moves an event and does not double it. A calendar may lie at a stranger's server: it holds no tax code, no amount
and no identity number, only the client's name and what is due, and the client's name can be left out, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from icalendar import Alarm, Calendar, Event

from desktop.filing.agenda import Entry
from desktop.filing.desk import Desk

REMINDER = timedelta(days=-2)
WHAT = {
    "due": ("Hạn nộp", "Due"),
    "answer": ("Hạn bổ sung", "Supplement due"),
    "certificate": ("Chứng thư hết hạn", "Certificate ends"),
}


def calendar_file(entries: Iterable[Entry], now: datetime, lang: str, *, names: bool = True) -> bytes:
    """Return the entries that lie ahead and have a day as an iCalendar file.

    `names` False leaves out whom each deadline is for.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Hồ Sơ//hoso//VI")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for entry in entries:
        if entry.group not in WHAT or entry.when is None or entry.when < now.date():
            continue
        calendar.add_component(_event(entry, entry.when, now, lang, names))
    return bytes(calendar.to_ical())


def save_calendar(desk: Desk, target: Path, entries: Iterable[Entry], lang: str) -> None:
    """Write the calendar file whole or not at all. Raises OutputNotWritten."""
    from desktop.filing.batch_files import write_whole

    write_whole(target, calendar_file(entries, desk.now(), lang))


def _event(entry: Entry, day: date, now: datetime, lang: str, names: bool) -> Event:
    word = WHAT[entry.group][0 if lang == "vi" else 1]
    if entry.period:
        from forms.period import Period

        told = Period.parse(entry.period).label("vi" if lang == "vi" else "en")
        what = f"{entry.what} ({told})"
    else:
        what = entry.what
    event = Event()
    # The dossier's own id stays here: outside, its hash is enough to know the event again.
    known = f"{entry.group}|{entry.dossier or entry.client}|{entry.what}"
    event.add("uid", f"{hashlib.sha256(known.encode()).hexdigest()[:32]}@hoso")
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"{word}: {what}" + (f" – {entry.client}" if names else ""))
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"{word}: {what}")
    alarm.add("trigger", REMINDER)
    event.add_component(alarm)
    return event
