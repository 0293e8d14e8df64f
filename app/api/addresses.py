"""What stands in addresses, for the specification: APIFlask itself tells of no bounds."""

from __future__ import annotations

import re
from typing import Any

from apiflask import Schema, fields
from apiflask.validators import Range

from app.models.run import LARGEST_ID

# How an operation names the run that it is about.
RUN = f"/<int(min=1, max={LARGEST_ID}):run_id>"

_PLACE = re.compile(r"<(?:(?P<converter>\w+)(?:\((?P<bounds>[^)]*)\))?:)?(?P<name>\w+)>")
_BOUND = re.compile(r"(min|max)=(\d+)")


def places(rule: str) -> Any:
    """Return the schema of what stands in the addresses of a rule: `/<int(min=1, max=9):run_id>/log`."""
    found = {place["name"]: _field(place["converter"], place["bounds"] or "") for place in _PLACE.finditer(rule)}
    return Schema.from_dict(found, name="Address")


def _field(converter: str | None, bounds: str) -> Any:
    if converter != "int":
        return fields.String(required=True)
    ends = {end: int(number) for end, number in _BOUND.findall(bounds)}
    return fields.Integer(required=True, validate=Range(ends.get("min", 0), ends.get("max")))
