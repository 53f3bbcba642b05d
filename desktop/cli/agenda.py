"""`hoso agenda`: what asks for a person, and the deadlines as a calendar file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop.cli import session as _session
from desktop.cli.template import Force

GROUPS = {
    "due": ("Đến hạn", "Due"),
    "answer": ("Cần trả lời", "To be answered"),
    "uncertain": ("Chưa rõ kết quả", "Not known yet"),
    "result": ("Kết quả mới", "New results"),
    "certificate": ("Chứng thư sắp hết hạn", "Certificates near their end"),
}


def agenda(
    client: Annotated[str | None, typer.Option("--client", help="Chỉ một khách hàng (mã số thuế).")] = None,
    calendar: Annotated[Path | None, typer.Option("--calendar", help="Ghi các hạn ra tệp lịch .ics.")] = None,
    without_names: Annotated[bool, typer.Option("--without-names", help="Tệp lịch không ghi tên khách hàng.")] = False,
    force: Force = False,
) -> None:
    """Xem những việc cần làm; xuất các hạn ra lịch."""
    from desktop.filing.agenda import agenda as look
    from desktop.filing.calendar import calendar_file

    session = _session.current
    desk = session.app.desk
    entries = look(desk, client)
    if calendar is not None:
        data = calendar_file(entries, desk.now(), session.lang, names=not without_names)
        session.write(calendar, data, force=force)
    lines: list[str] = []
    for group, titles in GROUPS.items():
        mine = [entry for entry in entries if entry.group == group]
        if mine:
            lines.append(session.words(*titles))
        lines += [
            f"  {entry.when:%d/%m/%Y}  {entry.client}  {entry.what}"
            if entry.when
            else f"  {entry.client}  {entry.what}"
            for entry in mine
        ]
    if not entries:
        lines.append(session.words("Không có việc nào.", "Nothing to do."))
    session.answer({"entries": entries, "calendar": str(calendar) if calendar else None}, *lines)
