"""Open the sheets for many clients in LibreOffice Calc and save them again: `python -m tests.office_sheets [FOLDER]`.

For each template a sheet is made with the example's values, with an error beside a cell as it is written back. Calc
opens it, saves it as XLSX, and as CSV in the codings that spreadsheet programs write. Asked: all drop-downs and notes
are still there, the values read back are those that went in, the errors still stand beside their cells.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl

from forms.sheet import Content, Line, Remark, as_cell, make_sheet, read_plan, read_sheet
from forms.template import Template
from tests.forms.property_kit import TODAY, named, period_of, shipped

WRONG = "Không hợp lệ: giá trị thử"
CODINGS = {"utf-8, comma": "44,34,76", "utf-16, semicolon": "59,34,65535"}
"""Of Calc's filter for CSV: separator, quotation mark, character set."""


def content_of(template: Template) -> tuple[Content, dict[str, Any]]:
    """Return the example's values as one client's row, and these values."""
    assert template.example is not None
    data, period = template.example.data, period_of(template)
    fields = template.definition.form_fields
    cells = {name: as_cell(fields[name], value) for name, value in data.items() if name in fields}
    tables = {
        name: tuple(
            Line(3 + at, {"#row": "k-1"} | {f"{name}.{key}": as_cell(table.column[key], row[key]) for key in row})
            for at, row in enumerate(data.get(name, ()))
        )
        for name, table in template.definition.tables.items()
    }
    line = Line(3, {"#client": "0999999888", "#row": "k-1", **cells})
    return Content(template.ref, str(period) if period else None, "lo-1", (line,), tables), dict(data)


def remarks_of(template: Template) -> list[Remark]:
    """Return one error, of the first field that is filled."""
    filled = next(name for name in content_of(template)[0].lines[0].cells if not name.startswith("#"))
    return [Remark("", 3, filled, "error", WRONG, 3)]


def calc(source: Path, kind: str, folder: Path, home: Path) -> Path:
    """Let Calc open a file and save it as another kind."""
    command = ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", folder, source], check=True, capture_output=True, timeout=300)
    return folder / f"{source.stem}.{kind.partition(':')[0]}"


def marks(data: bytes) -> dict[str, tuple[int, int]]:
    """Return for each visible sheet how many cells have a drop-down, and how many a note."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    found = {}
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            lists = sum(
                area.size["rows"] * area.size["columns"]
                for rule in sheet.data_validations.dataValidation
                if rule.type == "list"
                for area in rule.sqref.ranges
            )
            found[sheet.title] = lists, sum(cell.comment is not None for row in sheet.iter_rows() for cell in row)
    return found


def judge(template: Template, folder: Path, home: Path) -> Iterator[str]:
    """Yield what is wrong after Calc has saved a template's sheet."""
    content, data = content_of(template)
    made = make_sheet(content, remarks_of(template))
    source = folder / f"{named(template).replace('/', '-')}.xlsx"
    source.write_bytes(made)
    (folder / "saved").mkdir(exist_ok=True)
    saved = calc(source, "xlsx:Calc MS Excel 2007 XML", folder / "saved", home).read_bytes()
    if marks(made) != marks(saved):
        yield f"drop-downs, notes: {marks(made)} became {marks(saved)}"
    book = openpyxl.load_workbook(io.BytesIO(saved))
    main = book.worksheets[0]
    told = [cell for row in main.iter_rows() for cell in row if cell.comment and WRONG in cell.comment.text]
    if [cell.row for cell in told] != [3] or WRONG not in str([cell.value for cell in main[3]]):
        yield "the error no longer stands beside its cell and in the column of problems"
    period = period_of(template)
    plan = read_plan(read_sheet(saved), template, period, TODAY)
    if (plan.own, plan.batch) != (True, "lo-1"):
        yield "it is no longer known as our own"
    for key in sorted(data.keys() | plan.rows[0].data.keys()):
        if data.get(key) != plan.rows[0].data.get(key):
            yield f"{key}: {data.get(key)!r} became {plan.rows[0].data.get(key)!r}"
    yield from (f"{note.path}: {note.code}" for note in plan.rows[0].notes)
    for name, filter_ in CODINGS.items() if not template.definition.tables else ():
        text = calc(source, f"csv:Text - txt - csv (StarCalc):{filter_},1,,0,false,true", folder, home)
        raw = text.read_bytes()
        again = read_plan(read_sheet(raw), template, period, TODAY)
        for key in sorted(data.keys() | again.rows[0].data.keys()):
            if data.get(key) != again.rows[0].data.get(key):
                yield f"CSV {name}: {key}: {data.get(key)!r} became {again.rows[0].data.get(key)!r}"


def main(folder: Path, wanted: str = "") -> None:
    """Judge every template's sheet; exit 1 where Calc changed what a person would miss."""
    folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as home:
        for template in shipped():
            if wanted not in named(template):
                continue
            faults = list(judge(template, folder, Path(home)))
            wrong += len(faults)
            print(f"{named(template)}: {'; '.join(faults) or 'as it was'}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()), *sys.argv[2:])
