"""`hoso evidence`: what is kept of each signature (certificate, chain, revocation lists, check), out, and away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.cli import session as _session
from desktop.cli.session import Negative, WrongUse

commands = typer.Typer(
    no_args_is_help=True, help="Chứng cứ của chữ ký: chứng thư, danh sách thu hồi, kết quả kiểm tra."
)

One = Annotated[str | None, typer.Option("--id", help="Một lần ký; xem bằng evidence list.")]


def _chosen(dossier: str, wanted: str | None) -> list[Any]:
    from desktop import filing

    session = _session.current
    kept = filing.signature_evidence(session.app.desk, session.app.desk.workspace.dossiers.get(dossier).id)
    return [one for one in kept if wanted is None or one.id == wanted]


@commands.command("list")
def list_evidence(dossier: Annotated[str | None, typer.Argument(help="Mã hồ sơ trong kho.")] = None) -> None:
    """Liệt kê chứng cứ đã lưu của các lần ký."""
    from desktop import filing
    from desktop.messages import message, shown

    session = _session.current
    desk = session.app.desk
    kept = filing.signature_evidence(desk, desk.workspace.dossiers.get(dossier).id if dossier else None)
    states = {"good": ("chưa bị thu hồi", "not revoked"), "unknown": ("chưa rõ thu hồi", "revocation unknown")}
    lines: list[str] = []
    for one in kept:
        lines.append(f"{one.id}  {shown(one.at, session.lang)}  {one.dossier}  {one.signer}")
        lines.append(f"  {session.words(*states[one.revocation])} · {', '.join(part.name for part in one.parts)}")
        lines += [f"  – {message(str(f['code']), f, session.lang).sentence}" for f in one.findings]
    session.answer({"evidence": kept}, *lines)


@commands.command("export")
def export_evidence(
    dossier: str, out: Annotated[Path, typer.Option("--out", help="Thư mục xuất.")], one: One = None
) -> None:
    """Xuất chứng cứ ra tệp để chương trình khác đọc được."""
    from desktop import filing

    session = _session.current
    written = [path for kept in _chosen(dossier, one) for path in filing.export_evidence(session.app.desk, kept, out)]
    session.answer({"files": written}, *map(str, written))
    if not written:
        raise Negative


@commands.command("print")
def print_evidence(
    dossier: str,
    output: Annotated[Path, typer.Option("-o", "--output", help="Tệp PDF để ghi.")],
    force: Annotated[bool, typer.Option("--force", help="Ghi đè tệp đã có.")] = False,
) -> None:
    """In chứng cứ của hồ sơ ra PDF: biên nhận, thời điểm, mã băm, chữ ký và kết quả kiểm tra."""
    from desktop import filing

    session = _session.current
    session.check_free(output, force)
    desk = session.app.desk
    session.write(
        output, filing.print_evidence(desk, desk.workspace.dossiers.get(dossier).id, session.lang), force=force
    )
    session.answer({"file": output}, str(output))


@commands.command("delete")
def delete_evidence(
    dossier: str,
    one: One = None,
    yes: Annotated[bool, typer.Option("--yes", help="Xóa thật: chứng cứ đã xóa không lấy lại được.")] = False,
) -> None:
    """Xóa chứng cứ của chữ ký; tệp đã ký vẫn giữ nguyên."""
    from desktop import filing

    session = _session.current
    if not yes:
        raise WrongUse(session.words("thêm --yes để xóa thật", "add --yes to really delete it"))
    count = sum(filing.delete_evidence(session.app.desk, kept) for kept in _chosen(dossier, one))
    session.answer({"deleted": count}, session.words(f"Đã xóa {count} tệp chứng cứ.", f"{count} files deleted."))
    if not count:
        raise Negative
