"""The rows of a form's table from a spreadsheet of the client's own: a list of workers, of household members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.filing.desk import Desk
from desktop.filing.dossiers import _component, _with_forms, begin_form, open_form, save_form
from desktop.filing.errors import UnknownComponent

if TYPE_CHECKING:
    from collections.abc import Callable

    from forms.form import Form
    from forms.sheet import SheetRows
    from forms.template import Template


def rows_of_sheet(
    desk: Desk, template: Template, table: str, data: bytes, cancelled: Callable[[], bool] | None = None
) -> SheetRows:
    """Read a spreadsheet (XLSX, CSV) as rows of a table. Raises SheetError."""
    from forms.sheet import read_rows, read_sheet

    grid = desk.workers.run(read_sheet, data, timeout=60, cancelled=cancelled)
    return read_rows(grid, template, table, desk.today())


def joined_rows(form: Form, table: str, found: SheetRows) -> list[dict[str, object]]:
    """Return the rows that a table has afterwards: those that were filled in before, then the new ones."""
    kept = [row for row in form.entered_rows(table) if any(value not in (None, "", False) for value in row.values())]
    return [*kept, *found.rows]


def import_rows(desk: Desk, dossier_id: str, component: str, table: str | None, data: bytes) -> tuple[Form, SheetRows]:
    """Add the rows of a spreadsheet to a table of a component's form and save it; without a name the first table.

    Raises UnknownComponent, SheetError, TableFull.
    """
    dossier = desk.workspace.dossiers.get(dossier_id)
    part = _component(desk, dossier, component)
    if part.template is None:
        raise UnknownComponent(component, _with_forms(desk, dossier))
    form_id = part.form or begin_form(desk, dossier, component, part.template).id
    form = open_form(desk, form_id)
    names = tuple(form.definition.tables)
    wanted = table or next(iter(names), "")
    if wanted not in names:
        raise UnknownComponent(wanted, names)
    found = rows_of_sheet(desk, form.template, wanted, data)
    form.set_rows(wanted, joined_rows(form, wanted, found))
    save_form(desk, form_id, form)
    return form, found
