"""What the JSON Schema of a script's parameters allows is what the script takes, and is run as it was typed."""

from __future__ import annotations

import math
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from app.errors import Invalid
from app.runner.parameters import fields, from_argv, from_json, json_schema, parse, to_argv
from app.runner.script import UsageError
from tests.random_commands import argument, command, commands, comparable, option, patient

# Kinds whose JSON type and limits say all that there is to say: what else they ask of a text, no schema tells.
TYPED: list[dict[str, Any]] = [
    {"type": int},
    {"type": click.IntRange(-5, 5, min_open=True)},
    {"type": click.IntRange(0, 3, clamp=True)},
    {"type": float},
    {"type": click.FloatRange(0, 1, max_open=True)},
    {"type": bool},
    {"type": click.Choice(["a", "b", "3"])},
    {"type": str},
    {"type": (int, bool)},
    {"nargs": 2, "type": int},
    {"is_flag": True},
    {"is_flag": True, "default": True},
    {"count": True},
    {"count": True, "default": 2},
]
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-10, 10),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["a", "b", "3", "true", "", "1.0", "-x"]),
)
VALUES = st.one_of(SCALARS, st.none(), st.lists(st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), max_size=3))


def taken(tested: click.Command, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the function of a command would be given for JSON."""
    schema = json_schema(tested, fields(tested))
    values = {name: from_json(schema, name, value) for name, value in given.items()}
    return parse(tested, to_argv(tested, from_argv(tested, to_argv(tested, values))))


def is_taken(tested: click.Command, given: dict[str, Any]) -> bool:
    """Tell whether a command takes JSON."""
    try:
        taken(tested, given)
    except (Invalid, UsageError):
        return False
    return True


def is_valid(tested: click.Command, given: dict[str, Any]) -> bool:
    """Tell whether JSON is what the schema says."""
    return Draft202012Validator(json_schema(tested, fields(tested))).is_valid(given)


def as_json(schema: dict[str, Any], value: Any) -> Any:
    """Return a form value as JSON of a schema."""
    if schema["type"] == "array":
        each = schema.get("prefixItems") or [schema["items"]] * len(value)
        return [as_json(*pair) for pair in zip(each, value, strict=True)]
    kinds = {"integer": int, "number": float}
    return kinds[schema["type"]](value) if schema["type"] in kinds else value


def is_finite(value: Any) -> bool:
    """Tell whether JSON has a value: no nan is in it."""
    if isinstance(value, list):
        return all(map(is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


@patient
@given(commands())
def test_values_run_as_on_the_command_line(made: tuple[click.Command, dict[str, Any]]) -> None:
    tested, values = made
    schema = json_schema(tested, fields(tested))
    Draft202012Validator.check_schema(schema)
    sent = {name: as_json(schema["properties"][name], value) for name, value in values.items()}
    sent = {name: value for name, value in sent.items() if is_finite(value)}
    if sent.keys() == values.keys():
        assert is_valid(tested, sent), (schema, sent)
        assert comparable(taken(tested, sent)) == comparable(parse(tested, to_argv(tested, values)))


@patient
@given(st.data())
def test_the_schema_allows_what_the_script_takes_and_nothing_else(data: st.DataObject) -> None:
    settings = data.draw(st.sampled_from(TYPED))
    several = {} if "is_flag" in settings or "count" in settings else {"multiple": data.draw(st.booleans())}
    tested = command(option("--x", **settings, **several, required=data.draw(st.booleans())))
    sent = data.draw(st.one_of(st.just({}), st.fixed_dictionaries({"x": VALUES}), st.just({"y": 1})))
    assert is_valid(tested, sent) == is_taken(tested, sent), (json_schema(tested, fields(tested)), sent)


def test_a_schema_says_what_help_does() -> None:
    tested = command(
        option("--by", type=click.IntRange(1), default=2, help="How much."),
        option("--day", type=click.DateTime(["%Y-%m-%d"])),
        option("--when", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M"])),
        option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])),
        option("--api-key", default="hunter2", required=True),
        option("--tag", multiple=True, default=["a"]),
        option("--rate", type=float, default=math.nan),
        argument("id", type=click.UUID),
    )
    assert json_schema(tested, fields(tested), {"api_key"}) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "script",
        "type": "object",
        "properties": {
            "by": {"type": "integer", "minimum": 1, "description": "How much.", "default": 2},
            "day": {"type": "string", "format": "date"},
            "when": {"type": "string", "examples": ["2026-11-20", "2026-11-20 14:02"]},
            "at": {"type": "string", "format": "date-time"},
            "api_key": {"type": "string", "writeOnly": True},
            "tag": {"type": "array", "items": {"type": "string"}, "minItems": 1, "default": ["a"]},
            "rate": {"type": "number"},
            "id": {"type": "string", "format": "uuid"},
        },
        "required": ["id"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("value", "said"),
    [("2", "by takes an integer."), (True, "by takes an integer."), ([1], "by takes an integer."), (None, "by takes")],
)
def test_a_value_of_another_type_is_refused(value: Any, said: str) -> None:
    tested = command(option("--by", type=int))
    with pytest.raises(Invalid, match=said):
        taken(tested, {"by": value})
