"""Rows as a table has them, exactly: read as plain values, packed for the ledger, and unpacked to be loaded again.

What the drivers make of values may lose some of them (a FLOAT has more digits than MySQL prints), so the database
spells them: texts, of binary columns hexadecimal digits; on SQLite, whose values have types of their own, the values.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.sheets.load.statements import quoted
from app.sheets.table import Column

HEX = "hex"  # the key of a binary value in JSON
Row = Sequence[Any]


def spelled(dialect: sa.Dialect, column: Column, row: str) -> str:
    """Return the SQL of a column's value in the row called `row`, as `packed` takes it."""
    name = f"{row}.{quoted(dialect, column.name)}"
    if dialect.name == "sqlite":
        return name
    if column.kind == "binary":
        return f"HEX({name})"
    if column.kind == "float":
        return f"CAST(CAST({name} AS DOUBLE) AS CHAR)"
    return f"CAST({name} AS CHAR CHARACTER SET utf8mb4)"


def packed(rows: Sequence[Row], columns: Sequence[Column], dialect: sa.Dialect) -> bytes:
    """Return rows whose values were selected by `spelled`, as bytes."""
    hexadecimal = frozenset(
        place for place, column in enumerate(columns) if column.kind == "binary" and dialect.name != "sqlite"
    )
    plain = [[_plain(value, place in hexadecimal) for place, value in enumerate(row)] for row in rows]
    return zlib.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode())


def unpacked(data: bytes) -> list[list[Any]]:
    """Return the rows that were packed: lists of None, int, float, str and bytes.

    Raises:
        ValueError: the bytes are no packed rows.
    """
    try:
        rows = json.loads(zlib.decompress(data))
    except zlib.error as error:
        raise ValueError(str(error)) from None
    return [[bytes.fromhex(value[HEX]) if isinstance(value, dict) else value for value in row] for row in rows]


def _plain(value: Any, is_hexadecimal: bool) -> Any:
    if isinstance(value, bytes):
        return {HEX: value.hex()}
    return {HEX: value} if is_hexadecimal and value is not None else value
