"""Keys of items as text that keeps their types: the cursor of a checkpoint, the keys of failed items."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.errors import Failed

Key = tuple[Any, ...]

# Each type by its name in the text: how a value is written, and how it is read. bool stands before int, and datetime
# before date, which they are subclasses of.
TYPES: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "bool": (bool, bool, bool),
    "int": (int, int, int),
    "text": (str, str, str),
    "decimal": (Decimal, str, Decimal),
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "uuid": (UUID, str, UUID),
    "bytes": (bytes, bytes.hex, bytes.fromhex),
}


def encode(key: Key) -> str:
    """Return a key as JSON: `[["int", 17], ["text", "A"]]`.

    Raises:
        Failed: a part of it is NULL, a float, or of a type that has no exact text.
    """
    return json.dumps([_encode(part) for part in key], ensure_ascii=False)


def decode(text: str) -> Key:
    """Return the key that `encode` wrote.

    Raises:
        ValueError, KeyError, TypeError: it did not write this.
    """
    return tuple(TYPES[name][2](value) for name, value in json.loads(text))


def shown(key: Key) -> str:
    """Return a key for people: `20240007`, `(7, 'A')`."""
    return str(key[0]) if len(key) == 1 else str(key)


def _encode(part: Any) -> tuple[str, Any]:
    for name, (kind, write, _read) in TYPES.items():
        if isinstance(part, kind):
            return name, write(part)
    what = "NULL" if part is None else f"a {type(part).__name__}"
    raise Failed(
        f"A key is {what}; a run could not go on after it.",
        "Take a key that is unique and never NULL: the primary key.",
    )
