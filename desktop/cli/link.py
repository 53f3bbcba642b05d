"""`hoso link LINK`: look up what a `hoso:` link names at the portal that it names, as the window does."""

from __future__ import annotations

from typing import Annotated

import typer

from desktop.cli import session as _session


def link(
    text: Annotated[str, typer.Argument(metavar="LINK", help="hoso:CỔNG/dossier|supplement|submission/MÃ")],
) -> None:
    """Mở một liên kết hoso: — hỏi đúng cổng đã biết, không gửi gì đi."""
    from desktop import filing

    session = _session.current
    found = filing.follow_link(session.app.desk, text)
    name = found.portal.name_vi if session.lang == "vi" else found.portal.name_en
    here = session.words("có trong kho", "in this workspace") if found.dossier else session.words(
        "không có trong kho này", "not in this workspace"
    )  # fmt: skip
    session.answer(
        found,
        f"{name}  {found.portal.url}",
        f"{found.view.code or link_code(text)}  {found.view.procedure_name}  {found.view.raw}",
        f"{here}{f': {found.dossier}' if found.dossier else ''}",
    )


def link_code(text: str) -> str:
    """Return the id that a link names."""
    return text.rpartition("/")[2]


def add(root: typer.Typer) -> None:
    """Add the verb."""
    root.command("link")(link)
