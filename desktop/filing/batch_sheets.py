"""The spreadsheets of a batch: the one to fill in, and the copy with what is wrong beside each cell."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from desktop.filing.batch import Batch, agreed_facts, choose, previous_of
from desktop.filing.desk import Desk

if TYPE_CHECKING:
    from forms.sheet import Plan, PlanRow
    from forms.sheet.writing import Remark


def batch_template(desk: Desk, template_id: str, period: str | None, *, clients: Sequence[str] | None = None) -> bytes:
    """Return the sheet of a template with a row for each client (or those named), prefilled with agreed facts.

    Raises what choosing a template raises, ClientNotFound.
    """
    from forms.form import Form
    from forms.prefill import prefill
    from forms.sheet import Content, Line, as_cell, make_sheet
    from forms.template import load

    ref, when = choose(desk, template_id, period)
    template = load(ref)
    ws = desk.workspace
    known = ws.clients.list() if clients is None else [ws.clients.get(code) for code in clients]
    all_facts = ws.clients.all_facts()
    before = previous_of(desk, template, when)
    lines = []
    for number, client in enumerate(known):
        form = Form(template, when, {}, previous=before.get(client.id), today=desk.today())
        facts = agreed_facts(client, all_facts.get(client.id, {}))
        prefill(form, facts, facts)
        cells = {
            name: as_cell(template.definition.form_fields[name], value)
            for name, value in form.entered().items()
            if name in template.definition.form_fields
        }
        lines.append(
            Line(3 + number, {"#client": client.tax_code, "#name": client.name, "#row": str(number + 1), **cells})
        )
    content = Content(ref, str(when) if when else None, f"lo-{secrets.token_hex(6)}", tuple(lines))
    return desk.workers.run(make_sheet, content, timeout=120)


def error_sheet(desk: Desk, batch: Batch, lang: str = "vi") -> bytes:
    """Return a copy of the spreadsheet with what is wrong beside each cell; one of ours can be mended and run again."""
    from forms.sheet import Content, copy_sheet, lines_of, make_sheet

    remarks = list(_remarks(batch, lang))
    plan = batch.plan
    if not plan.own:
        return desk.workers.run(copy_sheet, batch.grid, plan.headings, remarks, timeout=120)
    main = batch.grid.sheet(plan.headings.main.sheet)
    assert main is not None
    tables = {}
    for name, heading in plan.headings.tables.items():
        sheet = batch.grid.sheet(heading.sheet)
        tables[name] = lines_of(sheet.rows, heading) if sheet is not None else ()
    content = Content(batch.ref, batch.period, plan.batch or "", lines_of(main.rows, plan.headings.main), tables)
    return desk.workers.run(make_sheet, content, remarks, timeout=120)


def _remarks(batch: Batch, lang: str) -> Iterator[Remark]:
    from desktop.messages import message
    from forms.sheet.writing import Remark

    rows = {row.number: row for row in batch.plan.rows}
    for row in batch.rows:
        for problem in row.problems:
            table, path, at = _where(batch.plan, rows[row.number], problem.path)
            yield Remark(table, at, path, problem.severity, problem.message.get(lang), row.number)
        if row.why is not None:
            told = message(row.why, lang="en" if lang == "en" else "vi").text
            yield Remark("", row.number, None, "error" if row.state == "failed" else "warning", told, row.number)


def _where(plan: Plan, row: PlanRow, path: str) -> tuple[str, str | None, int]:
    """Return table, column and row number of a problem's cell; the row as a whole where it has none."""
    table, bracket, rest = path.partition("[")
    index, _, column = rest.partition("].")
    numbers = row.table_rows.get(table, ())
    if bracket and index.isdigit() and int(index) < len(numbers):
        return table, f"{table}.{column}", numbers[int(index)]
    place = plan.place(row, path)
    if place is None or table in plan.headings.tables:
        return "", None, row.number
    return "", path, row.number
