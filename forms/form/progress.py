"""How far a form is filled, section by section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms.definition import Field
from forms.form.cells import is_given

if TYPE_CHECKING:
    from forms.form.form import Form


@dataclass(frozen=True)
class Progress:
    """Say how far a section is filled: required places that are filled, of how many, and its problems."""

    done: int
    total: int
    errors: int
    warnings: int


def progress(form: Form) -> dict[str, Progress]:
    """Return how far each section is filled, by its id."""
    counts: dict[str, list[int]] = {section.id: [0, 0, 0, 0] for section in form.definition.sections}
    # At each pause in typing, over every field: what `visible` and `required` say, without their calls.
    hidden, required, operands = form.top.hidden, form.top.required, form.top.operands
    section_of = {}
    for item in form.definition.items:
        section_of[item.name] = item.section
        if item.name in hidden:
            continue
        if isinstance(item, Field):
            if not (item.required or item.name in required):
                continue
            given = is_given(operands[item.name])
        else:
            if form.least_rows(item) == 0:
                continue
            given = bool(form.rows[item.name])
        counts[item.section][0] += given
        counts[item.section][1] += 1
    for problem in form.check():
        section = section_of.get(problem.path.partition("[")[0])
        if section is not None:
            counts[section][2 if problem.severity == "error" else 3] += 1
    return {id: Progress(*count) for id, count in counts.items()}
