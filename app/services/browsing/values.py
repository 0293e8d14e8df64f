"""Values of a table as a page shows them, the same on every database; the database itself cuts what is long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.services.masking import masked
from app.sheets.table import Column

LONGEST_TEXT = 300
SHOWN_BYTES = 16
MORE = "…"


def selected(columns: Sequence[Column], table: sa.TableClause, longest: int) -> list[sa.ColumnElement[Any]]:
    """Return what is read: for each column its value, and its size in bytes where the value may come cut.

    Args:
        longest: the most characters of a text, or bytes, that are wanted; of a longer one comes one more.
    """
    return [expression for column in columns for expression in _read(column, table.c[column.name], longest)]


def shown_row(row: Sequence[Any], columns: Sequence[Column]) -> tuple[Any, ...]:
    """Return the values of a row of what `selected` reads.

    None, bool, int, float and Decimal are themselves; moments are ISO texts, bytes hex texts with their number.
    """
    return tuple(_shown(*pair) for pair in zip(columns, row[::2], row[1::2], strict=True))


def _read(
    column: Column, there: sa.ColumnElement[Any], longest: int
) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    if not _may_be_long(column, longest):
        return there, sa.null()
    return sa.func.substr(there, 1, longest + 1), sa.func.length(there)


def _may_be_long(column: Column, longest: int) -> bool:
    if column.kind == "text":
        return column.length is None or column.length > longest
    return column.kind in ("json", "binary")


def _shown(column: Column, value: Any, size: int | None) -> Any:
    if isinstance(value, bytes):
        return _hex(value, len(value) if size is None else size)
    if column.kind == "boolean" and value in (0, 1):
        return bool(value)
    spell = _SPELLED.get(type(value), str)
    return value if type(value) in _AS_THEY_ARE else _text(spell(value), column)


def _text(text: str, column: Column) -> str:
    if column.kind in ("datetime", "time"):  # SQLite keeps their microseconds as text
        text = text.removesuffix(".000000")
    text = masked(text)
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + MORE


def _hex(value: bytes, size: int) -> str:
    more = MORE if size > SHOWN_BYTES else ""
    return f"0x{value[:SHOWN_BYTES].hex()}{more} ({size:,} byte{'' if size == 1 else 's'})"


def clock(value: timedelta) -> str:
    """Return a TIME, which MySQL lets run from -838 to 838 hours, as the database spells it."""
    minutes, seconds = divmod(abs(value), timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    rest = str(seconds).split(":", 2)[2]
    return f"{'-' if value < timedelta() else ''}{hours:02d}:{minutes:02d}:{rest}"


_AS_THEY_ARE = frozenset({type(None), bool, int, float, Decimal})
_SPELLED: dict[type, Callable[[Any], str]] = {
    datetime: lambda value: value.isoformat(sep=" "),
    date: date.isoformat,
    time: time.isoformat,
    timedelta: clock,
}
