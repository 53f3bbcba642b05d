"""`hoso pdf`: PDF forms made by others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop.cli import session as _session
from desktop.cli.session import WrongUse

commands = typer.Typer(no_args_is_help=True, help="Biểu mẫu PDF của nơi khác: xem trường, điền.")


def _later() -> WrongUse:
    return WrongUse(
        _session.current.words("bản này chưa điền PDF của nơi khác", "foreign PDF forms are not served yet")
    )


@commands.command("fields")
def fields(file: Path) -> None:
    """Liệt kê các trường."""
    raise _later()


@commands.command("fill")
def fill(
    file: Path,
    data: Path,
    output: Annotated[Path, typer.Option("-o", "--output")],
    flatten: Annotated[bool, typer.Option("--flatten")] = False,
) -> None:
    """Điền các trường."""
    raise _later()
