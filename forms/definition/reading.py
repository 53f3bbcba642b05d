"""Read a definition from JSON, and prove all that can be proved before data is there."""

from __future__ import annotations

import keyword
from decimal import Decimal
from functools import cache
from typing import Any, Final

import jsonschema_rs

from forms import kinds, strict_json, units
from forms.bundled import RESOURCES
from forms.definition.definition import Definition
from forms.definition.order import in_order
from forms.definition.parts import MAX_ROWS, Field, Option, Rule, Section, Table, Text
from forms.errors import DefinitionInvalid, ExpressionInvalid
from forms.expression import Expression, Scope, Type, compile_expression

MAX_FIELDS: Final = 1_500
"""Fields and columns of one form."""


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


class _Reader:
    """Read a definition whose shape is known to be right."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.field_types: dict[str, Type] = {}
        self.table_types: dict[str, dict[str, Type]] = {}
        for item in (item for section in raw["sections"] for item in section["items"]):
            if "table" in item:
                name = self._new_name(item["table"])
                columns = self.table_types[name] = {}
                for column in item["columns"]:
                    if column["field"] in columns or column["field"] in _RESERVED:
                        raise DefinitionInvalid("NAME", f"{name}.{column['field']}")
                    columns[column["field"]] = kinds.KINDS[column["kind"]]
            else:
                self.field_types[self._new_name(item["field"])] = kinds.KINDS[item["kind"]]
        if len(self.field_types) + sum(map(len, self.table_types.values())) > MAX_FIELDS:
            raise DefinitionInvalid("TOO_MANY_FIELDS", "sections")

    def _new_name(self, name: str) -> str:
        if name in self.field_types or name in self.table_types or name in _RESERVED:
            raise DefinitionInvalid("NAME", name)
        return name

    def read(self) -> Definition:
        sections = tuple(self._section(section) for section in self.raw["sections"])
        self._unique("section", [section.id for section in sections])
        rules = tuple(self._rule(rule) for rule in self.raw.get("rules", ()))
        self._unique("rule", [rule.id for rule in rules])
        items = tuple(item for section in sections for item in section.items)
        return Definition(sections, rules, in_order(items))

    def _unique(self, what: str, names: list[str]) -> None:
        for name in names:
            if names.count(name) > 1:
                raise DefinitionInvalid("NAME", f"{what} {name}")

    def _section(self, raw: dict[str, Any]) -> Section:
        items = tuple(
            self._table(item, raw["id"]) if "table" in item else self._field(item, raw["id"], None)
            for item in raw["items"]
        )
        return Section(raw["id"], Text.from_json(raw["title"]), items, _text(raw.get("help")))

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

    def _field(self, raw: dict[str, Any], section: str, table: str | None) -> Field:
        name, kind = raw["field"], raw["kind"]
        where = f"{table}.{name}" if table else name
        field = Field(
            name=name,
            kind=kind,
            label=Text.from_json(raw["label"]),
            help=Text.from_json(raw["help"]),
            section=section,
            table=table,
            code=raw.get("code"),
            required=raw.get("required", False),
            required_when=self._expression(raw, "required_when", where, table, "flag"),
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
            confidence=raw.get("confidence"),
            source=raw.get("source"),
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
        if field.passport and field.kind != "personal_id":
            raise DefinitionInvalid("PASSPORT", where)

    def _with_default(self, field: Field, raw: dict[str, Any], where: str) -> Field:
        if raw.get("default") is None:
            return field
        if field.calculated:
            raise DefinitionInvalid("DEFAULT", where)
        try:
            value, _ = kinds.read(field, raw["default"])
        except kinds.Refused as refused:
            raise DefinitionInvalid("DEFAULT", where, refused.code) from None
        values = {name: getattr(field, name) for name in field.__dataclass_fields__}
        return Field(**{**values, "default": value})

    def _table(self, raw: dict[str, Any], section: str) -> Table:
        name = raw["table"]
        table = Table(
            name=name,
            label=Text.from_json(raw["label"]),
            help=Text.from_json(raw["help"]),
            section=section,
            columns=tuple(self._field(column, section, name) for column in raw["columns"]),
            code=raw.get("code"),
            min_rows=raw.get("min_rows", 0),
            max_rows=raw.get("max_rows", MAX_ROWS),
            visible=self._expression(raw, "visible", name, None, "flag"),
            required_when=self._expression(raw, "required_when", name, None, "flag"),
            totals=tuple(raw.get("totals", ())),
            confidence=raw.get("confidence"),
            source=raw.get("source"),
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


_RESERVED: Final = frozenset(keyword.kwlist) | {"dong"}


def _text(raw: dict[str, str] | None) -> Text | None:
    return Text.from_json(raw) if raw else None


def _decimal(raw: int | float | Decimal | None) -> Decimal | None:
    return None if raw is None else Decimal(str(raw))
