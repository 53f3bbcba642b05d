"""`hoso trust`: the authorities this workspace trusts."""

from __future__ import annotations

from pathlib import Path

import typer

from desktop.cli import session as _session

commands = typer.Typer(no_args_is_help=True, help="Chứng thư gốc được tin cậy.")


@commands.command("list")
def list_anchors() -> None:
    """Liệt kê chứng thư gốc tin cậy."""
    from desktop import filing

    session = _session.current
    rows = filing.trust_list(session.app.desk)
    session.answer(
        {"anchors": rows}, *(f"{row.fingerprint}  {row.common_name}  → {row.valid_to:%d/%m/%Y}" for row in rows)
    )


@commands.command("add")
def add(pem: Path) -> None:
    """Thêm chứng thư gốc."""
    from desktop import filing

    session = _session.current
    rows = filing.trust_add(session.app.desk, session.read(pem, 1 << 20))
    session.answer({"added": rows}, *(f"{row.fingerprint}  {row.common_name}" for row in rows))


@commands.command("remove")
def remove(fingerprint: str) -> None:
    """Bỏ chứng thư gốc."""
    from desktop import filing

    session = _session.current
    filing.trust_remove(session.app.desk, fingerprint)
    session.answer({"removed": fingerprint}, session.words("Đã bỏ.", "Removed."))
