"""What every database can keep: no halves of surrogate pairs, no NaN."""

from __future__ import annotations

import math
from typing import Any


def storable(value: Any) -> Any:
    """Return `value`, containers walked, as UTF-8 and JSON can hold it.

    A file name that is not UTF-8 has halves of surrogate pairs (PEP 383): they become `\\udcff`. Floats that are no
    JSON (RFC 8259, 6) become text.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
