"""`hoso catalogue`: find a procedure and read all about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop.cli import session as _session
from desktop.messages import message

commands = typer.Typer(no_args_is_help=True, help="Danh mục thủ tục hành chính.")


@commands.command("update")
def update(portal: Annotated[str | None, typer.Option("--portal")] = None) -> None:
    """Tải danh mục mới nhất đã được cổng ký."""
    from desktop import filing

    session = _session.current
    changes = filing.update_catalogue(session.app.desk, portal)
    session.answer(
        {
            "portal": changes.portal.id,
            "version": changes.version,
            "verified_at": changes.at,
            "changed": changes.changed,
            "procedures": changes.procedures,
            "templates": changes.templates,
            "new_templates": [{"id": name, "version": version} for name, version in changes.new_templates],
            "stale": changes.stale,
        },
        session.words(
            f"Danh mục có {changes.procedures} thủ tục, {changes.templates} biểu mẫu.",
            f"{changes.procedures} procedures, {changes.templates} templates.",
        ),
        *(message("AGENCY_EXPIRED", one.to_json(), session.lang).sentence for one in changes.stale),
    )


@commands.command("import")
def import_records(source: Path) -> None:
    """Nhập hồ sơ thủ tục của Cổng Dịch vụ công quốc gia."""
    from desktop import filing

    session = _session.current
    imported = filing.import_catalogue(
        session.app.desk, source, say=lambda count: session.note(session.words(f"Đã đọc {count}…", f"{count} read…"))
    )
    session.answer(
        imported, session.words(f"Đã nhập {imported.procedures} thủ tục.", f"{imported.procedures} imported.")
    )


@commands.command("search")
def search(
    text: Annotated[str, typer.Argument()] = "",
    field: Annotated[str | None, typer.Option("--field", help="Lĩnh vực.")] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="Cơ quan.")] = None,
    level: Annotated[int | None, typer.Option("--level", help="Mức độ 1–4.")] = None,
    limit: Annotated[int, typer.Option("--limit")] = 20,
) -> None:
    """Tìm thủ tục theo từ khóa, có dấu hoặc không dấu."""
    from desktop import filing

    session = _session.current
    found = filing.search(session.app.desk, text, field=field, agency=agency, level=level, limit=limit)
    session.answer(
        {"procedures": found.procedures, "total": found.total},
        *(f"{row.code}  {row.name}" for row in found.procedures),
        session.words(f"{found.total} thủ tục", f"{found.total} procedures"),
    )


@commands.command("show")
def show(code: str) -> None:
    """Xem trọn một thủ tục."""
    from desktop import filing

    session = _session.current
    desk = session.app.desk
    procedure = filing.procedure(desk, code)
    stale = desk.catalogue.stale(code, desk.now())
    said = ["", message("AGENCY_EXPIRED", stale.to_json(), session.lang).sentence] if stale is not None else []
    session.answer(procedure.to_json() | {"stale": stale}, *filing.procedure_lines(procedure, session.lang), *said)
