"""A new table for a sheet, inferred from all of its rows."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from app.sheets.headers import Header
from app.sheets.inspect.profile import ColumnProfile

TEXT_LENGTHS = (20, 50, 100, 255, 500, 1000)
INT32 = 2**31 - 1
LONGEST_TEXT_CHARACTERS = 16_000  # of which each may take 4 of the 65,535 bytes of MySQL's TEXT
LONGEST_IDENTIFIER = 64  # MySQL manual, "Identifier Length Limits"
LONGEST_BASE = LONGEST_IDENTIFIER - len("_16384")  # a sheet has that many columns

_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# MySQL's names have no characters beyond the first 65,536 (MySQL manual, "Schema Object Names").
_NOT_NAME = re.compile(r"[\W\U00010000-\U0010FFFF]+")


def infer_table(
    name: str, headers: Sequence[Header], profiles: Sequence[ColumnProfile], temporary: bool = False
) -> sa.Table:
    """Return a table for a sheet: one column a header, its comment the header, and a numbered primary key."""
    names = column_names([header for _, header in headers])
    columns = [
        sa.Column(column, _type(profile), comment=header)
        for column, (_, header), profile in zip(names, headers, profiles, strict=True)
    ]
    if "id" not in names:
        columns.insert(0, sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True))
    prefixes = ["TEMPORARY"] if temporary else []
    return sa.Table(name, sa.MetaData(), *columns, prefixes=prefixes, mysql_engine="InnoDB", mysql_charset="utf8mb4")


def column_names(headers: Sequence[str]) -> list[str]:
    """Return a name for each header: `Invoice No` and `InvoiceNo` give invoice_no, 订单号 stays; no two alike."""
    names: dict[str, None] = {}
    met: Counter[str] = Counter()  # how often a name was taken
    for header in headers:
        words = _WORD_BOUNDARY.sub("_", unicodedata.normalize("NFKC", header))
        base = _NOT_NAME.sub("_", words).strip("_").lower() or "column"
        if base[0].isdigit():
            base = f"c_{base}"
        name = base = base[:LONGEST_BASE]
        while name in names:
            met[base] += 1
            name = f"{base}_{met[base] + 1}"
        names[name] = None
    return list(names)


def _type(profile: ColumnProfile) -> sa.types.TypeEngine[Any]:
    types = frozenset(profile.types) - {"Unusable"}
    for fitting, make in _RULES:
        if types and types <= fitting:
            return make(profile)
    return _text(profile)


def _text(profile: ColumnProfile) -> sa.types.TypeEngine[Any]:
    for length in TEXT_LENGTHS:
        if profile.longest <= length:
            return sa.String(length)
    return (
        sa.Text() if profile.longest <= LONGEST_TEXT_CHARACTERS else sa.Text().with_variant(mysql.LONGTEXT(), "mysql")
    )


def _integer(profile: ColumnProfile) -> sa.types.TypeEngine[Any]:
    least, greatest = profile.ranges["int"]
    return sa.Integer() if min(least, -greatest) >= -INT32 else sa.BigInteger()


def _decimal(profile: ColumnProfile) -> sa.types.TypeEngine[Any]:
    scale = max(profile.decimals, 2)
    return sa.Double() if scale > 6 else sa.Numeric(max(profile.whole_digits + 2, 10) + scale, scale)


def _datetime(profile: ColumnProfile) -> sa.types.TypeEngine[Any]:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6 if profile.has_fractions else 0), "mysql", "mariadb")


def _time(profile: ColumnProfile) -> sa.types.TypeEngine[Any]:
    return sa.Time().with_variant(mysql.TIME(fsp=6 if profile.has_fractions else 0), "mysql", "mariadb")


# The first set that holds all types of a column's cells decides; a mix of others is text.
_RULES: tuple[tuple[frozenset[str], Callable[[ColumnProfile], sa.types.TypeEngine[Any]]], ...] = (
    (frozenset({"bool"}), lambda _profile: sa.Boolean()),
    (frozenset({"int"}), _integer),
    (frozenset({"int", "float"}), _decimal),
    (frozenset({"date"}), lambda _profile: sa.Date()),
    (frozenset({"date", "datetime"}), _datetime),
    (frozenset({"time"}), _time),
)
