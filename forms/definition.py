"""The definition of a form: its sections, fields, tables and rules, read from `definition.json`.

Reading proves everything that can be proved before data is there: the shape (`resources/schemas/`), names, types of
expressions, patterns, lists, and that no calculated value depends on itself. What comes out is frozen and in an order
in which it can be calculated.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final, Literal, TypeAlias

import jsonschema_rs

from forms import kinds, strict_json, units
from forms.bundled import RESOURCES
from forms.errors import DefinitionInvalid, ExpressionInvalid
from forms.expression import Expression, Reference, Scope, Type, compile_expression

MAX_ROWS: Final = 1_000
"""Rows of a table that names no limit of its own."""

MAX_FIELDS: Final = 1_500
"""Fields and columns of one form."""


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
    confidence: str | None = None
    source: str | None = None

    @cached_property
    def path(self) -> str:
        """Return its name, with its table's before it: `ho_ten`, `lao_dong.ho_ten`."""
        return f"{self.table}.{self.name}" if self.table else self.name

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
        """Return its indicator and label, as problems name it."""
        return f"{self.code} {self.label.get(lang)}" if self.code else self.label.get(lang)


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

    @cached_property
    def column(self) -> Mapping[str, Field]:
        """Return its columns by name."""
        return {column.name: column for column in self.columns}

    def title(self, lang: str) -> str:
        """Return its indicator and label, as problems name it."""
        return f"{self.code} {self.label.get(lang)}" if self.code else self.label.get(lang)


Item: TypeAlias = Field | Table


@dataclass(frozen=True)
class Section:
    """Group fields and tables under a heading."""

    id: str
    title: Text
    items: tuple[Item, ...]
    help: Text | None = None


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


@dataclass(frozen=True)
class Step:
    """Name one thing to work out: whether `name` is visible or required, or what its value is.

    `table` is set for a column; `expression` is None where a value is only taken over or hidden.
    """

    what: Literal["visible", "value", "required"]
    table: str | None
    name: str
    expression: Expression | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Return what names it among all steps."""
        return self.what, f"{self.table}.{self.name}" if self.table else self.name


@dataclass(frozen=True)
class Reader:
    """Name something to be done again when what it reads has changed."""

    what: Literal["step", "check", "rule"]
    at: int | str
    """Number of the step or rule; path of the field (or name of the table) to be checked."""
    all_rows: bool
    """Whether it is to be done in every row of its table, or only in the row that changed."""


Source: TypeAlias = tuple[Literal["value", "visible", "required", "column", "rows", "previous"], str]
"""What can change: a value, visible or required of a path; a whole column; the rows of a table; the last period."""

MENTION: Final = re.compile(r"\{([a-z][A-Za-z0-9_]*)\}")


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
        check_shape("definition", raw)
        assert isinstance(raw, dict)
        return _Reader(raw).read()

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
    def fields(self) -> Mapping[str, Field]:
        """Return every field and column by path: `ct22`, `lao_dong.luong`."""
        return {field.path: field for field in _all_fields(self.items)}

    @cached_property
    def readers(self) -> Mapping[Source, tuple[Reader, ...]]:
        """Return what must be done again when a source changes."""
        return _readers(self)

    def json_schema(self, title: str | None = None) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the data that the form takes.

        It says what rules cannot bend: keys, types, bounds, lists, and the fields that are always required.
        """
        schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
        if title:
            schema["title"] = title
        return schema | _object_schema(self.items)


# --- JSON Schema of the data ---------------------------------------------------------------------------------------


def _object_schema(items: tuple[Item, ...]) -> dict[str, Any]:
    required = [
        item.name
        for item in items
        if isinstance(item, Field)
        and item.required
        and item.default is None
        and not item.visible
        and not item.calculated
    ]
    properties = {item.name: _table_schema(item) if isinstance(item, Table) else _field_schema(item) for item in items}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    return schema


def _table_schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "title": table.title("vi"),
        "description": table.help.vi,
        "type": "array",
        "maxItems": table.max_rows,
        "items": _object_schema(table.columns),
    }
    if table.min_rows and not table.visible:
        schema["minItems"] = table.min_rows
    return schema


def _field_schema(field: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": field.title("vi"), "description": field.help.vi}
    if field.calculated:
        schema["readOnly"] = True
    match field.kind:
        case "check":
            schema["type"] = ["boolean", "null"]
        case "money" | "integer":
            schema["type"] = ["integer", "null"]
            schema |= _bounds_schema(field)
            if field.coefficient:
                schema = {"title": schema.pop("title"), "description": schema.pop("description")} | {
                    "anyOf": [schema, {"type": "string", "pattern": r"^(-?[0-9]{1,15}(\.[0-9]{1,6})?)?$"}]
                }
        case "decimal" | "percent":
            number = {"type": ["number", "null"]} | _bounds_schema(field)
            schema["anyOf"] = [number, {"type": "string", "pattern": r"^(-?[0-9]{1,15}(\.[0-9]{1,6})?)?$"}]
        case _:
            schema["type"] = ["string", "null"]
            schema |= _text_schema(field)
    if field.default is not None:
        schema["default"] = field.default
    return schema


def _bounds_schema(field: Field) -> dict[str, Any]:
    if field.calculated:
        return {}
    low = -kinds.LARGEST if field.min is None else max(field.min, Decimal(-kinds.LARGEST))
    high = kinds.LARGEST if field.max is None else min(field.max, Decimal(kinds.LARGEST))
    return {"minimum": _json_number(low), "maximum": _json_number(high)}


def _json_number(number: Decimal | int) -> int | float:
    return int(number) if number == int(number) else float(number)


def _text_schema(field: Field) -> dict[str, Any]:
    match field.kind:
        case "date":
            return {"pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"}
        case "month":
            return {"pattern": "^([0-9]{4}-[0-9]{2})?$"}
        case "quarter":
            return {"pattern": "^([0-9]{4}-Q[1-4])?$"}
        case "period":
            return {"pattern": "^([0-9]{4}-([0-9]{2}|Q[1-4]))?$"}
        case "choice" | "province":
            return {"enum": ["", None, *kinds.allowed(field)]}
        case "ward":
            return {"pattern": "^([0-9]{5})?$"}
        case _:
            schema: dict[str, Any] = {"maxLength": kinds.length_limit(field)}
            if field.pattern:
                schema["pattern"] = f"^(?:{field.pattern})?$"
            return schema


# --- reading -------------------------------------------------------------------------------------------------------


@cache
def _validator(name: str) -> jsonschema_rs.Validator:
    schema = strict_json.loads((RESOURCES / "schemas" / f"{name}.schema.json").read_bytes())
    return jsonschema_rs.validator_for(schema, pattern_options=jsonschema_rs.RegexOptions())


def check_shape(name: str, raw: object) -> None:
    """Check a JSON value against a schema of `resources/schemas`; raise `DefinitionInvalid` at the first difference."""
    for error in _validator(name).iter_errors(raw):
        where = "/".join(str(part) for part in error.instance_path)
        raise DefinitionInvalid("SHAPE", f"{name}.json: {where or '.'}", error.message[:300])


def _all_fields(items: tuple[Item, ...]) -> Iterator[Field]:
    for item in items:
        if isinstance(item, Table):
            yield from item.columns
        else:
            yield item


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
        return Definition(sections, rules, _in_order(items))

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


def _in_order(items: tuple[Item, ...]) -> tuple[Step, ...]:
    """Return the steps of calculation, each after what it depends on; refuse what depends on itself."""
    steps: dict[tuple[str, str], Step] = {}
    for item in items:
        for step in _steps_of(item):
            steps[step.key] = step
    graph = {key: [source for source in sources(step, steps) if source in steps] for key, step in steps.items()}
    try:
        return tuple(steps[key] for key in TopologicalSorter(graph).static_order())
    except CycleError as error:
        names = list(dict.fromkeys(name for _, name in error.args[1]))
        raise DefinitionInvalid("CYCLE", " → ".join(names[:10])) from None


def _steps_of(item: Item) -> Iterator[Step]:
    if isinstance(item, Table):
        if item.visible:
            yield Step("visible", None, item.name, item.visible)
        if item.required_when:
            yield Step("required", None, item.name, item.required_when)
        for column in item.columns:
            yield from _steps_of(column)
        return
    if item.visible:
        yield Step("visible", item.table, item.name, item.visible)
    if item.calculated or item.visible:
        yield Step("value", item.table, item.name, item.calculated)
    if item.required_when:
        yield Step("required", item.table, item.name, item.required_when)


def sources(step: Step, steps: Mapping[tuple[str, str], Step]) -> list[tuple[str, str]]:
    """Return the keys of the steps that a step may depend on."""
    found: list[tuple[str, str]] = []
    if step.what == "value" and ("visible", step.key[1]) in steps:
        found.append(("visible", step.key[1]))
    for reference in step.expression.references if step.expression else ():
        match reference.kind:
            case "field":
                found.append(("value", reference.name))
            case "cell":
                found.append(("value", f"{step.table}.{reference.name}"))
            case "column":
                found += [("value", reference.name), ("visible", reference.name.partition(".")[0])]
            case "rows":
                found.append(("visible", reference.name))
    return found


# --- who reads what --------------------------------------------------------------------------------------------------


def _readers(definition: Definition) -> dict[Source, tuple[Reader, ...]]:
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
                case "previous":
                    add(("previous", ""), Reader(what, at, table is not None))

    for number, step in enumerate(definition.steps):
        add_all(step.expression.references if step.expression else (), "step", number, step.table)
        if step.what == "value":
            add(("visible", step.key[1]), Reader("step", number, False))
    for number, rule in enumerate(definition.rules):
        add_all(rule.check.references | (rule.when.references if rule.when else frozenset()), "rule", number, rule.each)
        columns = definition.tables[rule.each].column if rule.each else {}
        add(("visible", f"{rule.each}.{rule.path}" if rule.each else rule.path), Reader("rule", number, False))
        for name in rule.mentioned:
            inside = name in columns
            path = f"{rule.each}.{name}" if inside else name
            add(("value", path), Reader("rule", number, rule.each is not None and not inside))
    for field in definition.fields.values():
        for what in ("value", "visible", "required"):
            add((what, field.path), Reader("check", field.path, False))
        for name in field.reads:
            inside = field.table is not None and name in definition.tables[field.table].column
            source = f"{field.table}.{name}" if inside else name
            add(("value", source), Reader("check", field.path, field.table is not None and not inside))
    for table in definition.tables:
        for what in ("visible", "required", "rows"):
            add((what, table), Reader("check", table, False))  # type: ignore[arg-type]  # those literals
    return {source: tuple(readers) for source, readers in found.items()}
