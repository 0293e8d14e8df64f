"""Values of a table for programs: as JSON can say them exactly, the same on every database."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from app.services.browsing.values import clock
from app.services.masking import masked
from app.sheets.table import Column

# Characters or bytes: a page of long documents must not fill the memory of who answers, or of who asks.
LONGEST_EXACT = 10_000


@dataclass(frozen=True)
class Cut:
    """The beginning of a value that is longer than `LONGEST_EXACT`."""

    value: str


def exact_row(row: Sequence[Any], columns: Sequence[Column]) -> tuple[Any, ...]:
    """Return the values of a row of what `selected` reads; a `Cut` for one that came cut.

    None, bool and int are themselves, so are floats that are numbers. Decimals are texts with all of their digits,
    moments are texts of ISO 8601 without a zone, bytes texts in base64 (RFC 4648, 4).
    """
    return tuple(_exact(*pair) for pair in zip(columns, row[::2], row[1::2], strict=True))


def _exact(column: Column, value: Any, size: int | None) -> Any:
    if isinstance(value, bytes):
        text = base64.b64encode(value[:LONGEST_EXACT]).decode()
        return Cut(text) if (size or 0) > LONGEST_EXACT else text
    if column.kind == "boolean" and value in (0, 1):
        return bool(value)
    if isinstance(value, Decimal) or (column.kind == "decimal" and isinstance(value, int | float)):
        return _digits(value, column.scale or 0)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if value is None or isinstance(value, int) else _text(value, column)


def _digits(value: Decimal | float, scale: int) -> str:
    """Return a decimal with as many digits after the point as its column has: SQLite keeps 1.50 as 1.5."""
    try:
        number = Decimal(str(value))
        return f"{number:.{max(scale, -int(number.as_tuple().exponent))}f}"
    except (InvalidOperation, ValueError):  # SQLite's columns take infinity too
        return str(value)


def _text(value: Any, column: Column) -> Any:
    text = masked(_spelled(value))
    if column.kind in ("datetime", "time"):  # SQLite keeps them as texts, with microseconds and a blank before the time
        text = text.removesuffix(".000000")
    if column.kind == "datetime" and text[10:11] == " ":
        text = f"{text[:10]}T{text[11:]}"
    return text if len(text) <= LONGEST_EXACT else Cut(text[:LONGEST_EXACT])


def _spelled(value: Any) -> str:
    if isinstance(value, timedelta):
        return clock(value)
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)
