"""`hoso portal`: the portals this computer knows, each pinned by its first signed root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from desktop.cli import session as _session
from desktop.cli.session import Session, WrongUse

if TYPE_CHECKING:
    from desktop.filing import KnownPortal

commands = typer.Typer(no_args_is_help=True, help="Các cổng dịch vụ công đã biết.")


@commands.command("add")
def add(
    url: str,
    fingerprint: Annotated[str | None, typer.Option("--fingerprint", help="Vân tay SHA-256 của gốc danh mục.")] = None,
    connector: Annotated[
        str,
        typer.Option(
            "--connector",
            help="hoso: cổng theo giao ước của chương trình; six-step: dịch vụ JSON sáu bước của cơ quan; "
            "hand-over: cổng chỉ nhận trên trang web, nộp bằng tay.",
        ),
    ] = "hoso",
    name: Annotated[str | None, typer.Option("--name", help="Tên cổng (six-step, hand-over).")] = None,
    client_id: Annotated[str | None, typer.Option("--client-id", help="Mã kết nối cơ quan cấp (six-step).")] = None,
    secret_file: Annotated[
        str | None, typer.Option("--secret-file", help="Tệp chứa khóa kết nối; - là đầu vào chuẩn (six-step).")
    ] = None,
    unit: Annotated[str, typer.Option("--unit", help="Mã đơn vị tiếp nhận (six-step).")] = "",
    settles_by_code: Annotated[
        bool,
        typer.Option(
            "--settles-by-code",
            help="Cơ quan bảo đảm một mã chỉ có một hồ sơ và tra được ngay (six-step); không có thì khi mất trả lời "
            "chỉ bạn mới quyết định gửi lại.",
        ),
    ] = False,
    follow: Annotated[
        str | None, typer.Option("--follow", help="Cổng đã biết khác, tra được mã hồ sơ của cổng này (hand-over).")
    ] = None,
) -> None:
    """Thêm một cổng: ghim bằng vân tay gốc của nó, hoặc theo cách kết nối khác."""
    from desktop import filing

    session = _session.current
    desk = session.app.desk
    kind = filing.KINDS.get(connector)
    if kind is None:
        raise WrongUse("--connector " + "|".join(filing.KINDS))
    if kind == filing.HOSO:
        if name or client_id or secret_file or unit or settles_by_code or follow:
            raise WrongUse("--connector six-step|hand-over")
        entry = filing.add_portal(desk, url, fingerprint, confirm=_confirm)
    else:
        account = None
        if kind == filing.SIX_STEP:
            if client_id is None:
                raise WrongUse("--client-id")
            secret = session.secret(
                secret_file, option="--secret-file", prompt_vi="Khóa kết nối", prompt_en="Client secret"
            )
            account = (client_id, secret)
        elif client_id or secret_file or unit or settles_by_code:
            raise WrongUse("--connector six-step")
        entry = filing.known_portal(
            filing.add_way(
                desk, url, kind, name=name, account=account, unit=unit, settles_by_code=settles_by_code, follow=follow
            )
        )
    title = session.words(entry.name_vi, entry.name_en)
    lines = [entry.fingerprint] if entry.fingerprint else _can(session, entry)
    session.answer({"portal": entry}, session.words(f"Đã thêm {title}", f"Added {title}"), *lines)


def _can(session: Session, entry: KnownPortal) -> list[str]:
    """Say what a portal cannot do, so that nobody waits for it."""
    able = entry.abilities
    assert able is not None
    told = []
    if not able.submit:
        told.append(
            session.words(
                "Nộp bằng tay trên trang của cổng: hoso dossier hand-over, rồi hoso dossier code.",
                "Filed by hand on the portal's page: hoso dossier hand-over, then hoso dossier code.",
            )
        )
    elif not able.settles_by_key:
        told.append(
            session.words(
                "Khi mất trả lời, cổng này không cho biết đã nhận hay chưa: chỉ bạn mới quyết định gửi lại.",
                "When an answer is lost this portal cannot say what it has: only your word sends a dossier again.",
            )
        )
    if not able.track:
        told.append(
            session.words(
                "Không hỏi được trạng thái; xem trên trang của cổng.", "It cannot be asked for statuses; see its page."
            )
        )
    return told


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
    session.answer(
        {"portals": entries}, *(f"{entry.url}  {entry.connector}  {entry.fingerprint}".rstrip() for entry in entries)
    )


@commands.command("remove")
def remove(url: str) -> None:
    """Bỏ một cổng."""
    from desktop import filing

    session = _session.current
    filing.remove_portal(session.app.desk, url)
    session.answer({"removed": url}, session.words("Đã bỏ cổng.", "Removed."))
