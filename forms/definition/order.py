"""In which order a form is worked out, and what must be worked out again when something changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Literal, TypeAlias

from forms.definition.parts import Field, Group, Item, Rule, Table
from forms.errors import DefinitionInvalid
from forms.expression import Expression, Reference

Source: TypeAlias = tuple[Literal["value", "visible", "required", "column", "twins", "rows", "previous"], str]
"""What can change: a value, visible or required of a path; a whole column; cells of a column that had or have one
value; the rows of a table; the last period."""


@dataclass(frozen=True)
class Step:
    """Name one thing to work out: whether `name` is visible or required, or what its value is.

    `table` is set for a column; `expression` is None where a value is only taken over or hidden.
    """

    what: Literal["visible", "value", "required"]
    table: str | None
    name: str
    expression: Expression | None = None
    group: str | None = None
    """The group in the same cells without which it is not visible (or required) either."""

    @property
    def key(self) -> tuple[str, str]:
        """Return what names it among all steps."""
        return self.what, f"{self.table}.{self.name}" if self.table else self.name

    @property
    def above(self) -> tuple[Literal["visible", "value", "required"], str] | None:
        """Return what names the step of its group."""
        if self.group is None:
            return None
        return self.what, f"{self.table}.{self.group}" if self.table else self.group


@dataclass(frozen=True)
class Reader:
    """Name something to be done again when what it reads has changed."""

    what: Literal["step", "check", "rule"]
    at: int | str
    """Number of the step or rule; path of the field (or name of the table) to be checked."""
    all_rows: bool
    """Whether it is to be done in every row of its table, or only in the row that changed."""


def in_order(items: tuple[Item, ...], groups: tuple[Group, ...] = ()) -> tuple[Step, ...]:
    """Return the steps of calculation, each after what it depends on; refuse what depends on itself."""
    steps: dict[tuple[str, str], Step] = {}
    for item in (*groups, *items):
        for step in _steps_of(item):
            steps[step.key] = step
    graph = {key: [source for source in _sources(step, steps) if source in steps] for key, step in steps.items()}
    try:
        return tuple(steps[key] for key in TopologicalSorter(graph).static_order())
    except CycleError as error:
        names = list(dict.fromkeys(name for _, name in error.args[1]))
        raise DefinitionInvalid("CYCLE", " → ".join(names[:10])) from None


def _steps_of(item: Item | Group) -> Iterator[Step]:
    table = None if isinstance(item, Table) else item.table
    if item.visible or (item.shown_with and not isinstance(item, Group)):
        yield Step("visible", table, item.name, item.visible, item.shown_with)
    if isinstance(item, Field) and (item.calculated or item.may_hide):
        yield Step("value", table, item.name, item.calculated)
    if item.required_when or (item.required_with and not isinstance(item, Group)):
        yield Step("required", table, item.name, item.required_when, item.required_with)
    if isinstance(item, Table):
        for column in item.columns:
            yield from _steps_of(column)


def _sources(step: Step, steps: Mapping[tuple[str, str], Step]) -> list[tuple[str, str]]:
    """Return the keys of the steps that a step may depend on."""
    found: list[tuple[str, str]] = []
    if step.what == "value" and ("visible", step.key[1]) in steps:
        found.append(("visible", step.key[1]))
    if step.above is not None:
        found.append(step.above)
    for reference in step.expression.references if step.expression else ():
        match reference.kind:
            case "field":
                found.append(("value", reference.name))
            case "cell":
                found.append(("value", f"{step.table}.{reference.name}"))
            case "column" | "twins":
                found += [("value", reference.name), ("visible", reference.name.partition(".")[0])]
            case "rows":
                found.append(("visible", reference.name))
    return found


def readers(
    steps: tuple[Step, ...], rules: tuple[Rule, ...], fields: Mapping[str, Field], tables: Mapping[str, Table]
) -> dict[Source, tuple[Reader, ...]]:
    """Return, for each source, what must be done again when it changes."""
    found: dict[Source, dict[Reader, None]] = {}

    def add(source: Source, reader: Reader) -> None:
        found.setdefault(source, {})[reader] = None

    def add_all(references: Iterable[Reference], what: Literal["step", "rule"], at: int, table: str | None) -> None:
        for reference in references:
            match reference.kind:
                case "field":
                    add(("value", reference.name), Reader(what, at, table is not None))
                case "cell":
                    add(("value", f"{table}.{reference.name}"), Reader(what, at, False))
                case "column" | "rows":
                    add((reference.kind, reference.name), Reader(what, at, table is not None))
                case "twins":
                    # Rules come last, when all values are settled, so they can be asked for by value.
                    add(("twins" if what == "rule" else "column", reference.name), Reader(what, at, True))
                case "previous":
                    add(("previous", ""), Reader(what, at, table is not None))

    for number, step in enumerate(steps):
        add_all(step.expression.references if step.expression else (), "step", number, step.table)
        if step.what == "value":
            add(("visible", step.key[1]), Reader("step", number, False))
        if step.above is not None:
            add(step.above, Reader("step", number, False))
    for number, rule in enumerate(rules):
        add_all(rule.check.references | (rule.when.references if rule.when else frozenset()), "rule", number, rule.each)
        columns = tables[rule.each].column if rule.each else {}
        add(("visible", f"{rule.each}.{rule.path}" if rule.each else rule.path), Reader("rule", number, False))
        for name in rule.mentioned:
            inside = name in columns
            path = f"{rule.each}.{name}" if inside else name
            add(("value", path), Reader("rule", number, rule.each is not None and not inside))
    for field in fields.values():
        for what in ("value", "visible", "required"):
            add((what, field.path), Reader("check", field.path, False))
        for name in field.reads:
            inside = field.table is not None and name in tables[field.table].column
            source = f"{field.table}.{name}" if inside else name
            add(("value", source), Reader("check", field.path, field.table is not None and not inside))
    for table in tables:
        for what in ("visible", "required", "rows"):
            add((what, table), Reader("check", table, False))  # type: ignore[arg-type]  # those literals
    return {source: tuple(reading) for source, reading in found.items()}
