"""The query that gives the rows of a table as an export wants them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.sheets.load.statements import quoted
from app.sheets.table import FLOAT_DIGITS, Column, Table

# What MySQL shows otherwise than it is: FLOAT in 6 digits, which as a DOUBLE it gives whole; ZEROFILL and BIT.
AS_DOUBLE = "{name} + 0e0"
AS_NUMBER = "{name} + 0"


def table_query(dialect: sa.Dialect, table: Table, columns: Sequence[Column], where: str = "") -> str:
    """Return the SELECT of some columns in the order of the primary key, or of the first other key.

    Args:
        where: SQL that chooses rows; all of them where it is blank.
    """
    values = ", ".join(_value(dialect, column) for column in columns)
    query = f"SELECT {values} FROM {_name(dialect, table.name)}"  # noqa: S608 - reflected names
    if where:
        query += f" WHERE (\n{where}\n)"
    keys = ", ".join(_name(dialect, name) for name in table.keys[0].columns) if table.keys else ""
    return f"{query} ORDER BY {keys}" if keys else query


def _value(dialect: sa.Dialect, column: Column) -> str:
    name = _name(dialect, column.name)
    if dialect.name == "sqlite":
        return name
    if column.kind == "float" and column.exact_digits == FLOAT_DIGITS:
        return AS_DOUBLE.format(name=name)
    is_other = "zerofill" in column.sql_type or column.sql_type.startswith("bit")
    return AS_NUMBER.format(name=name) if is_other else name


def _name(dialect: sa.Dialect, name: str) -> str:
    """Return a quoted identifier; no values are put into the query, so that percent signs are not doubled."""
    text = quoted(dialect, name)
    return text.replace("%%", "%") if dialect.name != "sqlite" else text
