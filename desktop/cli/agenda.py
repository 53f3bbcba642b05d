"""`hoso agenda`: what asks for a person, and the deadlines as a calendar file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.template import Force

if TYPE_CHECKING:
    from desktop import filing

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
    out: Annotated[Path | None, typer.Option("--out", help="Tải tệp kèm thư vào thư mục này.")] = None,
    force: Force = False,
) -> None:
    """Đọc thư và yêu cầu bổ sung của mọi hồ sơ, mới nhất trước; chỉ hỏi mạng khi tải tệp kèm thư (--out)."""
    from desktop import filing

    session = _session.current
    mails = filing.inbox(session.app.desk, client, dossier=dossier)
    lines: list[str] = []
    for mail in mails:
        what = session.words("Yêu cầu bổ sung", "More papers") if mail.kind == "supplement" else ""
        head = "  ".join(filter(None, (f"{mail.at:%d/%m/%Y %H:%M}", mail.code or mail.dossier, mail.client, what)))
        lines += [head, f"    {mail.text}"]
        lines += [f"    · {file.name} ({(file.size + 1023) // 1024} KB)" for file in mail.files]
        if warning := mail.warning(session.lang):
            lines.append(f"    {warning}")
    if not mails:
        lines.append(session.words("Chưa có thư nào.", "No messages yet."))
    written = _fetch(session, mails, out, force=force) if out is not None else []
    lines += [session.words("Đã ghi {}", "Written: {}").format(row["file"]) for row in written]
    answer: dict[str, Any] = {"messages": mails}
    session.answer(answer | ({"written": written} if out is not None else {}), *lines)


def _fetch(session: _session.Session, mails: list[filing.Mail], out: Path, *, force: bool) -> list[dict[str, Any]]:
    """Write the files of messages into a folder; of two with one name the older gets a number."""
    from desktop import filing

    out.mkdir(parents=True, exist_ok=True)
    desk, taken, rows = session.app.desk, dict[str, str](), []
    for mail, file in [(one, file) for one in mails for file in one.files]:
        name, number = file.name, 1
        while taken.get(name.casefold(), file.sha256) != file.sha256:
            number += 1
            stem, dot, ending = file.name.rpartition(".")
            name = f"{stem} ({number}).{ending}" if dot else f"{file.name} ({number})"
        if name.casefold() in taken:
            continue
        taken[name.casefold()] = file.sha256
        session.check_free(out / name, force)
        fetched = filing.fetch_mail_file(desk, mail.dossier, mail.letter, file.id)
        with session.writing(out / name, force=force) as target:
            filing.write_mail_file(desk, fetched, target)
        rows.append({"file": out / name, "message": mail.letter, "dossier": mail.dossier, "sha256": file.sha256})
    return rows
