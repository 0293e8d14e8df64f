"""What a table of SQLite gains, added up while it gains it: in the time in which other processes read the next rows.

New rows are those behind the largest rowid that there was (SQLite documentation, "ROWIDs and the INTEGER PRIMARY KEY").
No later row changes an earlier one where there are no triggers; that none is deleted, by an ON CONFLICT REPLACE of the
table, is seen by their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app.sheets.load.statements import quoted
from app.sheets.prove import Totals, totals
from app.sheets.table import Column, Table

ROWS_AT_A_TIME = 50_000
LAST_ROWID = 2**63 - 1  # behind which SQLite takes any that is free


class Growth:
    """What a table gains from now on, as its new rows are watched."""

    def __init__(self, connection: sa.Connection, table: str, columns: Sequence[Column], last: int) -> None:
        """Watch the rows behind the rowid `last`."""
        self._connection, self._table, self._columns = connection, table, columns
        self._first = self._last = last
        self._gained = Totals.of_nothing(len(columns))
        self._before = 0

    def watched(self, batches: Iterable[list[list[Any]]]) -> Iterator[list[list[Any]]]:
        """Yield batches, each a list of columns; whoever takes the next one has inserted those before."""
        self._before = self._count()
        waiting = 0
        for batch in batches:
            yield batch
            waiting += len(batch[0])
            if waiting >= ROWS_AT_A_TIME:
                self._add_up()
                waiting = 0

    def totals(self) -> Totals:
        """Return what the table has gained, once all rows are inserted."""
        self._add_up()
        rows = self._count() - self._before
        if rows == self._gained.rows:
            return self._gained
        # The sheet gives the rowids itself, and they do not rise; or rows were replaced.
        again = totals(self._connection, self._table, self._columns, f"rowid > {self._first}")
        return replace(again, rows=rows)

    def _add_up(self) -> None:
        more = totals(self._connection, self._table, self._columns, f"rowid > {self._last}")
        self._gained = self._gained.plus(more)
        self._last = max(self._last, largest_rowid(self._connection, self._table) or self._last)

    def _count(self) -> int:
        name = quoted(self._connection.dialect, self._table)
        return int(self._connection.exec_driver_sql(f"SELECT COUNT(*) FROM {name}").scalar_one())  # noqa: S608 - reflected name


def growth_of(connection: sa.Connection, table: Table, columns: Sequence[Column]) -> Growth | None:
    """Return the growth of a table in some columns; None where its new rows cannot be told from others."""
    if connection.dialect.name != "sqlite" or any(column.name.lower() == "rowid" for column in table.columns):
        return None
    if _has_triggers(connection, table.name):
        return None
    try:
        last = largest_rowid(connection, table.name)
    except sa.exc.DBAPIError:  # WITHOUT ROWID
        return None
    if last is None:
        return Growth(connection, table.name, columns, -LAST_ROWID)
    fills_rowid = any(column.is_automatic for column in columns)
    return None if fills_rowid or last == LAST_ROWID else Growth(connection, table.name, columns, last)


def largest_rowid(connection: sa.Connection, table: str) -> int | None:
    """Return the largest rowid of a table; None where it has no rows.

    Raises:
        DBAPIError: it is a table WITHOUT ROWID.
    """
    name = quoted(connection.dialect, table)
    found = connection.exec_driver_sql(f"SELECT MAX(rowid) FROM {name}").scalar_one()  # noqa: S608 - reflected name
    return None if found is None else int(found)


def _has_triggers(connection: sa.Connection, table: str) -> bool:
    query = sa.text(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(:table)"
        " UNION ALL SELECT 1 FROM sqlite_temp_master WHERE type = 'trigger' AND lower(tbl_name) = lower(:table))"
    )
    return bool(connection.scalar(query, {"table": table}))
