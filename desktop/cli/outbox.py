"""`hoso outbox`: what waits to be sent."""

from __future__ import annotations

from typing import Annotated

import typer

from desktop.cli import session as _session
from desktop.cli.session import Negative

commands = typer.Typer(no_args_is_help=True, help="Hộp gửi.")


@commands.command("list")
def list_items() -> None:
    """Liệt kê hộp gửi."""
    from desktop import filing

    session = _session.current
    desk = session.app.desk
    rows, held = filing.outbox_items(desk), filing.paused(desk)
    stopped = [session.words("Hộp gửi đang tạm dừng.", "The outbox is paused.")] if held else []
    session.answer(
        {"items": [row.to_json() for row in rows], "paused": held},
        *stopped,
        *(f"{row.id}  {row.dossier}  {row.sentence(session.lang)}" for row in rows),
    )


@commands.command("drain")
def drain(portal: Annotated[str | None, typer.Option("--portal")] = None) -> None:
    """Gửi mọi mục đang chờ."""
    from desktop import filing

    session = _session.current
    rows = filing.drain(session.app.desk, portal=portal, judging=filing.JUDGING)
    session.answer(
        {"items": [row.to_json() for row in rows]},
        *(f"{row.id}  {row.dossier}  {row.sentence(session.lang)}" for row in rows),
    )
    if any(str(row.state) != "DONE" for row in rows):
        raise Negative


@commands.command("cancel")
def cancel(item: str) -> None:
    """Rút một mục chưa gửi khỏi hộp gửi."""
    from desktop import filing

    session = _session.current
    filing.cancel_item(session.app.desk, item)
    session.answer({"cancelled": item}, session.words("Đã rút khỏi hộp gửi.", "Taken out of the outbox."))


@commands.command("schedule")
def schedule(
    item: str,
    at: Annotated[str | None, typer.Option("--at", help="2026-07-20 08:30 hoặc 08:30; bỏ trống: gửi ngay.")] = None,
) -> None:
    """Hẹn giờ gửi một mục, hoặc bỏ hẹn."""
    from desktop import filing

    session = _session.current
    desk = session.app.desk
    row = filing.schedule_item(desk, item, filing.moment_of(at, desk.today()))
    session.answer(row.to_json(), row.sentence(session.lang))


@commands.command("release")
def release(item: str) -> None:
    """Cho gửi lại một mục chưa rõ kết quả, khi bạn đã xem ở cổng và chắc là chưa có."""
    from desktop import filing

    session = _session.current
    row = filing.release_item(session.app.desk, item)
    session.answer(row.to_json(), row.sentence(session.lang))


@commands.command("settle")
def settle(item: str, code: str) -> None:
    """Ghi mã hồ sơ tìm thấy ở cổng cho một mục chưa rõ kết quả."""
    from desktop import filing

    session = _session.current
    row = filing.settle_item(session.app.desk, item, code)
    session.answer(
        row.to_json(), session.words(f"Đã ghi mã hồ sơ {row.code}.", f"The dossier code {row.code} is kept.")
    )


@commands.command("pause")
def pause() -> None:
    """Tạm dừng hộp gửi."""
    from desktop import filing

    session = _session.current
    filing.pause(session.app.desk, True)
    session.answer({"paused": True}, session.words("Đã tạm dừng hộp gửi.", "The outbox is paused."))


@commands.command("resume")
def resume() -> None:
    """Cho hộp gửi chạy tiếp."""
    from desktop import filing

    session = _session.current
    filing.pause(session.app.desk, False)
    session.answer({"paused": False}, session.words("Hộp gửi chạy tiếp.", "The outbox goes on."))


@commands.command("tries")
def tries(item: str) -> None:
    """Xem mọi lần gửi và hỏi của một mục, cả những lần hỏng."""
    from desktop import filing

    session = _session.current
    rows = filing.tries(session.app.desk, item)
    session.answer(
        {"tries": [row.to_json() for row in rows]},
        *(
            f"{row.number}  {row.started:%d/%m/%Y %H:%M:%S}  {row.act}  {row.outcome}  {row.reason or ''}"
            for row in rows
        ),
    )
