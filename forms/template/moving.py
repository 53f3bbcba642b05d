"""Move a form to another version of its template: what changed between the two, and what of the values still fits.

A form stays with the version that it was begun with; nothing is moved without a person's word. What cannot be carried
over is told with the value that it had, so that it can be typed again where it belongs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from forms import kinds
from forms.definition import Field, Rule, Table, Text
from forms.form import Form
from forms.period import Period
from forms.template.package import Template

Kind = Literal["added", "removed", "renamed", "kind", "rule", "options", "help"]
WORDS: Mapping[Kind, Text] = {
    "added": Text("Mục mới", "New"),
    "removed": Text("Mục không còn", "Removed"),
    "renamed": Text("Đổi tên", "Renamed"),
    "kind": Text("Đổi kiểu dữ liệu", "Another kind of value"),
    "rule": Text("Đổi quy tắc", "Other rules"),
    "options": Text("Đổi danh sách lựa chọn", "Other choices"),
    "help": Text("Đổi hướng dẫn", "Other help"),
}


@dataclass(frozen=True)
class Change:
    """Tell one thing that differs between two versions of a template."""

    path: str
    """A field, table or column: `ct22`, `lao_dong`, `lao_dong.luong`; a rule's own field for a rule."""
    kind: Kind
    label: Text
    """How the newer version names it; the older one for what is removed."""
    before: Text | None = None
    after: Text | None = None

    def words(self, lang: str) -> str:
        """Say it in a line."""
        head = WORDS[self.kind].get(lang)
        if self.kind == "renamed" and self.before is not None:
            return f"{head}: {self.before.get(lang)} → {self.label.get(lang)}"
        return f"{head}: {self.label.get(lang)}"


@dataclass(frozen=True)
class Left:
    """Tell a value that the other version has no place for, or does not take."""

    path: str
    label: Text
    value: str
    """As people read it."""
    reason: Literal["removed", "refused", "rows"]


@dataclass(frozen=True)
class Move:
    """Hold a form moved to another version: the form itself, what changed, what stayed behind."""

    form: Form
    """Of the other version; the one that was moved is untouched."""
    before: str
    after: str
    changes: tuple[Change, ...]
    left: tuple[Left, ...]
    carried: tuple[str, ...]
    """Fields and tables whose entered values came along."""
    recalculated: tuple[str, ...]
    """Fields of both versions that now count differently."""


def changes_between(old: Template, new: Template) -> tuple[Change, ...]:
    """Return what differs, field by field in the order of the newer version, then what is no longer there."""
    found: list[Change] = []
    before = _items(old)
    after = _items(new)
    for path, item in after.items():
        if path not in before:
            found.append(Change(path, "added", _title(item)))
        else:
            found += _differences(path, before[path], item)
    found += _rules(old, new)
    found += [Change(path, "removed", _title(item)) for path, item in before.items() if path not in after]
    return tuple(found)


def move(form: Form, to: Template) -> Move:
    """Return the form in another version of its template, with what fits carried over and the rest told.

    Raise ValueError for another template: what belongs to another form has no meaning in this one.
    """
    if form.template.id != to.id:
        raise ValueError(f"{form.template.id} is no version of {to.id}")
    period = _period(form.period, to)
    entered = form.entered()
    kept: dict[str, Any] = {}
    left: list[Left] = []
    for name, value in entered.items():
        table = form.definition.tables.get(name)
        if table is not None:
            rows, lost = _rows(table, value, to)
            left += lost
            if rows is not None:
                kept[name] = rows
            continue
        field = form.definition.form_fields[name]
        target = to.definition.form_fields.get(name)
        if target is None or target.calculated is not None:
            left.append(Left(name, _title(field), kinds.shown(field, value), "removed"))
        elif not _fits(target, value):
            left.append(Left(name, _title(target), kinds.shown(field, value), "refused"))
        else:
            kept[name] = value
    moved = Form(to, period, kept, previous=form.previous, today=date.fromisoformat(form.today))
    counted = tuple(
        name
        for name, field in to.definition.form_fields.items()
        if field.calculated is not None
        and name in form.definition.form_fields
        and form.top.values[name] != moved.top.values[name]
    )
    changes = changes_between(form.template, to)
    return Move(moved, form.template.version, to.version, changes, tuple(left), tuple(kept), counted)


def _period(period: Period | None, to: Template) -> Period | None:
    return period if to.period_kinds or period is None else None


def _items(template: Template) -> dict[str, Field | Table]:
    found: dict[str, Field | Table] = {}
    for item in template.definition.items:
        found[item.name] = item
        if isinstance(item, Table):
            found |= {column.path: column for column in item.columns}
    return found


def _title(item: Field | Table) -> Text:
    return Text(item.title("vi"), item.title("en"))


def _differences(path: str, old: Field | Table, new: Field | Table) -> list[Change]:
    label = _title(new)
    if type(old) is not type(new) or (isinstance(old, Field) and isinstance(new, Field) and old.kind != new.kind):
        return [Change(path, "kind", label, _kind(old), _kind(new))]
    found: list[Change] = []
    if _title(old) != label:
        found.append(Change(path, "renamed", label, _title(old), label))
    if _rule_facts(old) != _rule_facts(new):
        found.append(Change(path, "rule", label))
    if isinstance(old, Field) and isinstance(new, Field) and _choices(old) != _choices(new):
        found.append(Change(path, "options", label))
    if old.help != new.help:
        found.append(Change(path, "help", label))
    return found


def _choices(field: Field) -> tuple[object, ...]:
    return field.options_from, [option.value for option in field.options]


def _kind(item: Field | Table) -> Text:
    name = item.kind if isinstance(item, Field) else "table"
    return Text(name, name)


def _rule_facts(item: Field | Table) -> tuple[object, ...]:
    """Return what of an item decides what it takes and counts."""
    sources = [getattr(item, name, None) for name in ("required_when", "visible", "calculated")]
    plain: tuple[object, ...] = tuple(source.source if source is not None else None for source in sources)
    plain += (item.conditions,)
    if isinstance(item, Table):
        return *plain, item.min_rows, item.max_rows, item.totals
    return (
        *plain, item.required, item.default, item.min, item.max, item.max_length, item.pattern, item.digits,
        item.depends_on, item.capitals, item.passport, item.coefficient, item.max_files, item.max_size, item.accept,
    )  # fmt: skip


def _rules(old: Template, new: Template) -> list[Change]:
    def facts(rule: Rule) -> tuple[object, ...]:
        return rule.check.source, rule.when.source if rule.when else None, rule.severity, rule.path, rule.each

    before = {rule.id: rule for rule in old.definition.rules}
    after = {rule.id: rule for rule in new.definition.rules}
    found: list[Change] = []
    for name, rule in after.items():
        path = f"{rule.each}.{rule.path}" if rule.each else rule.path
        item = _items(new).get(path)
        label = _title(item) if item is not None else Text(path, path)
        if name not in before:
            found.append(Change(path, "rule", label, None, rule.message))
        elif facts(rule) != facts(before[name]):
            found.append(Change(path, "rule", label, before[name].message, rule.message))
    for name, rule in before.items():
        path = f"{rule.each}.{rule.path}" if rule.each else rule.path
        if name not in after and path in _items(new):
            found.append(Change(path, "rule", _title(_items(new)[path]), rule.message, None))
    return found


def _fits(field: Field, value: object) -> bool:
    try:
        kinds.read(field, value)
    except kinds.Refused:
        return False
    return True


def _rows(table: Table, rows: Any, to: Template) -> tuple[list[dict[str, Any]] | None, list[Left]]:
    target = to.definition.tables.get(table.name)
    if target is None:
        shown = Text(f"{len(rows)} dòng", f"{len(rows)} rows")
        return None, [Left(table.name, _title(table), shown.vi, "removed")]
    kept: list[dict[str, Any]] = []
    lost: list[Left] = []
    for index, row in enumerate(rows):
        if index >= target.max_rows:
            lost.append(Left(f"{table.name}[{index}]", _title(table), "", "rows"))
            continue
        fresh: dict[str, Any] = {}
        for name, value in row.items():
            column, other = table.column[name], target.column.get(name)
            path = f"{table.name}[{index}].{name}"
            if other is None or other.calculated is not None:
                lost.append(Left(path, _title(column), kinds.shown(column, value), "removed"))
            elif not _fits(other, value):
                lost.append(Left(path, _title(other), kinds.shown(column, value), "refused"))
            else:
                fresh[name] = value
        kept.append(fresh)
    return kept, lost
