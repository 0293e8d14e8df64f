"""The parameters of a command as JSON Schema, draft 2020-12, for programs; and what such a program sends.

Here a number is a number, where form values have its text: JSON is read without loss by this side at least.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from click import Command

from app.errors import Invalid
from app.runner.parameters.argv import COUNT_LIMIT, to_argv
from app.runner.parameters.fields import Field
from app.runner.parameters.kinds import FormValue

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

# The types of the kinds of fields; all others are strings.
TYPES = {"integer": "integer", "count": "integer", "number": "number", "boolean": "boolean", "flag": "boolean"}
PYTHON: dict[str, type | tuple[type, ...]] = {"integer": int, "number": (int, float), "boolean": bool, "string": str}
TOLD = {"integer": "an integer", "number": "a number", "boolean": "true or false", "string": "text", "array": "a list"}
# Formats of strptime, and those of JSON Schema that allow nothing else (RFC 3339, 5.6).
FORMATS = {"%Y-%m-%d": "date", "%Y-%m-%dT%H:%M:%S%z": "date-time"}
EXAMPLE = datetime(2026, 11, 20, 14, 2, 59, tzinfo=UTC)


def json_schema(command: Command, fields: Iterable[Field], secrets: Collection[str] = ()) -> Schema:
    """Return the schema of an object that has values for these fields of a command; `secrets`: names of fields."""
    fields = list(fields)
    return {
        "$schema": DIALECT,
        "title": command.name or "",
        "type": "object",
        "properties": {field.name: _property(command, field, field.name in secrets) for field in fields},
        "required": [field.name for field in fields if field.required and field.default is None],
        "additionalProperties": False,
    }


def from_json(schema: Schema, name: str, value: Any) -> Any:
    """Return a property's value such that `to_argv` takes it; what its JSON type allows, Click judges.

    Raises:
        Invalid: there is no such property, or the value is not of its JSON type.
    """
    if name not in schema["properties"]:
        known = ", ".join(schema["properties"])
        raise Invalid(f'There is no parameter "{name}".', f"There is: {known}." if known else "It takes none.")
    return _checked(schema["properties"][name], value, name)


def _property(command: Command, field: Field, secret: bool) -> Schema:
    schema = _several(field, _occurrence(field), field.multiple)
    if field.help:
        schema["description"] = field.help
    if field.kind == "flag" and len(said := _sayable(command, field)) == 1:
        schema["const"] = said[0]
    if secret:
        return schema | {"writeOnly": True}
    default = _as_json(schema, field.default)
    return schema if default is None else schema | {"default": default}


def _occurrence(field: Field) -> Schema:
    """Return the schema of what one occurrence takes: one value, or a list of nargs values."""
    if field.nargs < 0:
        return _several(field, _item(field), True)
    if field.nargs == 1:
        return _item(field)
    length = {"minItems": field.nargs, "maxItems": field.nargs}
    if field.items:
        return {"type": "array", "prefixItems": list(map(_item, field.items)), "items": False, **length}
    return {"type": "array", "items": _item(field), **length}


def _several(field: Field, each: Schema, multiple: bool) -> Schema:
    """Return the schema of a list; an empty one says nothing, and so would be the default."""
    if not multiple:
        return each
    return {"type": "array", "items": each} | ({"minItems": 1} if field.required or field.default else {})


def _item(field: Field) -> Schema:
    schema: Schema = {"type": TYPES.get(field.kind, "string")}
    if field.kind == "count":
        return schema | {"minimum": 1 if field.default else 0, "maximum": COUNT_LIMIT}
    if field.choices:
        return schema | {"enum": list(dict.fromkeys(field.choices))}
    if field.kind == "uuid":
        return schema | {"format": "uuid"}
    if len(field.formats) == 1 and field.formats[0] in FORMATS:
        return schema | {"format": FORMATS[field.formats[0]]}
    if field.formats:
        return schema | {"examples": [EXAMPLE.strftime(format) for format in field.formats]}
    return schema | _limits(field)


def _limits(field: Field) -> Schema:
    if field.clamped:
        return {}
    low = "exclusiveMinimum" if field.minimum_open else "minimum"
    high = "exclusiveMaximum" if field.maximum_open else "maximum"
    limits = {low: field.minimum, high: field.maximum}
    return {name: limit for name, limit in limits.items() if limit is not None}


def _sayable(command: Command, field: Field) -> list[bool]:
    """Return what can be said of a flag: a plain one that is on by default, or required, is never off."""
    return [value for value in (True, False) if _is_sayable(command, field, value)]


def _is_sayable(command: Command, field: Field, value: bool) -> bool:
    try:
        return bool(to_argv(command, {field.name: value})) or not field.required
    except Invalid:
        return False


def _as_json(schema: Schema, value: FormValue | None) -> Any:
    """Return a form value as the schema has it; None where JSON has none: not for nan."""
    if isinstance(value, list):
        items = [_as_json(item, one) for item, one in zip(_items(schema, len(value)), value, strict=True)]
        return None if None in items else items
    if schema["type"] == "integer" and value is not None:
        return int(value)
    if schema["type"] == "number" and isinstance(value, str):
        return float(value) if math.isfinite(float(value)) else None
    return value


def _items(schema: Schema, count: int) -> list[Schema]:
    return schema.get("prefixItems") or [schema["items"]] * count


def _checked(schema: Schema, value: Any, name: str) -> Any:
    """Return a value of the schema's JSON type; how many a list has, `to_argv` judges."""
    wanted = schema["type"]
    if wanted == "array" and isinstance(value, list):
        items = _items(schema, len(value))
        return [_checked(*each, name) for each in zip(items, value, strict=True)] if len(items) == len(value) else value
    if wanted == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)  # 1.0 is an integer (JSON Schema, 6.1.1)
    if wanted == "array" or not isinstance(value, PYTHON[wanted]) or (isinstance(value, bool) and wanted != "boolean"):
        raise Invalid(f"{name} takes {TOLD[wanted]}.")
    return value
