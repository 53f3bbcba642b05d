"""Check rows through the form engine; for a worker process, so that a thousand rows use both processors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forms.form import Form
from forms.form.problem import Problem
from forms.period import Period
from forms.prefill import prefill
from forms.template import TemplateRef, load


@dataclass(frozen=True)
class RowInput:
    """Hold what one form is made of."""

    number: int
    data: Mapping[str, Any]
    facts: Mapping[str, str] = field(default_factory=dict)
    """What is known of the client and may be used: fills what the row leaves empty."""
    previous: Mapping[str, Any] | None = None
    """Values of the client's form of the period before."""


@dataclass(frozen=True)
class RowCheck:
    """Say what a row came to."""

    number: int
    values: Mapping[str, Any]
    entered: Mapping[str, Any]
    problems: tuple[Problem, ...]
    prefilled: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return what stands in the way of signing."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def check_rows(ref: TemplateRef, period: str | None, inputs: Sequence[RowInput], today: date) -> list[RowCheck]:
    """Return what each row came to, in their order. Raises TemplateError."""
    template = load(ref)
    when = Period.parse(period) if period else None
    blank = Form(template, when, {}, today=today)
    done = []
    for one in inputs:
        known: dict[str, Any] = {}
        if any(name not in one.data for name, fact in template.prefill.items() if fact in one.facts):
            known = {entry.path: entry.value for entry in prefill(blank, one.facts, one.facts)}
            blank.set_many(dict.fromkeys(known))  # as empty as it was, for the next row
        prefilled = tuple(path for path in known if path not in one.data)
        form = Form.load(template, when, {**known, **one.data}, previous=one.previous, today=today)
        done.append(RowCheck(one.number, form.values, form.entered(), tuple(form.check()), prefilled))
    return done
