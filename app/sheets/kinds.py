"""What each SQL type holds: the kind of column, and its limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from app.sheets.table import DOUBLE_DIGITS, FLOAT_DIGITS, UNSUPPORTED

# MySQL manual, "Integer Types": bits.
MYSQL_INTEGERS = {"TINYINT": 8, "SMALLINT": 16, "MEDIUMINT": 24, "INTEGER": 32, "BIGINT": 64}
# MySQL manual, "String Type Storage Requirements": bytes.
MYSQL_TEXTS = {"TINYTEXT": 2**8 - 1, "TEXT": 2**16 - 1, "MEDIUMTEXT": 2**24 - 1, "LONGTEXT": 2**32 - 1}
MYSQL_BINARIES = {"TINYBLOB": 2**8 - 1, "BLOB": 2**16 - 1, "MEDIUMBLOB": 2**24 - 1, "LONGBLOB": 2**32 - 1}


def limits(type_: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> dict[str, Any]:
    """Return the arguments of `Column` that the type decides: its kind, and what its values must keep to."""
    if isinstance(type_, sa.types.NullType) and dialect.name == "sqlite":
        return {"kind": "text"}  # a column without a type, which SQLite takes
    for kind, describe in _KINDS:
        if isinstance(type_, kind):
            return describe(type_, dialect)
    return {"kind": UNSUPPORTED}


def _integer(type_: Any, dialect: sa.Dialect) -> dict[str, Any]:
    if getattr(type_, "display_width", None) == 1 and isinstance(type_, mysql.TINYINT):
        return {"kind": "boolean"}
    bits = MYSQL_INTEGERS.get(type(type_).__name__.upper(), 64) if dialect.name != "sqlite" else 64
    low, high = (0, 2**bits - 1) if getattr(type_, "unsigned", False) else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return {"kind": "integer", "minimum": low, "maximum": high}


def _decimal(type_: Any, dialect: sa.Dialect) -> dict[str, Any]:
    precision, scale = type_.precision, type_.scale
    if precision is not None and scale is None:
        scale = 0
    # SQLite keeps decimals as doubles (SQLite documentation, "Datatypes In SQLite", 3.1).
    exact_digits = DOUBLE_DIGITS if dialect.name == "sqlite" else None
    return {"kind": "decimal", "precision": precision, "scale": scale, "exact_digits": exact_digits}


def _float(type_: Any, _dialect: sa.Dialect) -> dict[str, Any]:
    digits = FLOAT_DIGITS if isinstance(type_, mysql.FLOAT) else None
    if getattr(type_, "scale", None) is None:
        return {"kind": "float", "exact_digits": digits}
    # MySQL rounds to the scale (MySQL manual, "Floating-Point Types").
    return {
        "kind": "decimal",
        "precision": type_.precision,
        "scale": type_.scale,
        "exact_digits": digits or DOUBLE_DIGITS,
        "is_floating": True,
    }


def _text(type_: Any, dialect: sa.Dialect) -> dict[str, Any]:
    max_bytes = MYSQL_TEXTS.get(type(type_).__name__.upper()) if dialect.name != "sqlite" else None
    drops_spaces = dialect.name != "sqlite" and isinstance(type_, (sa.CHAR, sa.NCHAR))
    return {"kind": "text", "length": type_.length, "max_bytes": max_bytes, "drops_spaces": drops_spaces}


def _binary(type_: Any, dialect: sa.Dialect) -> dict[str, Any]:
    max_bytes = MYSQL_BINARIES.get(type(type_).__name__.upper()) if dialect.name != "sqlite" else None
    length = getattr(type_, "length", None)
    is_padded = dialect.name != "sqlite" and isinstance(type_, sa.BINARY)
    return {"kind": "binary", "min_bytes": length if is_padded else None, "max_bytes": length or max_bytes}


def _moment(kind: str) -> Callable[[Any, sa.Dialect], dict[str, Any]]:
    # SQLAlchemy keeps microseconds in SQLite's texts always; MySQL as many digits as the type says, by default none.
    return lambda type_, dialect: {
        "kind": kind,
        "fraction_digits": 6 if dialect.name == "sqlite" else getattr(type_, "fsp", None) or 0,
    }


def _fixed(kind: str) -> Callable[[Any, sa.Dialect], dict[str, Any]]:
    return lambda _type, _dialect: {"kind": kind}


# The kind of each SQL type; the first that fits counts.
_KINDS: tuple[tuple[type, Callable[[Any, sa.Dialect], dict[str, Any]]], ...] = (
    (sa.Boolean, _fixed("boolean")),
    (mysql.SET, _fixed(UNSUPPORTED)),
    (mysql.BIT, _fixed(UNSUPPORTED)),
    (mysql.YEAR, lambda _type, _dialect: {"kind": "integer", "minimum": 1901, "maximum": 2155}),
    (sa.Enum, lambda type_, _dialect: {"kind": "enum", "members": tuple(type_.enums)}),
    (sa.Integer, _integer),
    (sa.Float, _float),
    (sa.Numeric, _decimal),
    (sa.DateTime, _moment("datetime")),
    (sa.Date, _fixed("date")),
    (sa.Time, _moment("time")),
    (sa.JSON, _fixed("json")),
    (sa.types._Binary, _binary),
    (sa.String, _text),
)
