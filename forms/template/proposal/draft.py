"""A template as it is proposed: its fields in order, and the paper's lines with the fields in their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from forms.template.proposal.guessing import Certainty
from forms.template.proposal.paper import Align, Break, NoteMark, Space, Words


@dataclass
class ProposedField:
    """Be one field (or column of a table) as it was guessed."""

    key: str
    kind: str
    label: str
    en: str | None
    help: tuple[str, str]
    certainty: Certainty
    said: str
    """The words of the paper that it was guessed from."""
    code: str = ""
    doubt: str = ""
    fact: str = ""
    required: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    boxes: int = 0
    """Printed one letter to a box, of which there are so many."""


@dataclass
class ProposedTable:
    """Be one table as it was guessed."""

    key: str
    label: str
    en: str | None
    columns: list[ProposedField]
    totals: list[str] = field(default_factory=list)


@dataclass
class ProposedSection:
    """Be a part of the form under a heading."""

    key: str
    title: str
    en: str | None
    items: list[ProposedField | ProposedTable] = field(default_factory=list)


@dataclass(frozen=True)
class Slot:
    """Stand where a field's value is printed."""

    key: str
    shape: str = "line"
    """line (on dots), inline (plain), boxes, strokes (05/06/2026), long or Long (a date in words)."""
    room: int = 0
    """Of a place on dots with more words behind it: about how many letters fit."""


@dataclass(frozen=True)
class Tick:
    """Stand where a box is ticked; `value` is the option that it is for."""

    key: str
    value: str | None = None


Part: TypeAlias = Words | Slot | Tick | Space | Break | NoteMark


@dataclass(frozen=True)
class Line:
    """Be one paragraph of the layout."""

    parts: tuple[Part, ...]
    align: Align = "left"
    small: bool = False
    sticky: bool = False
    """It stays with what follows it."""


@dataclass(frozen=True)
class Dots:
    """Be lines to write on, of a blank form only: the value has lines of its own."""

    count: int


@dataclass(frozen=True)
class Side:
    """Put things side by side."""

    cells: tuple[tuple[Element, ...], ...]
    shares: tuple[int, ...]


@dataclass(frozen=True)
class Ruled:
    """Be a ruled table of lines in cells, as printed: nothing in it repeats."""

    rows: tuple[tuple[tuple[tuple[Element, ...], int], ...], ...]
    """For each cell its content and how many columns it covers."""
    columns: int
    heads: int
    shares: tuple[int, ...]


@dataclass(frozen=True)
class Rows:
    """Be a ruled table whose rows are a table of the form."""

    key: str
    heads: tuple[tuple[tuple[str, int, int], ...], ...]
    """For each head cell its words, and how many columns and rows it covers."""
    columns: tuple[str | None, ...]
    """Field of each column; None where rows are numbered."""
    shares: tuple[int, ...]
    blank: int
    """Rows of a blank form."""
    foot: tuple[tuple[str | None, int], ...] = ()
    """Cells of the row of totals: words, or `=column`, and how many columns each covers."""


@dataclass(frozen=True)
class Signing:
    """Be one place for a signature, or words in the same row."""

    mark: str | None
    title: tuple[str, ...] = ()
    note: tuple[str, ...] = ()
    above: tuple[Element, ...] = ()


@dataclass(frozen=True)
class Signatures:
    """Be a row of places for signatures."""

    cells: tuple[Signing, ...]
    alone: Align = "right"


@dataclass(frozen=True)
class National:
    """Be the national name and motto, with what stands left of them."""

    left: tuple[Element, ...] = ()


@dataclass(frozen=True)
class Title:
    """Be the form's title, with the lines below it."""

    lines: tuple[str, ...]
    below: tuple[Element, ...] = ()


Element: TypeAlias = Line | Dots | Side | Ruled | Rows | Signatures | National | Title


@dataclass(frozen=True)
class Remark:
    """Say something that the template's maker should look at."""

    code: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass
class Draft:
    """Be a whole proposal before it is written."""

    source: str
    """The name of the file that it was begun from."""
    title: str = ""
    short: str = ""
    agency: str = ""
    legal: list[tuple[str, str, str]] = field(default_factory=list)
    """Number, title, and ISO date or ""."""
    sections: list[ProposedSection] = field(default_factory=list)
    signers: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    """Mark, title, roles."""
    elements: list[Element] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)
    landscape: bool = False
    remarks: list[Remark] = field(default_factory=list)

    def fields(self) -> Iterator[ProposedField]:
        """Walk the fields, columns of tables too."""
        for section in self.sections:
            for item in section.items:
                if isinstance(item, ProposedTable):
                    yield from item.columns
                else:
                    yield item
