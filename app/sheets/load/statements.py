"""The SQL of loading. Identifiers come from the reflected table alone, values are always bound or streamed.

On MySQL the statements are in pymysql's format style: a percent sign in a name or a default stands doubled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from app.sheets.table import Column

STAGE = "opsdesk_stage"
STAGE_ROW = "opsdesk_row"


def quoted(dialect: sa.Dialect, name: str) -> str:
    """Return an identifier as the database wants it."""
    return str(dialect.identifier_preparer.quote_identifier(name))


def insert_into(dialect: sa.Dialect, table: str, columns: Sequence[Column]) -> str:
    """Return an INSERT up to its VALUES."""
    names = ", ".join(quoted(dialect, column.name) for column in columns)
    return f"INSERT INTO {quoted(dialect, table)} ({names}) VALUES"


def row_values(dialect: sa.Dialect, columns: Sequence[Column], placeholder: str) -> str:
    """Return the values of one row for an INSERT, with a placeholder for each column."""
    return f"({', '.join(value_of(dialect, column, placeholder) for column in columns)})"


def load_data(dialect: sa.Dialect, table: str, columns: Sequence[Column]) -> str:
    """Return a LOAD DATA whose lines are made by `app.sheets.encode` (MySQL manual, "LOAD DATA Statement")."""
    fields, settings = [], []
    for number, column in enumerate(columns):
        name, variable = quoted(dialect, column.name), f"@opsdesk_{number}"
        value = value_of(dialect, column, f"UNHEX({variable})" if column.kind == "binary" else variable)
        fields.append(name if value == variable else variable)
        if value != variable:
            settings.append(f"{name} = {value}")
    return (
        f"LOAD DATA LOCAL INFILE 'opsdesk' INTO TABLE {quoted(dialect, table)} CHARACTER SET utf8mb4"
        r" FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'"
        f" ({', '.join(fields)}){' SET ' if settings else ''}{', '.join(settings)}"
    )


def create_stage(
    dialect: sa.Dialect, table: str, columns: Sequence[Column], searched: Sequence[str] = (), name: str = STAGE
) -> str:
    """Return the CREATE of a temporary table with the columns of `table`, all nullable, and the row's number.

    Args:
        searched: the columns of an index, on MySQL: made later, it would commit there (MySQL manual, "Statements That
            Cause an Implicit Commit").
    """
    if dialect.name == "sqlite":  # CREATE TABLE AS would lose the collations
        own = ", ".join(f"{quoted(dialect, column.name)} {_type_of(column)}" for column in columns)
        return f"CREATE TEMPORARY TABLE {name} ({STAGE_ROW} INTEGER PRIMARY KEY, {own})"
    names = ", ".join(f"t.{quoted(dialect, column.name)}" for column in columns)
    index = f", INDEX ({', '.join(quoted(dialect, name) for name in searched)})" if searched else ""
    widest = 2**63  # MariaDB makes the column as wide as this number
    return (
        f"CREATE TEMPORARY TABLE {name} (PRIMARY KEY ({STAGE_ROW}){index})"  # noqa: S608 - see above
        f" AS SELECT CAST({widest} AS UNSIGNED) AS {STAGE_ROW}, {names}"
        f" FROM (SELECT 0 AS one) o LEFT JOIN {quoted(dialect, table)} t ON 1 = 0 WHERE 1 = 0"
    )


def _type_of(column: Column) -> str:
    return f"{column.sql_type} COLLATE {column.collation}" if column.collation else column.sql_type


def ordered_join(dialect: sa.Dialect) -> str:
    """Return the JOIN that is done from left to right, whatever the tables' statistics say of a temporary one."""
    return "CROSS JOIN" if dialect.name == "sqlite" else "STRAIGHT_JOIN"


def drop_temporary(dialect: sa.Dialect, table: str) -> str:
    """Return the DROP of a temporary table.

    On MySQL the word TEMPORARY keeps it from committing (MySQL manual, "DROP TABLE Statement").
    """
    return f"DROP TABLE temp.{table}" if dialect.name == "sqlite" else f"DROP TEMPORARY TABLE {table}"


def stage_columns(columns: Sequence[Column]) -> list[Column]:
    """Return the columns of the staging table: the row number, then those of the plan, all nullable."""
    nullable = [replace(column, nullable=True, default=None, is_automatic=False) for column in columns]
    return [Column(STAGE_ROW, "integer", "integer"), *nullable]


def value_of(dialect: sa.Dialect, column: Column, value: str) -> str:
    """Return the SQL of a value; a blank in a column that cannot be NULL becomes the column's default."""
    if not column.replaces_blanks:
        return value
    return f"COALESCE({value}, {default_of(dialect, column)})"


def default_of(dialect: sa.Dialect, column: Column) -> str:
    """Return the SQL of a column's default."""
    default = str(column.default)
    return default if dialect.name == "sqlite" else default.replace("%", "%%")
