"""`hoso key` and what both signing commands share: naming a key without ever naming its secret."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.session import WrongUse

commands = typer.Typer(no_args_is_help=True, help="Chứng thư số dùng để ký.")

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
    p12: Path | None, passphrase_file: str | None, token: str | None, remote: str | None, cert: str | None
) -> Any:
    """Choose the one key that the options name. Raises WrongUse where they name none, or several."""
    session = _session.current
    if token or remote:
        raise WrongUse(
            session.words("bản này chưa ký bằng USB token hoặc từ xa", "tokens and remote keys are not served yet")
        )
    if p12 is None:
        raise WrongUse(session.words("thiếu khóa ký: --p12 TỆP", "name a key: --p12 FILE"))
    keys = load_keys(p12, passphrase_file)
    if cert is not None:
        wanted = cert.replace(":", "").replace(" ", "").lower()
        keys = [key for key in keys if key.certificate.fingerprint == wanted]
        if not keys:
            raise WrongUse(session.words("tệp khóa không có chứng thư đó", "the file has no such certificate"))
    if len(keys) > 1:
        prints = ", ".join(key.certificate.fingerprint for key in keys)
        raise WrongUse(
            session.words(f"tệp có nhiều khóa, hãy chọn bằng --cert: {prints}", f"choose one by --cert: {prints}")
        )
    return keys[0]


def certificate_document(certificate: Any) -> dict[str, Any]:
    """Write the facts of a certificate as JSON."""
    names = (
        "common_name", "organization", "tax_code", "personal_id", "issuer", "serial", "valid_from", "valid_to",
        "fingerprint", "key_type",
    )  # fmt: skip
    return {name: getattr(certificate, name) for name in names}


@commands.command("list")
def list_keys(p12: P12 = None, passphrase_file: PassphraseFile = None, module: Module = None) -> None:
    """Liệt kê chứng thư có thể ký; không bao giờ hỏi mã PIN."""
    session = _session.current
    if p12 is None:
        raise WrongUse(session.words("thiếu --p12 TỆP", "--p12 FILE is missing"))
    keys = load_keys(p12, passphrase_file)
    rows = [{**certificate_document(key.certificate), "kind": key.kind} for key in keys]
    lines = [
        f"{row['common_name']} · MST {row['tax_code'] or '—'} · {row['issuer']} · {row['valid_to']:%d/%m/%Y}"
        for row in rows
    ]
    session.answer({"keys": rows}, *lines)
