"""What a form is made of: fields, tables, sections, rules, and the words for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final, Literal, TypeAlias

from forms import kinds
from forms.expression import Expression, Type

MAX_ROWS: Final = 1_000
"""Rows of a table that names no limit of its own."""

MENTION: Final = re.compile(r"\{([a-z][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class Text:
    """Hold the same words in Vietnamese and English."""

    vi: str
    en: str

    def get(self, lang: str) -> str:
        """Return the words in a language; Vietnamese for any but English."""
        return self.en if lang == "en" else self.vi

    def to_json(self) -> dict[str, str]:
        """Return them as JSON holds them."""
        return {"vi": self.vi, "en": self.en}

    @classmethod
    def from_json(cls, raw: Mapping[str, str]) -> Text:
        """Return the words of a `{"vi", "en"}` object."""
        return cls(raw["vi"], raw["en"])


@dataclass(frozen=True)
class Option:
    """Name one value of a choice."""

    value: str
    label: Text
    help: Text | None = None


@dataclass(frozen=True)
class Field:
    """Describe one field of a form, or one column of a table (`table` names it)."""

    name: str
    kind: str
    label: Text
    help: Text
    section: str
    table: str | None = None
    code: str | None = None
    """The official indicator as printed, such as `[22]`."""
    required: bool = False
    required_when: Expression | None = None
    visible: Expression | None = None
    calculated: Expression | None = None
    default: str | int | bool | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    max_length: int | None = None
    pattern: str | None = None
    digits: int | None = None
    """Decimal places of a decimal or percent."""
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    depends_on: str | None = None
    """For a ward: the field that holds its province."""
    birth: str | None = None
    sex: str | None = None
    """For a personal ID: the fields with which it is compared."""
    capitals: bool = False
    passport: bool = False
    """For a personal ID: a foreigner's passport number is taken too."""
    coefficient: bool = False
    """For money: an amount up to 100 is a coefficient such as "2.34", held as text, and totals leave it out."""
    max_files: int | None = None
    max_size: int | None = None
    accept: tuple[str, ...] = ()
    """For files: how many (1 unless said), how large each, and of what kinds they may be brought."""
    confidence: str | None = None
    source: str | None = None
    within: tuple[str, ...] = ()
    """The groups that it stands in, the outermost first."""
    shown_with: str | None = None
    """The group around it that is hidden under a condition, and it with it."""
    required_with: str | None = None
    """The group around it that must hold, or nothing in it is required."""
    conditions: tuple[str, ...] = ()
    """The conditions of the groups around it, as written."""
    group: Text | None = None
    """The words over the group that it stands in: "Họ và tên" says little without."""

    @cached_property
    def path(self) -> str:
        """Return its name, with its table's before it: `ho_ten`, `lao_dong.ho_ten`."""
        return f"{self.table}.{self.name}" if self.table else self.name

    @cached_property
    def may_hide(self) -> bool:
        """Say whether a condition, its own or that of a group around it, can hide it."""
        return self.visible is not None or self.shown_with is not None

    @cached_property
    def type(self) -> Type:
        """Return how it counts in expressions."""
        return kinds.KINDS[self.kind]

    @cached_property
    def option_labels(self) -> Mapping[str, Text]:
        """Return the labels of its own options by value."""
        return {option.value: option.label for option in self.options}

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Return the names of the fields that its check looks at besides itself."""
        return tuple(name for name in (self.depends_on, self.birth, self.sex) if name)

    def title(self, lang: str) -> str:
        """Return its indicator and label, as problems name it: in a group, after the group's."""
        label = f"{self.group.get(lang)}: {self.label.get(lang)}" if self.group else self.label.get(lang)
        return f"{self.code} {label}" if self.code else label


@dataclass(frozen=True)
class Table:
    """Describe a table of rows that all have the same columns."""

    name: str
    label: Text
    help: Text
    section: str
    columns: tuple[Field, ...]
    code: str | None = None
    min_rows: int = 0
    max_rows: int = MAX_ROWS
    visible: Expression | None = None
    required_when: Expression | None = None
    totals: tuple[str, ...] = ()
    confidence: str | None = None
    source: str | None = None
    within: tuple[str, ...] = ()
    """The groups that it stands in, the outermost first."""
    shown_with: str | None = None
    """The group around it that is hidden under a condition, and it with it."""
    required_with: str | None = None
    """The group around it that must hold, or nothing in it is required."""
    conditions: tuple[str, ...] = ()
    """The conditions of the groups around it, as written."""
    repeats: Group | None = None
    """The group that it is, where it was written as a repeated group: its rows are shown one below the other."""

    @cached_property
    def may_hide(self) -> bool:
        """Say whether a condition, its own or that of a group around it, can hide it."""
        return self.visible is not None or self.shown_with is not None

    def entry(self, row: int) -> Text:
        """Return how people name one of its rows, counted from 0: "Dòng 2", or the entry "Người con 2" of a group."""
        if self.repeats is None:
            return Text(f"Dòng {row + 1}", f"Row {row + 1}")
        return Text(f"{self.repeats.label.vi} {row + 1}", f"{self.repeats.label.en} {row + 1}")

    @cached_property
    def column(self) -> Mapping[str, Field]:
        """Return its columns by name."""
        return {column.name: column for column in self.columns}

    def title(self, lang: str) -> str:
        """Return its indicator and label, as problems name it."""
        return f"{self.code} {self.label.get(lang)}" if self.code else self.label.get(lang)


@dataclass(frozen=True)
class Group:
    """Hold fields, tables and further groups that are shown, hidden and required together.

    A group is not in the data: a field keeps its own name wherever it stands, so that it can be moved into a group by
    a later version and keep its value.
    """

    name: str
    label: Text
    section: str
    nodes: tuple[Node, ...]
    help: Text | None = None
    code: str | None = None
    table: str | None = None
    """The repeated group in whose rows it stands."""
    visible: Expression | None = None
    required_when: Expression | None = None
    folded: bool = False
    within: tuple[str, ...] = ()
    shown_with: str | None = None
    required_with: str | None = None

    @cached_property
    def path(self) -> str:
        """Return its name, with its repeated group's before it: `vo_chong`, `con.noi_sinh`."""
        return f"{self.table}.{self.name}" if self.table else self.name

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Return the fields and tables in it, those of inner groups too."""
        return leaves(self.nodes)

    def title(self, lang: str) -> str:
        """Return its number and label, as a heading names it."""
        return f"{self.code} {self.label.get(lang)}" if self.code else self.label.get(lang)


Item: TypeAlias = Field | Table
Node: TypeAlias = Field | Table | Group


def leaves(nodes: tuple[Node, ...]) -> tuple[Item, ...]:
    """Return the fields and tables of a tree of groups, in the order of the form."""
    found: list[Item] = []
    for node in nodes:
        found += node.items if isinstance(node, Group) else (node,)
    return tuple(found)


def groups_of(nodes: tuple[Node, ...]) -> tuple[Group, ...]:
    """Return all groups of a tree, each before those in it; a repeated group is a table, with its groups in it."""
    found: list[Group] = []
    for node in nodes:
        if isinstance(node, Group):
            found += (node, *groups_of(node.nodes))
        elif isinstance(node, Table) and node.repeats is not None:
            found += groups_of(node.repeats.nodes)
    return tuple(found)


@dataclass(frozen=True)
class Section:
    """Group fields and tables under a heading."""

    id: str
    title: Text
    nodes: tuple[Node, ...]
    """What stands in it: fields, tables and groups."""
    help: Text | None = None

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Return the fields and tables in it, those in groups too."""
        return leaves(self.nodes)


@dataclass(frozen=True)
class Rule:
    """State what must hold; where it does not, `path` gets the problem `code` with `message`."""

    id: str
    check: Expression
    severity: Literal["error", "warning"]
    path: str
    code: str
    message: Text
    """Words with `{name}` where the value of a field (or column) is to stand, `{dong}` for the row's number."""
    each: str | None = None
    """The table whose rows are looked at one by one; `path` is then a column."""
    when: Expression | None = None
    confidence: str | None = None
    source: str | None = None

    @cached_property
    def mentioned(self) -> tuple[str, ...]:
        """Return the names that its message shows values of."""
        return tuple(dict.fromkeys(MENTION.findall(self.message.vi) + MENTION.findall(self.message.en)))
