"""Where a search finds its text: in texts anywhere, in numbers and moments as what an import would store for it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.dates import parsed
from app.sheets.convert.rules import STRICT, Rules
from app.sheets.table import FLOAT_DIGITS, Column

Condition = sa.ColumnElement[bool]
Test = Callable[[Column, sa.ColumnClause[Any], str], Condition]

RULES = Rules(thousands=",")


def matching(columns: Sequence[Column], table: sa.TableClause, text: str) -> Condition:
    """Return the condition that a row has the text in one of these columns; values are bound."""
    found = (_match(column, table.c[column.name], text) for column in columns)
    return sa.or_(sa.false(), *(condition for condition in found if condition is not None))


def _match(column: Column, there: sa.ColumnClause[Any], text: str) -> Condition | None:
    test = _TESTS.get(column.kind)
    try:
        return test(column, there, text) if test else None
    except BadCell:  # nothing that this column could hold
        return None


def _contains(_column: Column, there: sa.ColumnClause[Any], text: str) -> Condition:
    # As the connection's character set: MySQL compares no ASCII column with a text that has other characters.
    return sa.cast(there, sa.String).contains(text, autoescape=True)


def _equals(column: Column, there: sa.ColumnClause[Any], text: str) -> Condition:
    return there == sa.literal(ColumnConverter(column, RULES)(text))


def _equals_number(column: Column, there: sa.ColumnClause[Any], text: str) -> Condition:
    stored = ColumnConverter(column, RULES)(text)
    return there == (_single(float(stored)) if column.exact_digits == FLOAT_DIGITS else Decimal(str(stored)))


def _single(value: float) -> float:
    """Return what a column of 32 bits makes of a number."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def _within(_column: Column, there: sa.ColumnClause[Any], text: str) -> Condition:
    """A day is a whole day, a minute a whole minute; otherwise it is the second that counts."""
    start = parsed(text, STRICT)
    if start.time() == time():
        end = start.replace(hour=23, minute=59, second=59)
    else:
        end = start if start.second else start.replace(second=59)
    return there.between(_spelled(start.replace(microsecond=0)), _spelled(end.replace(microsecond=999999)))


def _within_second(column: Column, there: sa.ColumnClause[Any], text: str) -> Condition:
    second = ColumnConverter(column, STRICT)(text)[: len("00:00:00")]
    return there.between(second, f"{second}.999999")


def _spelled(moment: datetime) -> str:
    """Return a moment as SQLite keeps it, and as MySQL takes it."""
    return moment.isoformat(sep=" ")


_TESTS: dict[str, Test] = {
    "text": _contains,
    "enum": _contains,
    "json": _contains,
    "integer": _equals,
    "decimal": _equals_number,
    "float": _equals_number,
    "date": _equals,
    "datetime": _within,
    "time": _within_second,
}
