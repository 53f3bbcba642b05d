"""`hoso portal`: the portals this computer knows, each pinned by its first signed root."""

from __future__ import annotations

from typing import Annotated

import typer

from desktop.cli import session as _session

commands = typer.Typer(no_args_is_help=True, help="Các cổng dịch vụ công đã biết.")


@commands.command("add")
def add(
    url: str,
    fingerprint: Annotated[str | None, typer.Option("--fingerprint", help="Vân tay SHA-256 của gốc danh mục.")] = None,
) -> None:
    """Thêm một cổng, ghim bằng vân tay gốc của nó."""
    from desktop import filing

    session = _session.current
    entry = filing.add_portal(session.app.desk, url, fingerprint, confirm=_confirm)
    name = session.words(entry.name_vi, entry.name_en)
    session.answer({"portal": entry}, session.words(f"Đã thêm {name}", f"Added {name}"), entry.fingerprint)


def _confirm(fingerprint: str) -> bool:
    session = _session.current
    session.note(session.words("Vân tay gốc của cổng:", "The portal's root fingerprint:") + f"\n  {fingerprint}")
    typed = session.ask(
        "So với vân tay do cổng công bố; gõ 8 ký tự đầu để đồng ý", "Compare it; type its first 8 characters to agree"
    )
    return typed.strip().lower() == fingerprint[:8]


@commands.command("list")
def list_portals() -> None:
    """Liệt kê các cổng."""
    from desktop import filing

    session = _session.current
    entries = filing.portals(session.app.desk)
    session.answer({"portals": entries}, *(f"{entry.url}  {entry.fingerprint}" for entry in entries))


@commands.command("remove")
def remove(url: str) -> None:
    """Bỏ một cổng."""
    from desktop import filing

    session = _session.current
    filing.remove_portal(session.app.desk, url)
    session.answer({"removed": url}, session.words("Đã bỏ cổng.", "Removed."))
