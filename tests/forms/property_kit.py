"""What people, and programs that mean no good, may put into the fields of any template: for property tests."""

from __future__ import annotations

import random
import string
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st

from forms import kinds
from forms.definition import Field, Table
from forms.enclosed import entry
from forms.form import Form, Problem
from forms.period import Period
from forms.template import Template, bundled_library, load

TODAY = date(2026, 11, 22)
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậếềểễệốồổỗộớờởỡợứừửữựíìỉĩịýỳỷỹỵ"
ODD = "\u0301\u0323\u200d\u00ad\u034f\ufffc\ufeff\u2028\u0149\u0390\u00df\ufb03\u6f22\U0001f600\u0d30\u00a0\u0085\t\r\n"
"""Marks that join, letters that grow or fall apart as capitals, what nobody sees, and what no official typeface has."""


@cache
def shipped() -> tuple[Template, ...]:
    """Return every version of every template that is brought along."""
    library = bundled_library()
    return tuple(load(edition.ref) for name in library.ids() for edition in library.versions(name))


def named(template: Template) -> str:
    return f"{template.id} {template.version}"


def period_of(template: Template) -> Period | None:
    example = template.example
    assert example is not None, named(template)
    return Period.parse(example.period) if example.period else None


@cache
def _entered(name: str) -> dict[str, Any]:
    template = next(template for template in shipped() if named(template) == name)
    assert template.example is not None, name
    return Form.load(template, period_of(template), template.example.data, today=TODAY).entered()


def complete(template: Template) -> Form:
    """Return the form of the template's complete example."""
    return Form(template, period_of(template), _entered(named(template)), today=TODAY)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats()
    | st.text(st.characters(), max_size=12)
    | st.text(ODD + "aƠ1 ", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcd", max_size=4), inner, max_size=3),
    max_leaves=5,
)
"""What JSON can hold, and a little more."""

_written = st.text(LETTERS + LETTERS.upper() + "  .,-/()“”" + string.digits, min_size=1, max_size=60)
_odd = st.text(LETTERS + ODD, min_size=1, max_size=12)
_long = st.sampled_from(("Nguyễn " * 140, "Ơ" * 300, "W" * 180, "một hai ba bốn " * 66))
_SPECIAL = {
    "tax_code": ("0100686209", "0100109106", "0100109106-001", "0100686200", "010068620"),
    "personal_id": ("001085000017", "001185000018", "001", "PASSPORT1"),
    "phone": ("0912345678", "02438251234", "12"),
    "email": ("an@vidu.vn", "an@"),
    "bank_account": ("0011004023456", "?"),
    "social_insurance": ("0123456789", "012"),
    "month": ("2026-10", "2026-13"),
    "quarter": ("2026-Q3", "2026-Q5"),
    "period": ("2026-10", "2026-Q4", "x"),
}


_known: dict[int, tuple[Field, st.SearchStrategy[Any]]] = {}


def plausible(field: Field) -> st.SearchStrategy[Any]:
    """Return what people enter into a field; made once for each."""
    if id(field) not in _known:
        _known[id(field)] = field, _plausible(field)
    return _known[id(field)][1]


def _plausible(field: Field) -> st.SearchStrategy[Any]:
    """Return what people enter into a field: mostly what it can hold, sometimes what it cannot."""
    if field.options or field.options_from or field.kind in kinds.LISTS:
        listed = list(kinds.allowed(field))
        if listed:
            some = listed if len(listed) < 50 else random.Random(2026).sample(listed, 50)
            found: st.SearchStrategy[Any] = st.sampled_from(some)
            return found | _written if not field.options else found
    if field.kind in _SPECIAL:
        return st.sampled_from(_SPECIAL[field.kind])
    match kinds.KINDS[field.kind]:
        case "flag":
            return st.booleans()
        case "number" if field.kind == "file":
            digest = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")
            return st.lists(st.builds(entry, _written, st.integers(1, 10**8), digest), max_size=4)
        case "number":
            small = st.integers(0, 40)
            large = st.integers(-1000, 10**9) | st.sampled_from((kinds.LARGEST, -kinds.LARGEST))
            if field.kind in ("money", "integer"):
                numbers: st.SearchStrategy[Any] = small | large
                return numbers | st.just("2.34") if field.coefficient else numbers
            return small | large | st.decimals(0, 100, places=2).map(str)
    if field.kind == "date":
        return st.dates(date(1940, 1, 1), date(2030, 12, 31)).map(date.isoformat)
    if field.pattern is not None:
        return st.from_regex(field.pattern, fullmatch=True, alphabet=st.characters(codec="ascii")) | _written
    lines = st.lists(_written, max_size=4).map("\n".join) if field.kind == "multiline" else _written
    return _written | _written | lines | _odd | _long


@st.composite
def edits(draw: st.DrawFn, template: Template, most: int = 10) -> list[tuple[str, Any]]:
    """Draw changes in their order: `(path, value)`, with `table[+]` for a new row and `table[n]` to delete one."""
    fields = [path for path, field in template.definition.form_fields.items() if field.calculated is None]
    tables = list(template.definition.tables)
    found: list[tuple[str, Any]] = []
    for _ in range(draw(st.integers(1, most))):
        if tables and draw(st.integers(0, 2)) == 0:
            found.append(_row_edit(draw, template.definition.tables[draw(st.sampled_from(tables))]))
        else:
            path = draw(st.sampled_from(fields))
            found.append((path, draw(plausible(template.definition.form_fields[path]) | st.none())))
    return found


def _row_edit(draw: st.DrawFn, table: Table) -> tuple[str, Any]:
    columns = [name for name, column in table.column.items() if column.calculated is None]
    index = draw(st.integers(0, 3))
    match draw(st.integers(0, 3)):
        case 0:
            return f"{table.name}[{index}]", None
        case 1:
            some = draw(st.lists(st.sampled_from(columns), max_size=4, unique=True))
            return f"{table.name}[+]", {name: draw(plausible(table.column[name])) for name in some}
        case _:
            name = draw(st.sampled_from(columns))
            return f"{table.name}[{index}].{name}", draw(plausible(table.column[name]) | st.none())


def do(form: Form, path: str, value: Any) -> None:
    """Make one change; a row that is not there is left alone."""
    table, _, rest = path.partition("[")
    if not rest:
        form.set(path, value)
        return
    rows = len(form.rows[table])
    if rest == "+]":
        if rows < form.definition.tables[table].max_rows:
            form.insert_row(table, rows, value)
    elif int(rest.partition("]")[0]) < rows:
        if rest.endswith("]"):
            form.delete_row(table, int(rest[:-1]))
        else:
            form.set(path, value)


def problems(form: Form) -> list[Problem]:
    """Return what is wrong, but for what a field could not hold: that is told while it is typed, and is not kept."""
    refused = set(form.top.refused)
    for table, rows in form.rows.items():
        refused |= {f"{table}[{row.index}].{name}" for row in rows for name in row.refused}
    return [problem for problem in form.check() if problem.path not in refused]
