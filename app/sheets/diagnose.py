"""Why rows do not fit a table: staged in a temporary table, they are asked for by a query for every constraint.

Since the database itself compares, its collations count: with them "a" may equal "A".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.sheets.convert.texts import excerpt
from app.sheets.load.statements import STAGE, STAGE_ROW, quoted
from app.sheets.merge import key_match
from app.sheets.modes import Mode
from app.sheets.pointing import twin
from app.sheets.table import Column, Key, Table
from app.sheets.target import any_types

# Kinds of which two values that are spelled in different ways are never equal.
LITERAL = frozenset({"integer", "boolean", "date", "datetime", "time", "binary"})


@dataclass(frozen=True)
class Violation:
    """A staged row that breaks a constraint: its number in the stage, the column to blame, why, and the value."""

    stage_row: int
    column: str
    cause: str
    value: str


class Violations:
    """All that was found.

    Attributes:
        rows: the numbers in the stage of all rows to blame.
        found: the violations, of each constraint the first ones.
    """

    def __init__(self, most: int) -> None:
        """Keep `most` violations of each constraint; of the others, the rows."""
        self.rows: set[int] = set()
        self.found: list[Violation] = []
        self._most = most

    def add(self, violations: Iterable[Violation]) -> None:
        """Add those of one constraint."""
        for number, violation in enumerate(violations):
            self.rows.add(violation.stage_row)
            if number < self._most:
                self.found.append(violation)


@dataclass(frozen=True)
class Merging:
    """How staged rows would go into the table: by a mode, which knows rows of the table by a key.

    `sheets` is how many are staged; within each, keys that are equal to the letter were found as it was read.
    """

    mode: Mode
    key: Key | None
    sheets: int


def violations(
    connection: sa.Connection, table: Table, columns: Sequence[Column], merging: Merging, most: int
) -> Violations:
    """Return why staged rows do not fit the table: keys that exist or stand twice, foreign keys, CHECKs.

    Args:
        columns: those that the stage has.
        most: how many violations of each constraint to keep.
    """
    staged = {column.name for column in columns}
    found = Violations(most)
    mode, known_by = merging.mode, merging.key
    if mode.finds and known_by is not None:
        found.add(_blank(connection, known_by))
    for key in (key for key in table.keys if staged.issuperset(key.columns)):
        if not (mode.finds and key == known_by):
            found.add(_existing(connection, table.name, key, merging))
        if merging.sheets > 1 or not _is_literal(connection, table, key):
            found.add(_twice(connection, key))
    with any_types():
        inspector = sa.inspect(connection)
        foreign_keys = inspector.get_foreign_keys(table.name)
        checks = _checks(connection, table.name)
    for foreign in foreign_keys:
        if staged.issuperset(foreign["constrained_columns"]):
            found.add(_orphans(connection, table, foreign, staged))
    unfilled = [column for column in table.columns if column.name not in staged]
    for name, condition in checks:
        if not _named(unfilled, condition):  # the database alone knows their values
            found.add(_check_failures(connection, name, condition, columns))
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


def _blank(connection: sa.Connection, key: Key) -> Iterator[Violation]:
    for name in key.columns:
        column = quoted(connection.dialect, name)
        rows = connection.exec_driver_sql(
            f"SELECT {STAGE_ROW} FROM {STAGE} WHERE {column} IS NULL ORDER BY 1"  # noqa: S608 - reflected names
        )
        for (row,) in rows:
            yield Violation(int(row), name, f"is blank, and part of the key {key.name} by which rows are known", "")


def _existing(connection: sa.Connection, table: str, key: Key, merging: Merging) -> Iterator[Violation]:
    """Yield the rows whose key another row of the table has, one that is known by another key and stays."""
    dialect = connection.dialect
    names = [quoted(dialect, name) for name in key.columns]
    rows = f"{STAGE} s JOIN {quoted(dialect, table)} t ON {key_match(dialect, key, 't', 's')}"
    known_by = merging.key if merging.mode.finds else None
    if known_by is not None:
        rows += f" AND NOT ({key_match(dialect, known_by, 't', 's')})"
    with twin(connection, known_by) if known_by and merging.mode.deletes else nullcontext("") as staged:
        if known_by is not None and staged:
            rows += f" JOIN {staged} w ON {key_match(dialect, known_by, 't', 'w')}"
        found = connection.exec_driver_sql(
            f"SELECT s.{STAGE_ROW}, {', '.join(f's.{name}' for name in names)} FROM {rows} ORDER BY 1"  # noqa: S608 - reflected names
        ).all()
    cause = f"is already in {table} (key {key.name})"
    return (Violation(int(row[0]), key.columns[0], cause, _shown(row[1:])) for row in found)


def _is_literal(connection: sa.Connection, table: Table, key: Key) -> bool:
    """Tell whether keys are equal to the database only if they are to the letter: then none can stand twice in a sheet.

    Blanks that become a default are no letters.
    """
    columns = [table.column(name) for name in key.columns]
    if any(column.replaces_blanks or column.collation for column in columns):
        return False
    return connection.dialect.name == "sqlite" or all(column.kind in LITERAL for column in columns)


def _twice(connection: sa.Connection, key: Key) -> Iterator[Violation]:
    names = ", ".join(quoted(connection.dialect, name) for name in key.columns)
    filled = " AND ".join(f"{quoted(connection.dialect, name)} IS NOT NULL" for name in key.columns)
    rows = connection.exec_driver_sql(
        f"SELECT {STAGE_ROW}, {names} FROM (SELECT {STAGE_ROW}, {names},"  # noqa: S608 - reflected names
        f" ROW_NUMBER() OVER (PARTITION BY {names} ORDER BY {STAGE_ROW}) AS opsdesk_n"
        f" FROM {STAGE} WHERE {filled}) x WHERE opsdesk_n > 1 ORDER BY 1"
    )
    cause = f"stands twice in what is imported (key {key.name})"
    return (Violation(int(row[0]), key.columns[0], cause, _shown(row[1:])) for row in rows)


def _orphans(
    connection: sa.Connection,
    table: Table,
    foreign: sa.engine.interfaces.ReflectedForeignKeyConstraint,
    staged: Collection[str],
) -> Iterator[Violation]:
    """Yield the rows whose parent is neither in its table nor, where the table points to itself, among the staged."""
    dialect = connection.dialect
    own = [quoted(dialect, name) for name in foreign["constrained_columns"]]
    theirs = [quoted(dialect, name) for name in foreign["referred_columns"]]
    parent = quoted(dialect, foreign["referred_table"])
    if foreign["referred_schema"]:
        parent = f"{quoted(dialect, foreign['referred_schema'])}.{parent}"
    pairs = list(zip(theirs, own, strict=True))
    filled = " AND ".join(f"s.{name} IS NOT NULL" for name in own)
    missing = f"p.{theirs[0]} IS NULL"
    rows = f"{STAGE} s LEFT JOIN {parent} p ON {_equal('p', pairs)}"
    to_itself = foreign["referred_table"] == table.name and set(staged).issuperset(foreign["referred_columns"])
    itself = Key(foreign["name"] or "", tuple(foreign["referred_columns"]))
    with twin(connection, itself) if to_itself else nullcontext("") as parents:
        if parents:
            rows += f" LEFT JOIN {parents} w ON {_equal('w', pairs)}"
            missing += f" AND w.{theirs[0]} IS NULL"
        found = connection.exec_driver_sql(
            f"SELECT s.{STAGE_ROW}, {', '.join(f's.{name}' for name in own)} FROM {rows}"  # noqa: S608 - reflected names
            f" WHERE {filled} AND {missing} ORDER BY 1"
        ).all()
    cause = f"is not in {foreign['referred_table']} (foreign key {foreign['name'] or own[0]})"
    return (Violation(int(row[0]), foreign["constrained_columns"][0], cause, _shown(row[1:])) for row in found)


def _equal(parent: str, pairs: Sequence[tuple[str, str]]) -> str:
    return " AND ".join(f"{parent}.{their} = s.{mine}" for their, mine in pairs)


def _check_failures(
    connection: sa.Connection, name: str, condition: str, columns: Sequence[Column]
) -> Iterator[Violation]:
    named = _named(columns, condition)
    if not named:
        return
    value = quoted(connection.dialect, named[0])
    percent = condition if connection.dialect.name == "sqlite" else condition.replace("%", "%%")
    try:
        with connection.begin_nested():
            rows = connection.exec_driver_sql(
                f"SELECT {STAGE_ROW}, {value} FROM {STAGE} WHERE NOT ({percent}) ORDER BY 1"  # noqa: S608 - the table's own CHECK
            ).all()
    except DBAPIError:  # only the table itself can judge it
        return
    cause = f"breaks the CHECK {name} ({condition})".replace("  ", " ")
    for row in rows:
        yield Violation(int(row[0]), named[0], cause, _shown(row[1:]))


def _named(columns: Sequence[Column], condition: str) -> list[str]:
    """Return the names of the columns that a CHECK reads."""
    names = (column.name for column in columns)
    return [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", condition, re.IGNORECASE)]


def _shown(values: Sequence[object]) -> str:
    return '"' + ", ".join(excerpt(str(value)) for value in values) + '"'
