"""`hoso client`: the people and companies filed for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from desktop.cli import session as _session
from desktop.cli.session import Negative, WrongUse

SHEET_LIMIT = 33 << 20
"""Read at most so many bytes of a spreadsheet; the product's own limit, which is lower, is said by the refusal."""

commands = typer.Typer(no_args_is_help=True, help="Khách hàng: người và doanh nghiệp được lập hồ sơ.")


@commands.command("add")
def add(
    tax_code: Annotated[str, typer.Option("--tax-code", help="Mã số thuế.")],
    name: Annotated[str, typer.Option("--name", help="Tên.")],
    json_facts: Annotated[Path | None, typer.Option("--json-facts", help="Tệp JSON các thông tin khác.")] = None,
) -> None:
    """Thêm một khách hàng."""
    from desktop import filing

    session = _session.current
    facts = session.read_json(json_facts) if json_facts else {}
    client = filing.add_client(session.app.desk, tax_code, name, facts)
    session.answer({"client": client}, session.words(f"Đã thêm {client.name}", f"Added {client.name}"))


@commands.command("list")
def list_clients() -> None:
    """Liệt kê khách hàng."""
    session = _session.current
    clients = session.app.workspace.clients.list()
    session.answer({"clients": clients}, *(f"{client.tax_code}  {client.name}" for client in clients))


@commands.command("show")
def show(tax_code: str) -> None:
    """Xem một khách hàng và các thông tin đã biết."""
    session = _session.current
    client = session.app.workspace.clients.get(tax_code)
    facts = session.app.workspace.clients.facts(client)
    session.answer(
        {"client": client, "facts": facts},
        f"{client.tax_code}  {client.name}",
        *(f"  {name}: {fact.value}" for name, fact in facts.items()),
    )


@commands.command("import")
def import_clients(
    file: Annotated[Path, typer.Argument(help="Bảng tính XLSX hoặc CSV có cột “Mã số thuế” và “Tên”.")],
    keep: Annotated[bool, typer.Option("--keep", help="Khác với kho: giữ thông tin trong kho.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Khác với kho: thay bằng bảng tính.")] = False,
    no_consent: Annotated[bool, typer.Option("--no-consent", help="Chưa đồng ý cho dùng để điền biểu mẫu.")] = False,
) -> None:
    """Nhập khách hàng từ bảng tính: tất cả, hoặc không gì cả khi có dòng sai hay trái với kho."""
    from desktop import filing

    session = _session.current
    if keep and replace:
        raise WrongUse(session.words("--keep hay --replace?", "--keep or --replace?"))
    choice: Literal["refuse", "keep", "replace"] = "keep" if keep else "replace" if replace else "refuse"
    with session.about(file):
        done = filing.import_clients(
            session.app.desk, session.read(file, SHEET_LIMIT), conflicts=choice, consent=not no_consent
        )
    marks = {"error": ("Lỗi", "Error"), "conflict": ("Khác nhau", "Conflict"), "warning": ("Cảnh báo", "Warning")}
    lines = [
        f"{session.words(*marks[one.severity])} {one.cell or one.row} ({one.client or '—'}): "
        f"{one.message.get(session.lang)}"
        for one in done.findings
    ]
    lines += [session.words(f"Không đọc cột “{one}”.", f"Column “{one}” was not read.") for one in done.unknown]
    new, mended, same = len(done.added), len(done.changed), len(done.same)
    if done.imported:
        lines.append(
            session.words(
                f"Đã thêm {new} khách hàng, bổ sung {mended}, không đổi {same}.",
                f"{new} clients added, {mended} completed, {same} as they were.",
            )
        )
    else:
        lines.append(
            session.words(
                "Chưa nhập gì. Hãy sửa các lỗi; với chỗ khác nhau, chọn --keep hoặc --replace.",
                "Nothing was imported. Correct the errors; where they differ choose --keep or --replace.",
            )
        )
    session.answer(done, *lines)
    if not done.imported:
        raise Negative


@commands.command("purge")
def purge(
    tax_code: str,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
) -> None:
    """Xóa hẳn một khách hàng và mọi thứ thuộc về họ."""
    session = _session.current
    client = session.app.workspace.clients.get(tax_code)
    if not yes:
        typed = session.ask(
            f"Xóa hẳn {client.name}: gõ lại mã số thuế", f"Erase {client.name} for good: type the tax code again"
        )
        if typed.strip() != client.tax_code:
            raise WrongUse(session.words("mã số thuế gõ lại không khớp", "the tax code does not match"))
    session.app.workspace.purge_client(tax_code)
    session.answer({"purged": tax_code}, session.words("Đã xóa hẳn.", "Erased."))
