"""The deadlines as a calendar file, judged by reading it back, and by the standard's own demands on its bytes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar

from desktop.filing.agenda import Entry
from desktop.filing.calendar import calendar_file

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
LONG = "CÔNG TY CỔ PHẦN SẢN XUẤT, THƯƠNG MẠI VÀ DỊCH VỤ XUẤT NHẬP KHẨU NÔNG SẢN ĐỒNG BẰNG SÔNG CỬU LONG; CHI NHÁNH"
DUE = Entry("due", LONG, "Khai thuế giá trị gia tăng", date(2026, 12, 21), "open", "D1", "2026-11")


def events(data: bytes) -> list[dict[str, object]]:
    read = Calendar.from_ical(data)
    return [
        {"what": str(e["SUMMARY"]), "day": e.decoded("DTSTART"), "end": e.decoded("DTEND"), "uid": str(e["UID"]),
         "alarm": [a.decoded("TRIGGER") for a in e.walk("VALARM")]}
        for e in read.walk("VEVENT")
    ]  # fmt: skip


def test_a_deadline_is_an_all_day_event_with_a_reminder() -> None:
    (found,) = events(calendar_file([DUE], NOW, "vi"))
    assert found["day"] == date(2026, 12, 21)
    assert found["end"] == date(2026, 12, 22)
    assert found["what"] == f"Hạn nộp: Khai thuế giá trị gia tăng (Tháng 11 năm 2026) – {LONG}"
    assert found["alarm"] == [timedelta(days=-2)]


def test_importing_again_moves_an_event_and_makes_no_second() -> None:
    moved = Entry("due", LONG, DUE.what, date(2026, 12, 22), "open", "D1", "2026-11")
    assert events(calendar_file([DUE], NOW, "vi"))[0]["uid"] == events(calendar_file([moved], NOW, "en"))[0]["uid"]


def test_only_what_lies_ahead_is_in_it() -> None:
    past = Entry("due", "A", "b", date(2026, 11, 20), "open", "D2")
    none = Entry("answer", "A", "phí", None, "pay", "D3", amount=50_000)
    result = Entry("result", "A", "kết quả", date(2026, 12, 1), "follow", "D4")
    assert events(calendar_file([past, none, result], NOW, "vi")) == []


def test_names_can_be_left_out() -> None:
    data = calendar_file([DUE], NOW, "vi", names=False)
    assert "CÔNG TY" not in data.decode().replace("\r\n ", "")


def test_lines_are_folded_and_end_as_rfc_5545_demands() -> None:
    data = calendar_file([DUE], NOW, "vi")
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode("utf-8")
