"""Fill a form from what is already known: facts of the client, and the form of the last period.

Nothing is overwritten, and no fact is used that the person has not agreed to have used. What was filled is told, so
that each value can show where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forms import kinds, units
from forms.definition import Field, Table
from forms.form import Form
from forms.identifiers import fold
from forms.period import Period
from forms.template import Template


@dataclass(frozen=True)
class Prefilled:
    """Tell one value that was filled in, and the client's fact it comes from."""

    path: str
    fact: str
    value: str


def prefill(form: Form, facts: Mapping[str, str], consented: Collection[str]) -> list[Prefilled]:
    """Fill the empty fields that the template draws from the client's facts, as far as the person has agreed.

    A fact that a field cannot hold (a province that is no longer in the list) is left out.
    """
    found: dict[str, Prefilled] = {}
    for name, fact in form.template.prefill.items():
        field = form.definition.form_fields.get(name)
        text = facts.get(fact, "")
        if (
            field is None
            or field.calculated
            or fact not in consented
            or not text
            or form.entered_value(name) is not None
        ):
            continue
        value = _fitting(field, text)
        if value is not None:
            found[name] = Prefilled(name, fact, value)
    form.set_many({path: entry.value for path, entry in found.items()})
    return list(found.values())


def _fitting(field: Field, text: str) -> str | None:
    """Return a fact as the field takes it: the code where a list holds it by name; None where it does not fit."""
    if field.kind in ("province", "ward"):
        entries = units.entries(field.options_from or kinds.LISTS[field.kind]) or {}
        if text not in entries:
            same = [code for code, unit in entries.items() if _bare(unit.name) == _bare(text)]
            if len(same) != 1:
                return None
            text = same[0]
    try:
        value, _ = kinds.read(field, text)
    except kinds.Refused:
        return None
    return value if isinstance(value, str) else None


def _bare(name: str) -> str:
    """Return the name of a place without what kind of place it is, as search sees it."""
    return re.sub(r"^(thanh pho|tp\.?|tinh|phuong|xa|dac khu) ", "", fold(name))


def roll_forward(template: Template, new_period: Period | None, old_values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with which the next period's form begins, from those of the last one.

    The template says what is kept, cleared, or begins with another field's last value (such as [22] with [43]).
    Calculated values are not among them. `old_values` may be of an older version: what no longer fits is left out.
    """
    policy = template.roll_forward
    old = Form(template, new_period, _known(template, old_values))
    found: dict[str, Any] = {}
    for item in template.definition.items:
        name = item.name
        if isinstance(item, Field) and (item.calculated is not None or name in policy.sources):
            continue
        if name in policy.clear or (policy.default == "clear" and name not in policy.keep):
            continue
        if isinstance(item, Table):
            rows = old.entered_rows(name)
            if rows:
                found[name] = rows
        elif old.entered_value(name) is not None:
            found[name] = old.entered_value(name)
    for name, source in policy.sources.items():
        value = old_values.get(source)
        if isinstance(value, int | str) and name in template.definition.form_fields:
            found[name] = value
    return Form(template, new_period, found).entered()


def _known(template: Template, values: Mapping[str, Any]) -> dict[str, Any]:
    names = {*template.definition.form_fields, *template.definition.tables}
    return {name: value for name, value in values.items() if name in names}


def clone(template: Template, period: Period | None, old_values: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that was entered in a form, as far as the template's fields can hold it."""
    return Form(template, period, _known(template, old_values)).entered()


def _holds_files(item: Field | Table) -> bool:
    """Say whether files belong to it: another client's papers are never carried along."""
    return any(field.kind == "file" for field in (item.columns if isinstance(item, Table) else (item,)))


Policy = Literal["keep", "clear", "roll"]


@dataclass(frozen=True)
class Carried:
    """Hold what a form begins with from another one, and which policy brought each field."""

    values: dict[str, Any]
    policies: dict[str, Policy]
    """What became of every field and table that was entered or rolls forward."""


def carry(
    template: Template,
    period: Period | None,
    old_values: Mapping[str, Any],
    *,
    follows: bool,
    same_client: bool = True,
    policy: Mapping[str, Policy] | None = None,
) -> Carried:
    """Return what a form for another period or client begins with, by the policy of each field.

    `follows` says that the old form is of the same client's period right before: only then does anything roll forward.
    For another client whatever says who the old one is stays behind, and the rest is kept; for the same client the
    template says what is kept in another period. `policy` overrules this by field or table; "roll" has a meaning only
    where the template names a source.
    """
    roll = template.roll_forward
    own = {name for name in vars(template.identity).values() if name} | set(template.prefill)
    old = clone(template, period, old_values)
    chosen: dict[str, Policy] = {}
    for item in template.definition.items:
        name = item.name
        if isinstance(item, Field) and item.calculated is not None:
            continue
        wanted: Policy = "keep"
        if name in roll.sources:
            wanted = "roll"
        elif not same_client:
            wanted = "clear" if name in own or _holds_files(item) else "keep"
        elif name in roll.clear or (roll.default == "clear" and name not in roll.keep):
            wanted = "clear"
        wanted = (policy or {}).get(name, wanted)
        if wanted == "roll" and not (follows and same_client and name in roll.sources):
            wanted = "clear"
        if name in old or wanted == "roll":
            chosen[name] = wanted
    found = {name: value for name, value in old.items() if chosen.get(name) == "keep"}
    for name, wanted in chosen.items():
        value = old_values.get(roll.sources[name]) if wanted == "roll" else None
        if isinstance(value, int | str) and name in template.definition.form_fields:
            found[name] = value
    return Carried(Form(template, period, found).entered(), chosen)
