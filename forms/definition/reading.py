"""Read a definition from JSON, and prove all that can be proved before data is there."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, Final

import jsonschema_rs

from forms import kinds, strict_json, units
from forms.bundled import RESOURCES
from forms.definition.definition import Definition
from forms.definition.order import in_order
from forms.definition.parts import (
    MAX_ROWS,
    Field,
    Group,
    Node,
    Option,
    Rule,
    Section,
    Table,
    Text,
    groups_of,
    leaves,
)
from forms.errors import DefinitionInvalid, ExpressionInvalid
from forms.expression import Expression, Scope, Type, compile_expression

MAX_FIELDS: Final = 1_500
"""Fields and columns of one form."""

MAX_DEPTH: Final = 4
"""Groups within groups, a repeated one counted."""


@cache
def _validator(name: str) -> jsonschema_rs.Validator:
    schema = strict_json.loads((RESOURCES / "schemas" / f"{name}.schema.json").read_bytes())
    return jsonschema_rs.validator_for(schema, pattern_options=jsonschema_rs.RegexOptions())


def check_shape(name: str, raw: object) -> None:
    """Check a JSON value against a schema of `resources/schemas`; raise `DefinitionInvalid` at the first difference."""
    for error in _validator(name).iter_errors(raw):
        where = "/".join(str(part) for part in error.instance_path)
        raise DefinitionInvalid("SHAPE", f"{name}.json: {where or '.'}", error.message[:300])


def read(raw: object) -> Definition:
    """Return what a `definition.json` holds; raise `DefinitionInvalid` for what breaks the format."""
    check_shape("definition", raw)
    assert isinstance(raw, dict)
    return _Reader(raw).read()


def flat(items: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the fields and tables of a section as written, those in groups too; a repeated group as the table it is."""
    for item in items:
        if "group" not in item:
            yield item
        elif "repeat" in item:
            yield {"table": item["group"], "label": item["label"], "columns": list(flat(item["items"]))}
        else:
            yield from flat(item["items"])


@dataclass(frozen=True)
class _Place:
    """Say where an item stands: its section, its table, and what the groups around it mean for it."""

    section: str
    table: str | None = None
    within: tuple[str, ...] = ()
    shown_with: str | None = None
    required_with: str | None = None
    conditions: tuple[str, ...] = ()
    label: Text | None = None

    def inside(self, group: Group) -> _Place:
        return replace(
            self,
            within=(*self.within, group.name),
            shown_with=group.name if group.visible else self.shown_with,
            required_with=group.name if group.required_when else self.required_with,
            conditions=(*self.conditions, *(e.source for e in (group.visible, group.required_when) if e)),
            label=group.label,
        )

    @property
    def around(self) -> dict[str, Any]:
        return {"within": self.within, "shown_with": self.shown_with}  # of a group, too


class _Reader:
    """Read a definition whose shape is known to be right."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.field_types: dict[str, Type] = {}
        self.table_types: dict[str, dict[str, Type]] = {}
        self.group_names: set[str] = set()
        self.repeated: set[str] = set()
        for section in raw["sections"]:
            self._names(section["items"])
        if len(self.field_types) + sum(map(len, self.table_types.values())) > MAX_FIELDS:
            raise DefinitionInvalid("TOO_MANY_FIELDS", "sections")

    def _names(self, items: Sequence[dict[str, Any]], depth: int = 1) -> None:
        """Learn the names and types of fields, tables and groups outside tables."""
        for item in items:
            if "table" in item or "repeat" in item:
                name = self._new_name(item.get("table") or item["group"])
                self.table_types[name] = {}
                if "repeat" in item:
                    self.repeated.add(name)
                self._columns(name, item.get("columns") or item["items"], depth + 1)
            elif "group" in item:
                self.group_names.add(self._new_name(item["group"]))
                self._deeper(item["group"], depth)
                self._names(item["items"], depth + 1)
            else:
                self.field_types[self._new_name(item["field"])] = kinds.KINDS[item["kind"]]

    def _columns(self, table: str, items: Sequence[dict[str, Any]], depth: int) -> None:
        """Learn the names and types of a table's columns, and of the groups in a repeated group."""
        columns = self.table_types[table]
        self._deeper(table, depth - 1)
        for item in items:
            name = item.get("field") or item.get("group")
            path = f"{table}.{name or item['table']}"
            if name is None or "repeat" in item:
                raise DefinitionInvalid("ROWS_IN_ROWS", path)
            if name in columns or name in _RESERVED or path in self.group_names:
                raise DefinitionInvalid("NAME", path)
            if "group" in item:
                self.group_names.add(path)
                self._deeper(path, depth)
                self._columns(table, item["items"], depth + 1)
            else:
                columns[name] = kinds.KINDS[item["kind"]]

    def _deeper(self, where: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise DefinitionInvalid("GROUPS_TOO_DEEP", where, str(MAX_DEPTH))

    def _new_name(self, name: str) -> str:
        if name in self.field_types or name in self.table_types or name in self.group_names or name in _RESERVED:
            raise DefinitionInvalid("NAME", name)
        return name

    def read(self) -> Definition:
        sections = tuple(self._section(section) for section in self.raw["sections"])
        self._unique("section", [section.id for section in sections])
        rules = tuple(self._rule(rule) for rule in self.raw.get("rules", ()))
        self._unique("rule", [rule.id for rule in rules])
        items = tuple(item for section in sections for item in section.items)
        groups = tuple(group for section in sections for group in groups_of(section.nodes))
        return Definition(sections, rules, in_order(items, groups))

    def _unique(self, what: str, names: list[str]) -> None:
        for name in names:
            if names.count(name) > 1:
                raise DefinitionInvalid("NAME", f"{what} {name}")

    def _section(self, raw: dict[str, Any]) -> Section:
        nodes = self._nodes(raw["items"], _Place(raw["id"]))
        return Section(raw["id"], Text.from_json(raw["title"]), nodes, _text(raw.get("help")))

    def _nodes(self, items: Sequence[dict[str, Any]], place: _Place) -> tuple[Node, ...]:
        return tuple(
            self._table(item, place)
            if "table" in item or "repeat" in item
            else self._group(item, place)
            if "group" in item
            else self._field(item, place)
            for item in items
        )

    def _group(self, raw: dict[str, Any], place: _Place) -> Group:
        where = f"{place.table}.{raw['group']}" if place.table else raw["group"]
        group = Group(
            name=raw["group"],
            label=Text.from_json(raw["label"]),
            section=place.section,
            nodes=(),
            help=_text(raw.get("help")),
            code=raw.get("code"),
            table=place.table,
            visible=self._expression(raw, "visible", where, place.table, "flag"),
            required_when=self._expression(raw, "required_when", where, place.table, "flag"),
            folded=raw.get("folded", False),
            required_with=place.required_with,
            **place.around,
        )
        group = replace(group, nodes=self._nodes(raw["items"], place.inside(group)))
        if group.required_when and not any(item.required_with for item in group.items):
            raise DefinitionInvalid("NOTHING_REQUIRED", where)
        return group

    def _expression(self, raw: dict[str, Any], key: str, where: str, row: str | None, type_: Type) -> Expression | None:
        if key not in raw:
            return None
        scope = Scope(self.field_types, self.table_types, row)
        try:
            return compile_expression(raw[key], scope, type_)
        except ExpressionInvalid as error:
            raise DefinitionInvalid(
                f"EXPRESSION_{error.reason}", f"{where}: {key}", error.detail or raw[key]
            ) from error

    def _field(self, raw: dict[str, Any], place: _Place) -> Field:
        name, kind, table = raw["field"], raw["kind"], place.table
        # In a group that is not always required, nothing is.
        gate = place.required_with if raw.get("required") or "required_when" in raw else None
        where = f"{table}.{name}" if table else name
        field = Field(
            name=name,
            kind=kind,
            label=Text.from_json(raw["label"]),
            help=Text.from_json(raw["help"]),
            section=place.section,
            table=table,
            code=raw.get("code"),
            required=raw.get("required", False) and gate is None,
            # With both keys it is always required, and in a group whenever that is.
            required_when=None
            if raw.get("required") and gate
            else self._expression(raw, "required_when", where, table, "flag"),
            visible=self._expression(raw, "visible", where, table, "flag"),
            calculated=self._expression(raw, "calculated", where, table, kinds.KINDS[kind]),
            min=_decimal(raw.get("min")),
            max=_decimal(raw.get("max")),
            max_length=raw.get("max_length"),
            pattern=raw.get("pattern"),
            digits=raw.get("digits"),
            options=tuple(
                Option(option["value"], Text.from_json(option["label"]), _text(option.get("help")))
                for option in raw.get("options", ())
            ),
            options_from=raw.get("options_from"),
            depends_on=self._sibling(raw, "depends_on", where, table),
            birth=self._sibling(raw, "birth", where, table),
            sex=self._sibling(raw, "sex", where, table),
            capitals=raw.get("capitals", False),
            passport=raw.get("passport", False),
            coefficient=raw.get("coefficient", False),
            max_files=raw.get("max_files"),
            max_size=raw.get("max_size"),
            accept=tuple(raw.get("accept", ())),
            confidence=raw.get("confidence"),
            source=raw.get("source"),
            required_with=gate,
            conditions=place.conditions,
            group=place.label,
            **place.around,
        )
        self._check(field, where)
        return self._with_default(field, raw, where)

    def _sibling(self, raw: dict[str, Any], key: str, where: str, table: str | None) -> str | None:
        name = raw.get(key)
        if name is not None and name not in self.field_types and name not in self.table_types.get(table or "", {}):
            raise DefinitionInvalid("UNKNOWN_NAME", f"{where}: {key}", name)
        return name

    def _check(self, field: Field, where: str) -> None:
        if len(field.option_labels) != len(field.options):
            raise DefinitionInvalid("NAME", f"{where}: options")
        if field.options and field.kind != "choice":
            raise DefinitionInvalid("OPTIONS", where)
        listed = field.options_from or kinds.LISTS.get(field.kind)
        if field.kind == "choice" and bool(field.options) == bool(field.options_from):
            raise DefinitionInvalid("OPTIONS", where)
        if listed and units.unit_list(listed) is None:
            raise DefinitionInvalid("UNKNOWN_LIST", where, listed)
        if field.pattern is not None and not kinds.pattern_allowed(field.pattern):
            raise DefinitionInvalid("PATTERN", where, field.pattern)
        if field.coefficient and field.kind != "money":
            raise DefinitionInvalid("COEFFICIENT", where)
        if field.kind == "file":
            given = {name for name in _NOT_OF_FILES if getattr(field, name) not in (None, False)}
            if given:
                raise DefinitionInvalid("FILE", where, ", ".join(sorted(given)))
            if field.table is not None and field.table not in self.repeated:
                raise DefinitionInvalid("FILE_IN_TABLE", where)
        elif field.max_files or field.max_size or field.accept:
            raise DefinitionInvalid("FILE", where)
        if field.passport and field.kind != "personal_id":
            raise DefinitionInvalid("PASSPORT", where)

    def _with_default(self, field: Field, raw: dict[str, Any], where: str) -> Field:
        if raw.get("default") is None:
            return field
        if field.calculated or field.kind == "file":
            raise DefinitionInvalid("DEFAULT", where)
        try:
            value, _ = kinds.read(field, raw["default"])
        except kinds.Refused as refused:
            raise DefinitionInvalid("DEFAULT", where, refused.code) from None
        values = {name: getattr(field, name) for name in field.__dataclass_fields__}
        return Field(**{**values, "default": value})

    def _table(self, raw: dict[str, Any], place: _Place) -> Table:
        name, repeat = raw.get("table") or raw["group"], raw.get("repeat", {})
        least, most = raw.get("min_rows", repeat.get("min", 0)), raw.get("max_rows", repeat.get("max", MAX_ROWS))
        label, help = Text.from_json(raw["label"]), _text(raw.get("help"))
        nodes = self._nodes(raw.get("columns") or raw["items"], _Place(place.section, name))
        table = Table(
            name=name,
            label=label,
            help=help or label,
            section=place.section,
            columns=tuple(item for item in leaves(nodes) if isinstance(item, Field)),
            code=raw.get("code"),
            min_rows=least,
            max_rows=most,
            visible=self._expression(raw, "visible", name, None, "flag"),
            required_when=self._expression(raw, "required_when", name, None, "flag"),
            totals=tuple(raw.get("totals", ())),
            confidence=raw.get("confidence"),
            source=raw.get("source"),
            required_with=place.required_with if least or "required_when" in raw else None,
            conditions=place.conditions,
            repeats=Group(name, label, place.section, nodes, help, raw.get("code")) if repeat else None,
            **place.around,
        )
        if table.min_rows > table.max_rows:
            raise DefinitionInvalid("ROWS", name)
        for total in table.totals:
            if total not in table.column or table.column[total].type != "number":
                raise DefinitionInvalid("TOTALS", f"{name}.{total}")
        return table

    def _rule(self, raw: dict[str, Any]) -> Rule:
        where, each, path = f"rule {raw['id']}", raw.get("each"), raw["path"]
        if each is not None and each not in self.table_types:
            raise DefinitionInvalid("UNKNOWN_NAME", where, each)
        columns = self.table_types[each] if each else {}
        if path not in columns if each else path not in self.field_types and path not in self.table_types:
            raise DefinitionInvalid("UNKNOWN_NAME", f"{where}: path", path)
        check = self._expression(raw, "check", where, each, "flag")
        assert check is not None
        rule = Rule(
            id=raw["id"],
            check=check,
            severity=raw["severity"],
            path=path,
            code=raw["code"],
            message=Text.from_json(raw["message"]),
            each=each,
            when=self._expression(raw, "when", where, each, "flag"),
            confidence=raw.get("confidence"),
            source=raw.get("source"),
        )
        for name in rule.mentioned:
            if name not in columns and name not in self.field_types and not (each and name == "dong"):
                raise DefinitionInvalid("UNKNOWN_NAME", f"{where}: message", name)
        return rule


_NOT_OF_FILES: Final = ("calculated", "min", "max", "max_length", "pattern", "digits", "options_from", "capitals")
_RESERVED: Final = frozenset(keyword.kwlist) | {"dong"}


def _text(raw: dict[str, str] | None) -> Text | None:
    return Text.from_json(raw) if raw else None


def _decimal(raw: int | float | Decimal | None) -> Decimal | None:
    return None if raw is None else Decimal(str(raw))
