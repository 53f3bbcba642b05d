"""`hoso client`: the people and companies filed for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop.cli import session as _session
from desktop.cli.session import WrongUse

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
def import_clients(file: Path) -> None:
    """Nhập khách hàng từ bảng tính."""
    session = _session.current
    raise WrongUse(session.words("bản này chưa nhập từ bảng tính", "spreadsheets are not read yet"))


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
