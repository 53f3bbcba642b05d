"""`hoso key remote`: accounts at remote signing services; and their keys on the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.session import WrongUse

if TYPE_CHECKING:
    from signing.remote import Question, RemoteSession, Waiting

commands = typer.Typer(no_args_is_help=True, help="Tài khoản ký số từ xa.")

OtpFile = Annotated[str | None, typer.Option("--otp-file", help="Tệp chứa mã OTP ký số từ xa; - là đầu vào chuẩn.")]


def opened(name: str, pin_file: str | None, otp_file: str | None) -> RemoteSession:
    """Open a profile of the workspace; the person is asked on the terminal, or by files, when it signs."""
    from desktop import filing

    session = _session.current
    said: list[tuple[str, ...]] = []
    live = sys.stderr is not None and sys.stderr.isatty()

    def prompt(question: Question) -> str | None:
        if question.text:
            session.note(question.text)
        if question.kind == "pin":
            vi, en = f"Mã PIN ký số từ xa ({question.service})", f"PIN of the remote key ({question.service})"
            return session.secret(pin_file, option="--pin-file", prompt_vi=vi, prompt_en=en)
        label = question.label or "OTP"
        vi, en = f"{label} ({question.service})", f"{label} ({question.service})"
        return session.secret(otp_file, option="--otp-file", prompt_vi=vi, prompt_en=en)

    def waiting(now: Waiting) -> None:
        if not said or said[-1] != now.codes:
            said.append(now.codes)
            session.note(
                session.words(
                    f"Mở ứng dụng ký số trên điện thoại và xác nhận yêu cầu của {now.service}.",
                    f"Open the signing app on the phone and confirm the request of {now.service}.",
                )
            )
            for code in now.codes:
                session.note(session.words(f"  Mã tài liệu trên điện thoại: {code}", f"  Code on the phone: {code}"))
            if not live:
                told = session.words(f"Còn {now.seconds_left} giây.", f"{now.seconds_left} seconds left.")
                session.note(told)
        if live:
            told = session.words(f"Còn {now.seconds_left} giây…  ", f"{now.seconds_left} seconds left…  ")
            print(f"\r{told}", end="", file=sys.stderr, flush=True)

    return filing.open_remote(session.app.desk, name, prompt=prompt, waiting=waiting)


def key_rows(name: str) -> list[dict[str, Any]]:
    """List the keys of a profile; nothing is asked of the person."""
    from desktop.cli.key import certificate_document

    with opened(name, None, None) as session:
        return [
            {**certificate_document(key.certificate), "kind": key.kind, "remote": name, "at_once": key.most}
            for key in session.keys
        ]


@commands.command("add")
def add(
    name: str,
    kind: Annotated[
        str, typer.Option("--kind", help="confirm (xác nhận trên điện thoại), csc-v1 hoặc csc-v2.")
    ] = "confirm",
    url: Annotated[str, typer.Option("--url", help="Địa chỉ do nhà cung cấp báo, bắt đầu bằng https://.")] = "",
    user: Annotated[str, typer.Option("--user", help="Số định danh hoặc mã số thuế của người ký.")] = "",
    account: Annotated[str, typer.Option("--account", help="Mã tài khoản kết nối (sp_id).")] = "",
    credential: Annotated[
        str, typer.Option("--credential", help="Mã chứng thư (credentialID hoặc số sê-ri), khi có nhiều.")
    ] = "",
    secret_file: Annotated[
        str | None,
        typer.Option("--secret-file", help="Tệp chứa mật khẩu kết nối hoặc mã truy cập; - là đầu vào chuẩn."),
    ] = None,
) -> None:
    """Thêm một tài khoản ký số từ xa; bí mật chỉ nằm trong kho đã mã hóa."""
    from desktop import filing

    session = _session.current
    if not url:
        raise WrongUse(session.words("thiếu --url", "--url is missing"))
    secret = ""
    if secret_file is not None or kind == "confirm":
        secret = session.secret(
            secret_file,
            option="--secret-file",
            prompt_vi=f"Mật khẩu kết nối của {name}",
            prompt_en=f"Password of the connection {name}",
        )
    entry = filing.add_remote(
        session.app.desk, name, kind, url, user=user, account=account, credential=credential, secret=secret
    )
    session.answer(
        {"remote": entry},
        session.words(f"Đã thêm hồ sơ ký số từ xa {entry.name}.", f"Remote signing profile {entry.name} added."),
        session.words(
            f"Xem chứng thư: hoso key list --remote {entry.name}", f"See: hoso key list --remote {entry.name}"
        ),
    )


@commands.command("list")
def list_remotes() -> None:
    """Liệt kê các tài khoản ký số từ xa."""
    from desktop import filing

    session = _session.current
    entries = filing.remotes(session.app.desk)
    session.answer({"remotes": entries}, *(f"{entry.name}  {entry.kind}  {entry.url}" for entry in entries))


@commands.command("remove")
def remove(name: str) -> None:
    """Bỏ một tài khoản ký số từ xa."""
    from desktop import filing

    session = _session.current
    filing.remove_remote(session.app.desk, name)
    session.answer({"removed": name}, session.words("Đã bỏ.", "Removed."))
