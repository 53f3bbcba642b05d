"""`hoso help [WORDS]`: what a message's code means, or where the guide speaks of something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import typer

from desktop.cli import session as _session
from desktop.errors import DesktopError


@dataclass(eq=False)
class NothingFound(DesktopError):
    """The help says nothing about these words."""

    code: ClassVar[str] = "HELP_NOT_FOUND"
    words: str


def explain(
    words: Annotated[list[str] | None, typer.Argument(metavar="MÃ|TỪ…", help="Mã của thông báo, hoặc vài chữ.")] = None,
) -> None:
    """Giải thích một mã lỗi, hoặc tìm trong hướng dẫn; không có gì: mục lục."""
    from desktop import guide

    session = _session.current
    asked = " ".join(words or ()).strip()
    said = guide.explained(asked, session.lang)
    if said is not None:
        session.answer(
            {"code": said.code, "heading": said.heading, "sentence": said.sentence, "remedy": said.remedy},
            f"{said.heading} ({said.code})",
            said.text,
        )
        return
    parts = guide.chapters(session.lang)
    if asked in {one.place for one in parts}:
        chosen = guide.chapter(asked, session.lang)
        session.answer({"chapters": chosen}, guide.markdown(chosen))
        return
    if asked:
        found = guide.search(asked, session.lang)
        if not found:
            raise NothingFound(asked)
        session.answer({"found": found}, *(f"{one.code or one.place}: {one.title}" for one in found))
        return
    session.answer(
        {"chapters": [{"place": one.place, "title": one.title} for one in parts]},
        *(f"{one.place}: {one.title}" for one in parts),
    )


def add(root: typer.Typer) -> None:
    """Add the verb."""
    root.command("help")(explain)
