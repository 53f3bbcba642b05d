"""`hoso key` and what both signing commands share: naming a key without ever naming its secret."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop.cli import remote as _remote
from desktop.cli import session as _session
from desktop.cli.remote import key_rows, opened
from desktop.cli.session import WrongUse

if TYPE_CHECKING:
    from signing.token import AskPin
    from signing.token import Token as SeenToken

commands = typer.Typer(no_args_is_help=True, help="Chứng thư số dùng để ký.")
commands.add_typer(_remote.commands, name="remote")

P12 = Annotated[Path | None, typer.Option("--p12", help="Tệp khóa PKCS#12.")]
PassphraseFile = Annotated[
    str | None, typer.Option("--passphrase-file", help="Tệp chứa mật khẩu của khóa; - là đầu vào chuẩn.")
]
Token = Annotated[str | None, typer.Option("--token", help="Số sê-ri của USB token.")]
Module = Annotated[Path | None, typer.Option("--module", help="Mô-đun PKCS#11.")]
Cert = Annotated[str | None, typer.Option("--cert", help="Vân tay SHA-256 của chứng thư.")]
PinFile = Annotated[str | None, typer.Option("--pin-file", help="Tệp chứa mã PIN; - là đầu vào chuẩn.")]
Remote = Annotated[str | None, typer.Option("--remote", help="Hồ sơ ký số từ xa.")]


def load_keys(p12: Path, passphrase_file: str | None) -> list[Any]:
    """Open a PKCS#12 file and give back its keys."""
    from signing.pkcs12 import load

    session = _session.current
    passphrase = session.secret(
        passphrase_file,
        option="--passphrase-file",
        prompt_vi=f"Mật khẩu của tệp khóa {p12.name}",
        prompt_en=f"Passphrase of {p12.name}",
    )
    with session.about(p12):
        return list(load(session.read(p12, 1 << 20), passphrase))


def chosen_key(
    p12: Path | None,
    passphrase_file: str | None,
    token: str | None,
    remote: str | None,
    cert: str | None,
    module: Path | None = None,
    pin_file: str | None = None,
    otp_file: str | None = None,
) -> Any:
    """Choose the one key that the options name; a token's PIN is asked when it first signs.

    Raises WrongUse where they name none, or several.
    """
    session = _session.current
    if remote is not None and (p12 is not None or token is not None):
        raise WrongUse(session.words("--p12, --token hay --remote?", "--p12, --token or --remote?"))
    if token is not None and p12 is not None:
        raise WrongUse(session.words("--p12 hay --token?", "--p12 or --token?"))
    wanted = cert.replace(":", "").replace(" ", "").lower() if cert is not None else None
    if remote is not None:
        return opened(remote, pin_file, otp_file).key(wanted)
    if token is not None:
        return _token_key(token, module, wanted, pin_file)
    if p12 is None:
        raise WrongUse(
            session.words(
                "thiếu khóa ký: --p12 TỆP, --token SỐ_SÊ_RI hoặc --remote HỒ_SƠ",
                "name a key: --p12 FILE, --token SERIAL or --remote PROFILE",
            )
        )
    keys = load_keys(p12, passphrase_file)
    if wanted is not None:
        keys = [key for key in keys if key.certificate.fingerprint == wanted]
        if not keys:
            raise WrongUse(session.words("tệp khóa không có chứng thư đó", "the file has no such certificate"))
    if len(keys) > 1:
        prints = ", ".join(key.certificate.fingerprint for key in keys)
        raise WrongUse(
            session.words(f"tệp có nhiều khóa, hãy chọn bằng --cert: {prints}", f"choose one by --cert: {prints}")
        )
    return keys[0]


def chosen_signer(
    p12: Path | None,
    passphrase_file: str | None,
    token: str | None,
    remote: str | None,
    cert: str | None,
    module: Path | None = None,
    pin_file: str | None = None,
    otp_file: str | None = None,
) -> Any:
    """Choose whose key signs a batch; a token is looked for only when there is something left to sign."""
    from desktop.filing.batch_signing import HeldSigner, TokenSigner

    if token is None or p12 is not None or remote is not None:
        key = chosen_key(p12, passphrase_file, token, remote, cert, module, pin_file, otp_file)
        return HeldSigner(key.certificate.common_name, key)
    wanted = cert.replace(":", "").replace(" ", "").lower() if cert is not None else None
    return TokenSigner("", token, token_ask(pin_file), fingerprint=wanted, module=module)


def token_ask(pin_file: str | None) -> AskPin:
    """Return what asks for the PIN of a token: from a file, or on the terminal with the token's own warning."""
    from desktop.messages import message
    from signing.token import Pin

    session = _session.current

    def ask(token: SeenToken) -> Pin:
        # On a terminal a person has read the warning; a PIN from a file never spends a token's last try.
        final = pin_file is None
        if token.warning is not None:
            session.note(message(token.warning, {"token": token.label}, session.lang).text)
        if token.pin_pad:
            session.note(
                session.words(
                    f"Nhập mã PIN trên bàn phím của token {token.label}.",
                    f"Enter the PIN on the keys of {token.label}.",
                )
            )
            return Pin("", final)
        text = session.secret(
            pin_file,
            option="--pin-file",
            prompt_vi=f"Mã PIN của token {token.label}",
            prompt_en=f"PIN of the token {token.label}",
        )
        return Pin(text, final)

    return ask


def _token_key(serial: str, module: Path | None, fingerprint: str | None, pin_file: str | None) -> Any:
    from desktop import filing

    return filing.open_token(serial, module=module, fingerprint=fingerprint, ask=token_ask(pin_file)).key


def certificate_document(certificate: Any) -> dict[str, Any]:
    """Write the facts of a certificate as JSON."""
    names = (
        "common_name", "organization", "tax_code", "personal_id", "issuer", "serial", "valid_from", "valid_to",
        "fingerprint", "key_type",
    )  # fmt: skip
    return {name: getattr(certificate, name) for name in names}


@commands.command("list")
def list_keys(
    p12: P12 = None, passphrase_file: PassphraseFile = None, module: Module = None, remote: Remote = None
) -> None:
    """Liệt kê chứng thư có thể ký; không bao giờ hỏi mã PIN."""
    session = _session.current
    if remote is not None:
        if p12 is not None or module is not None:
            raise WrongUse(session.words("--p12, --module hay --remote?", "--p12, --module or --remote?"))
        rows = key_rows(remote)
        session.answer({"keys": rows}, *(_line(row) for row in rows))
        return
    if p12 is None:
        _list_token_keys(module)
        return
    if module is not None:
        raise WrongUse(session.words("--p12 hay --module?", "--p12 or --module?"))
    keys = load_keys(p12, passphrase_file)
    rows = [{**certificate_document(key.certificate), "kind": key.kind} for key in keys]
    session.answer({"keys": rows}, *(_line(row) for row in rows))


def _line(row: dict[str, Any]) -> str:
    return f"{row['common_name']} · MST {row['tax_code'] or '—'} · {row['issuer']} · {row['valid_to']:%d/%m/%Y}"


def _list_token_keys(module: Path | None) -> None:
    from desktop import filing
    from desktop.messages import message

    session = _session.current
    found = filing.token_keys(module)
    lines = []
    for key in found.keys:
        one, token = key.held.certificate, key.held.token
        lines.append(f"{one.common_name} · MST {one.tax_code or '—'} · {one.issuer} · {one.valid_to:%d/%m/%Y}")
        lines.append(f"  --token {token.serial} --cert {one.fingerprint}  ({token.label}, {key.module.name})")
        if token.warning is not None:
            session.note(message(token.warning, {"token": token.label}, session.lang).text)
    for problem in found.problems:
        session.note(message(problem, lang=session.lang).text)
    if not lines:
        lines.append(
            session.words("Không thấy chứng thư nào; hãy chạy: hoso doctor", "No certificate; run: hoso doctor")
        )
    session.answer({"keys": found.keys}, *lines)
