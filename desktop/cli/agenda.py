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


def inbox(
    client: Annotated[str | None, typer.Option("--client", help="Chỉ một khách hàng (mã số thuế).")] = None,
    dossier: Annotated[str | None, typer.Option("--dossier", help="Chỉ một hồ sơ.")] = None,
) -> None:
    """Đọc thư và yêu cầu bổ sung của mọi hồ sơ, mới nhất trước; không hỏi mạng."""
    from desktop import filing

    session = _session.current
    mails = filing.inbox(session.app.desk, client, dossier=dossier)
    lines: list[str] = []
    for mail in mails:
        what = session.words("Yêu cầu bổ sung", "More papers") if mail.kind == "supplement" else ""
        head = "  ".join(filter(None, (f"{mail.at:%d/%m/%Y %H:%M}", mail.code or mail.dossier, mail.client, what)))
        lines += [head, f"    {mail.text}"]
        if mail.strangers:
            lines.append(f"    {mail.warning(session.lang)}")
    if not mails:
        lines.append(session.words("Chưa có thư nào.", "No messages yet."))
    session.answer({"messages": mails}, *lines)
