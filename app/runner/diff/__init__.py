"""What a transaction that is still open changed: the rows themselves, however they were written."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import Connection, Engine

from app.own_tables import RECORDS
from app.runner.diff.comparing import Changes, Sides, same_value
from app.runner.diff.shapes import Row, Shape, reached, shape_of
from app.runner.sql.guarding import INTERNAL
from app.runner.sql.statements import MYSQL_NAMES

SNAPSHOT = "START TRANSACTION WITH CONSISTENT SNAPSHOT"
LONGEST_TEXT = 500  # characters of a value in a sample
LONGEST_BYTES = 64


@dataclass(frozen=True)
class RowChange:
    """One row that differs, values fit for JSON: an update has only the columns that changed, on both sides.

    Attributes:
        key: its primary key, `{column: value}`; empty if the table has none.
        before: None if it was not there.
        after: None if it is gone.
    """

    key: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class TableDiff:
    """How many rows of a table differ, and a few of them. A row whose primary key changed is one deleted and one
    inserted, unless the collation takes both keys for the same."""

    table: str
    inserted: int
    updated: int
    deleted: int
    samples: list[RowChange]

    @property
    def total(self) -> int:
        """Return the number of rows that differ."""
        return self.inserted + self.updated + self.deleted

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON: `{"table":, "inserted":, "updated":, "deleted":, "samples": [{"key":, ...}]}`."""
        return asdict(self)


class Before:
    """A connection that keeps seeing the database as it was when this context was entered.

    Enter it right before the script's own transaction begins, best by `begin`: what others commit between the two
    appears as a difference. On MySQL the script's transaction must be REPEATABLE READ, on SQLite (in WAL mode) it must
    be a writer's from its BEGIN on. Sources: MySQL manual, "START TRANSACTION"; SQLite documentation, "Isolation In
    SQLite".
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Self:
        mysql = self._engine.dialect.name in MYSQL_NAMES
        options = {"isolation_level": "REPEATABLE READ"} if mysql else {}
        self.connection = self._engine.connect().execution_options(**{INTERNAL: True}, **options)
        if mysql:
            self.connection.exec_driver_sql(f"{SNAPSHOT}, READ ONLY")
        else:
            self.connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").all()  # SQLite begins by reading
        return self

    def begin(self, connection: Connection) -> None:
        """Begin the script's transaction, with a snapshot of its own on MySQL, before a guard watches it.

        A session on a connection that has begun commits it only with `join_transaction_mode="control_fully"`; with
        SQLAlchemy's default its commit() would do nothing, and nobody would see it.
        """
        connection.begin()
        if connection.dialect.name in MYSQL_NAMES:
            connection.exec_driver_sql(SNAPSHOT)

    def __exit__(self, *_exception: object) -> None:
        self.connection.close()


def difference(before: Before, connection: Connection, tables: set[str], samples: int = 5) -> list[TableDiff]:
    """Return what differs between `before` and what `connection` sees, by table, without those where nothing does.

    Reads every table that may have changed whole, on both sides, 5,000 rows at a time.

    Args:
        connection: the script's, its transaction still open.
        tables: those that were written, as `RowCounter.tables` has them; what cascades and triggers reach is added.
        samples: how many rows of each table to show.
    """
    names = reached(before.connection, tables, never_by_the_way=RECORDS)
    shapes = (shape_of(before.connection, name) for name in names)
    found = [_table_diff(shape, Sides(before.connection, connection, shape).compare(samples)) for shape in shapes]
    return [table for table in found if table.total]


def _table_diff(shape: Shape, changes: Changes) -> TableDiff:
    samples = [_row_change(shape, before, after) for before, after in changes.shown()]
    return TableDiff(shape.name, changes.inserted, changes.updated, changes.deleted, samples)


def _row_change(shape: Shape, before: Row | None, after: Row | None) -> RowChange:
    places = range(len(shape.columns))
    if before is not None and after is not None:
        places_changed = [place for place in places if not same_value(before[place], after[place])]
        return RowChange(
            _shown(shape, after, shape.key), *(_shown(shape, row, places_changed) for row in (before, after))
        )
    row = before if before is not None else after or ()
    shown = _shown(shape, row, places)
    return RowChange(_shown(shape, row, shape.key), None if before is None else shown, None if after is None else shown)


def _shown(shape: Shape, row: Row, places: Any) -> dict[str, Any]:
    return {shape.columns[place]: _json(row[place]) for place in places}


def _json(value: Any) -> Any:
    """Return a value as JSON can have it, and not too long: exact decimals, times and bytes as text."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, bytes):
        return f"0x{value[:LONGEST_BYTES].hex()}{'…' if len(value) > LONGEST_BYTES else ''}"
    text = str(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
