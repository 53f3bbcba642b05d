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
    section_of = {item.name: item.section for item in form.definition.items}
    for item in form.definition.items:
        if form.visible(item.name) and form.required(item.name):
            given = is_given(form.top.operands[item.name]) if isinstance(item, Field) else bool(form.rows[item.name])
            counts[item.section][0] += given
            counts[item.section][1] += 1
    for problem in form.check():
        section = section_of.get(problem.path.partition("[")[0])
        if section is not None:
            counts[section][2 if problem.severity == "error" else 3] += 1
    return {id: Progress(*count) for id, count in counts.items()}
