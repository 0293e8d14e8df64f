"""The specification, as the documentation shows it: operations by tag, what each takes and answers, an example."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schemas = dict[str, dict[str, Any]]
# What stands for a value of a type in an example, and for one of a format.
SAMPLES: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}}
FORMATS = {"date-time": "2026-11-21T08:00:00+00:00", "date": "2026-11-21"}
MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Field:
    """A parameter, or a member of an object. `place` is path, query or header; "" of a member."""

    name: str
    type: str
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True)
class Answer:
    """What an operation can answer. `schema` is the name of what its body is, if that has one."""

    status: str
    description: str
    schema: str


@dataclass(frozen=True)
class Operation:
    """A method of an address. `role` is empty where anybody may use it, `body` where it takes none."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    role: str
    parameters: list[Field]
    body: list[Field]
    body_type: str
    answers: list[Answer]
    example: str


def sections(spec: dict[str, Any]) -> list[tuple[dict[str, str], list[Operation]]]:
    """Return each tag, by its name and description, with its operations."""
    schemas: Schemas = spec["components"]["schemas"]
    found = list(_operations(spec))
    return [
        (tag, [_read(path, method, one, schemas) for path, method, one in found if tag["name"] in one["tags"]])
        for tag in spec["tags"]
    ]


def shapes(spec: dict[str, Any]) -> dict[str, list[Field]]:
    """Return the members of every object that has a name."""
    schemas: Schemas = spec["components"]["schemas"]
    return {name: _members(schema) for name, schema in sorted(schemas.items())}


def paragraphs(text: str) -> str:
    """Return a docstring's text with each paragraph on one line."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in sorted(spec["paths"].items()):
        for method, operation in methods.items():
            yield path, method.upper(), operation


def _read(path: str, method: str, operation: dict[str, Any], schemas: Schemas) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    body_type = next(iter(content), "")
    body = _resolved(content[body_type]["schema"], schemas) if content else {}
    return Operation(
        id=operation["operationId"],
        method=method,
        path=path,
        summary=operation.get("summary", ""),
        description=paragraphs(operation.get("description", "")),
        role=operation.get("x-role", ""),
        parameters=[_parameter(one) for one in operation["parameters"]],
        body=_members(body),
        body_type=body_type,
        answers=[_answer(status, one) for status, one in operation["responses"].items()],
        example=_example(path, method, bool(operation.get("security")), body_type, body, schemas),
    )


def _parameter(one: dict[str, Any]) -> Field:
    description = one.get("description") or one["schema"].get("description", "")
    return Field(one["name"], _type(one["schema"]), one.get("required", False), description, one["in"])


def _members(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", ())
    return [
        Field(name, _type(one), name in required, one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]


def _answer(status: str, one: dict[str, Any]) -> Answer:
    names = [_name(media["schema"]) for media in one.get("content", {}).values()]
    return Answer(status, one.get("description", ""), "".join(names[:1]))


def _type(schema: dict[str, Any]) -> str:
    """Return what a value is, in a few words: `string (date-time)`, `list of Token`, `viewer, operator or admin`."""
    if "enum" in schema:
        *others, last = map(str, schema["enum"])
        return f"{', '.join(others)} or {last}" if others else last
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if name := _name(schema):
        return name
    given = schema.get("type", "any")
    kinds = [given] if isinstance(given, str) else given
    if "array" in kinds:
        return f"list of {_type(schema.get('items', {}))}"
    words = " or ".join(kinds)
    return f"{words} ({schema['format']})" if "format" in schema else words


def _example(path: str, method: str, has_token: bool, body_type: str, body: dict[str, Any], schemas: Schemas) -> str:
    """Return the operation as a command of curl."""
    parts = ["curl"] if method == "GET" else [f"curl -X {method}"]
    if has_token:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if body_type == MULTIPART:
        parts += [
            f"-F {name}={'@FILE' if one.get('format') == 'binary' else _sample(one, schemas)}"
            for name, one in _shown(body)
        ]
    elif body_type:
        sample = json.dumps({name: _sample(one, schemas) for name, one in _shown(body)}, ensure_ascii=False)
        parts += [f'-H "Content-Type: {body_type}"', f"-d {shlex.quote(sample)}"]
    parts.append(f'"$OPSDESK{path}"')
    return " ".join(parts) if len(parts) < 3 else " \\\n  ".join(parts)


def _shown(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the members that an example has: those that must be there, or the first one."""
    members = list(body.get("properties", {}).items())
    return [(name, one) for name, one in members if name in body.get("required", ())] or members[:1]


def _sample(schema: dict[str, Any], schemas: Schemas) -> Any:
    schema = _resolved(schema, schemas)
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        return [_sample(schema.get("items", {}), schemas)]
    if kind == "object" and schema.get("properties"):
        return {name: _sample(one, schemas) for name, one in _shown(schema)}
    return FORMATS.get(schema.get("format", ""), SAMPLES.get(kind))


def _resolved(schema: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    """Return a schema, or the one that it refers to, as APIFlask writes it."""
    if "allOf" in schema:
        schema = schema["allOf"][0]
    return schemas[_name(schema)] if _name(schema) else schema


def _name(schema: dict[str, Any]) -> str:
    """Return the name of a schema that is referred to; "" of any other."""
    if "allOf" in schema:
        schema = schema["allOf"][0]
    return str(schema.get("$ref", "")).rpartition("/")[2]
