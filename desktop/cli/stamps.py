"""Options shared by the verbs that sign: what is seen of a signature, its level, its time-stamp server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.session import WrongUse

IMAGE_LIMIT = 5 << 20

Level = Annotated[str, typer.Option("--level", help="b-b, b-t, b-lt hoặc b-lta.")]
Tsa = Annotated[
    str | None, typer.Option("--tsa", help="Máy chủ dấu thời gian; mặc định: máy chủ đã đặt trong Cài đặt.")
]
StampKind = Annotated[
    str | None,
    typer.Option(
        "--stamp-kind",
        help="text: chữ; image: hình chữ ký hoặc con dấu cạnh chữ; qr: mã QR nêu cách kiểm tra; "
        "decree: theo Nghị định 30/2020.",
    ),
]
StampImage = Annotated[
    Path | None, typer.Option("--stamp-image", help="PNG hoặc JPEG của chữ ký tay hoặc con dấu (image, decree).")
]
StampNumber = Annotated[str, typer.Option("--stamp-number", help="Số và ký hiệu văn bản (decree).")]


def chosen_look(kind: str | None, image: Path | None, number: str) -> Any:
    """Make the look that the options name; None: text, as ever."""
    from desktop import filing
    from desktop.filing.stamping import LONGEST_NUMBER

    session = _session.current
    if kind is None and image is None and not number:
        return None
    kind = kind or ("image" if image is not None else "decree")
    if kind not in filing.STAMP_KINDS:
        raise WrongUse("--stamp-kind " + "|".join(filing.STAMP_KINDS))
    if image is not None and kind not in ("image", "decree"):
        raise WrongUse(
            session.words(
                "--stamp-image cần --stamp-kind image hoặc decree", "--stamp-image needs kind image or decree"
            )
        )
    if number and kind != "decree":
        raise WrongUse(session.words("--stamp-number cần --stamp-kind decree", "--stamp-number needs kind decree"))
    if len(number) > LONGEST_NUMBER:
        raise WrongUse(f"--stamp-number: {LONGEST_NUMBER}")
    data = session.read(image, IMAGE_LIMIT) if image is not None else None
    return filing.stamp_look(session.app.desk, kind, name=image.name if image else "", data=data, number=number)


def default_server() -> str | None:
    """Return the time-stamp server that was set in the window's settings."""
    from desktop.settings import load

    return load(_session.current.app.home).tsa or None


def level_named(text: str) -> Any:
    """Read one of the levels."""
    from desktop import filing

    try:
        return filing.level_of(text)
    except ValueError:
        raise WrongUse("--level " + "|".join(filing.LEVELS)) from None
