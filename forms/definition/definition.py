"""A definition as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from forms.definition.order import Reader, Source, Step, readers
from forms.definition.parts import Field, Group, Item, Rule, Section, Table, groups_of
from forms.definition.schema import object_schema


@dataclass(frozen=True)
class Definition:
    """Hold the sections and rules of a form, checked and in the order of calculation."""

    sections: tuple[Section, ...]
    rules: tuple[Rule, ...]
    steps: tuple[Step, ...]
    """Everything that is worked out, each after what it depends on."""

    @classmethod
    def from_json(cls, raw: object) -> Definition:
        """Return what a `definition.json` holds; raise `DefinitionInvalid` for what breaks the format."""
        from forms.definition.reading import read  # makes definitions, so it needs this class

        return read(raw)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Return the fields and tables in the order of the form."""
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def form_fields(self) -> Mapping[str, Field]:
        """Return the fields that stand outside tables, by name."""
        return {item.name: item for item in self.items if isinstance(item, Field)}

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Return the tables by name."""
        return {item.name: item for item in self.items if isinstance(item, Table)}

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """Return the groups that are no repeated ones, by path: `vo_chong`, `con.noi_sinh`."""
        return {group.path: group for section in self.sections for group in groups_of(section.nodes)}

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Return every field and column by path: `ct22`, `lao_dong.luong`."""
        columns = [column for table in self.tables.values() for column in table.columns]
        return {field.path: field for field in (*self.form_fields.values(), *columns)}

    @cached_property
    def readers(self) -> Mapping[Source, tuple[Reader, ...]]:
        """Return what must be done again when a source changes."""
        return readers(self.steps, self.rules, self.fields, self.tables)

    def json_schema(self, title: str | None = None) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the data that the form takes.

        It says what rules cannot bend: keys, types, bounds, lists, and the fields that are always required.
        """
        schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
        if title:
            schema["title"] = title
        return schema | object_schema(self.items)
