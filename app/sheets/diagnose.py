"""Why a database refused rows: the rows again in a temporary table, and a query for every constraint.

It runs after a load has failed and was rolled back; nothing it does is kept. Since the database itself compares, its
collations count: with them "a" may equal "A".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.sheets.convert.texts import excerpt
from app.sheets.load.statements import STAGE, STAGE_ROW, quoted
from app.sheets.table import Column, Key, Table
from app.sheets.target import any_types


@dataclass(frozen=True)
class Violation:
    """A staged row that breaks a constraint: its number in the stage, the column to blame, why, and the value."""

    stage_row: int
    column: str
    cause: str
    value: str


def violations(connection: sa.Connection, table: Table, columns: Sequence[Column], most: int) -> list[Violation]:
    """Return why the staged rows do not fit the table: keys that exist or stand twice, foreign keys, CHECKs.

    Args:
        columns: those that the stage has.
        most: how many violations of each constraint to return.
    """
    staged = {column.name for column in columns}
    keys = [key for key in table.keys if staged.issuperset(key.columns)]
    found: list[Violation] = []
    for key in keys:
        found += _existing(connection, table.name, key, most)
        found += _twice(connection, key, most)
    with any_types():
        inspector = sa.inspect(connection)
        foreign_keys = inspector.get_foreign_keys(table.name)
        checks = _checks(connection, table.name)
    for foreign in foreign_keys:
        if staged.issuperset(foreign["constrained_columns"]):
            found += _orphans(connection, foreign, most)
    for name, condition in checks:
        found += _check_failures(connection, name, condition, columns, most)
    return found


def _checks(connection: sa.Connection, table: str) -> list[tuple[str, str]]:
    """Return names and conditions of all CHECKs; of those inside a column, SQLAlchemy does not know on MariaDB."""
    if getattr(connection.dialect, "is_mariadb", False):
        query = sa.text(
            "SELECT constraint_name, check_clause FROM information_schema.check_constraints"
            " WHERE constraint_schema = DATABASE() AND table_name = :table"
        )
        return [(str(name), str(clause)) for name, clause in connection.execute(query, {"table": table})]
    checks = sa.inspect(connection).get_check_constraints(table)
    return [(str(check["name"] or ""), check["sqltext"]) for check in checks]


def warned(warnings: Sequence[str], row_numbers: Sequence[int]) -> list[Violation]:
    """Return the violations that the server's warnings name by column and line.

    Args:
        warnings: as in "Incorrect string value: '...' for column `shop`.`orders`.`note` at row 3".
        row_numbers: of the lines, in the order in which they were loaded.
    """
    found = []
    for text in warnings:
        match = _WARNING.search(text)
        if match and 0 < int(match["row"]) <= len(row_numbers):
            said, _, value = text[: match.start()].strip(" :").partition(": '")
            shown = _shown([value.removesuffix("'")]) if value else ""
            row_number = row_numbers[int(match["row"]) - 1]
            found.append(Violation(row_number, match["column"], f"is refused by the database: {said}", shown))
    return found


_WARNING = re.compile(
    r"(?: for column| of column|for column)? (?:`[^`]*`\.`[^`]*`\.)?[`'](?P<column>[^`']+)[`'] at row (?P<row>\d+)"
)


def _existing(connection: sa.Connection, table: str, key: Key, most: int) -> list[Violation]:
    names = [quoted(connection.dialect, name) for name in key.columns]
    match = " AND ".join(f"t.{name} = s.{name}" for name in names)
    rows = connection.exec_driver_sql(
        f"SELECT s.{STAGE_ROW}, {', '.join(f's.{name}' for name in names)} FROM {STAGE} s"  # noqa: S608 - reflected names
        f" JOIN {quoted(connection.dialect, table)} t ON {match} ORDER BY 1 LIMIT {most}"
    )
    cause = f"is already in {table} (key {key.name})"
    return [Violation(int(row[0]), key.columns[0], cause, _shown(row[1:])) for row in rows]


def _twice(connection: sa.Connection, key: Key, most: int) -> list[Violation]:
    names = ", ".join(quoted(connection.dialect, name) for name in key.columns)
    filled = " AND ".join(f"{quoted(connection.dialect, name)} IS NOT NULL" for name in key.columns)
    rows = connection.exec_driver_sql(
        f"SELECT {STAGE_ROW}, {names} FROM (SELECT {STAGE_ROW}, {names},"  # noqa: S608 - reflected names
        f" ROW_NUMBER() OVER (PARTITION BY {names} ORDER BY {STAGE_ROW}) AS opsdesk_n"
        f" FROM {STAGE} WHERE {filled}) x WHERE opsdesk_n > 1 ORDER BY 1 LIMIT {most}"
    )
    cause = f"stands twice in what is imported (key {key.name})"
    return [Violation(int(row[0]), key.columns[0], cause, _shown(row[1:])) for row in rows]


def _orphans(
    connection: sa.Connection, foreign: sa.engine.interfaces.ReflectedForeignKeyConstraint, most: int
) -> list[Violation]:
    dialect = connection.dialect
    own = [quoted(dialect, name) for name in foreign["constrained_columns"]]
    theirs = [quoted(dialect, name) for name in foreign["referred_columns"]]
    parent = quoted(dialect, foreign["referred_table"])
    if foreign["referred_schema"]:
        parent = f"{quoted(dialect, foreign['referred_schema'])}.{parent}"
    match = " AND ".join(f"p.{their} = s.{mine}" for their, mine in zip(theirs, own, strict=True))
    filled = " AND ".join(f"s.{name} IS NOT NULL" for name in own)
    rows = connection.exec_driver_sql(
        f"SELECT s.{STAGE_ROW}, {', '.join(f's.{name}' for name in own)} FROM {STAGE} s"  # noqa: S608 - reflected names
        f" LEFT JOIN {parent} p ON {match} WHERE {filled} AND p.{theirs[0]} IS NULL ORDER BY 1 LIMIT {most}"
    )
    cause = f"is not in {foreign['referred_table']} (foreign key {foreign['name'] or own[0]})"
    return [Violation(int(row[0]), foreign["constrained_columns"][0], cause, _shown(row[1:])) for row in rows]


def _check_failures(
    connection: sa.Connection, name: str, condition: str, columns: Sequence[Column], most: int
) -> list[Violation]:
    named = [column.name for column in columns if re.search(rf"(?<!\w){re.escape(column.name)}(?!\w)", condition)]
    if not named:
        return []
    value = quoted(connection.dialect, named[0])
    percent = condition if connection.dialect.name == "sqlite" else condition.replace("%", "%%")
    try:
        with connection.begin_nested():
            rows = connection.exec_driver_sql(
                f"SELECT {STAGE_ROW}, {value} FROM {STAGE} WHERE NOT ({percent}) ORDER BY 1 LIMIT {most}"  # noqa: S608 - the table's own CHECK
            ).all()
    except DBAPIError:  # the CHECK reads a column that the sheet does not fill
        return []
    cause = f"breaks the CHECK {name} ({condition})".replace("  ", " ")
    return [Violation(int(row[0]), named[0], cause, _shown(row[1:])) for row in rows]


def _shown(values: Sequence[object]) -> str:
    return '"' + ", ".join(excerpt(str(value)) for value in values) + '"'
