"""`hoso workspace`: the encrypted store as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop.cli import session as _session
from desktop.cli.session import Negative

commands = typer.Typer(no_args_is_help=True, help="Kho hồ sơ đã mã hóa: sao lưu, phục hồi, kiểm tra.")


@commands.command("backup")
def backup(file: Path) -> None:
    """Sao lưu cả kho vào một tệp."""
    session = _session.current
    session.check_free(file, False)
    session.app.workspace.backup(file)
    session.answer({"file": file}, session.words(f"Đã sao lưu vào {file}", f"Backed up to {file}"))


@commands.command("restore")
def restore(
    file: Path,
    code_file: Annotated[str | None, typer.Option("--code-file", help="Tệp chứa mã khôi phục.")] = None,
) -> None:
    """Phục hồi kho từ một bản sao lưu."""
    session = _session.current
    code = (
        session.secret(code_file, option="--code-file", prompt_vi="Mã khôi phục", prompt_en="Recovery code")
        if code_file
        else None
    )
    session.app.restore_workspace(file, code)
    session.answer({"restored": session.app.home}, session.words("Đã phục hồi.", "Restored."))


@commands.command("check")
def check() -> None:
    """Kiểm tra kho còn nguyên vẹn."""
    session = _session.current
    report = session.app.workspace.check()
    session.answer(
        report, session.words("Kho nguyên vẹn." if report.ok else "Kho có lỗi.", "Intact." if report.ok else "Damaged.")
    )
    if not report.ok:
        raise Negative


@commands.command("lock")
def lock() -> None:
    """Khóa kho."""
    session = _session.current
    session.app.lock_workspace()
    session.answer({"locked": True}, session.words("Đã khóa.", "Locked."))


@commands.command("recover")
def recover(code_file: Annotated[str, typer.Option("--code-file", help="Tệp chứa mã khôi phục.")]) -> None:
    """Mở lại kho bằng mã khôi phục và đặt mật khẩu mới."""
    session = _session.current
    code = session.secret(code_file, option="--code-file", prompt_vi="", prompt_en="")
    session.app.recover_workspace(code)
    session.answer({"recovered": True}, session.words("Đã mở lại kho.", "Recovered."))
