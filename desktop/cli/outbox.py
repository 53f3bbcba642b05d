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
    rows = filing.outbox_items(session.app.desk)
    session.answer(
        {"items": [row.to_json() for row in rows]},
        *(f"{row.id}  {row.dossier}  {row.sentence(session.lang)}" for row in rows),
    )


@commands.command("drain")
def drain(portal: Annotated[str | None, typer.Option("--portal")] = None) -> None:
    """Gửi mọi mục đang chờ."""
    from desktop import filing

    session = _session.current
    rows = filing.drain(session.app.desk, portal=portal)
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
