"""The JSON Schema (2020-12) of the data that a form takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from forms import enclosed, kinds
from forms.definition.parts import Field, Item, Table


def object_schema(items: tuple[Item, ...]) -> dict[str, Any]:
    """Return the schema of an object with these fields and tables."""
    required = [
        item.name
        for item in items
        if isinstance(item, Field)
        and item.required
        and item.default is None
        and not item.may_hide
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
        "items": object_schema(table.columns),
    }
    if table.min_rows and not table.may_hide and table.required_when is None:
        schema["minItems"] = table.min_rows
    return schema


def _field_schema(field: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": field.title("vi"), "description": field.help.vi}
    if field.calculated:
        schema["readOnly"] = True
    match field.kind:
        case "file":
            schema |= enclosed.data_schema(field)
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
