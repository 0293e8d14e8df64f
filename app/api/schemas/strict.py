"""Fields that take what the specification says and nothing else, where marshmallow takes "1", "on" and 1 for true."""

from __future__ import annotations

import math
from typing import Any

from apiflask import fields


class Boolean(fields.Boolean):
    """JSON's true or false."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Integer(fields.Integer):
    """JSON's whole numbers, 1.0 among them (JSON Schema, 6.1.1)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Number(fields.Float):
    """JSON's numbers, but for those that are too large for a float."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Switch(fields.Boolean):
    """The words true and false, in an address."""

    def __init__(self, **given: Any) -> None:
        """Take these and no others."""
        super().__init__(truthy={"true"}, falsy={"false"}, **given)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
