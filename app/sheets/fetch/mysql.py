"""MySQL and MariaDB: rows as they come from the server, their values as the text of its protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from pymysql.constants import FIELD_TYPE
from pymysql.cursors import SSCursor

from app.sheets.fetch.mysql_row import ASCII, BYTES, UTF8, row_of
from app.sheets.fetch.result import BATCH, Result
from app.sheets.table import Column

# MySQL manual, "START TRANSACTION": a snapshot is taken where reads can be repeated.
BEGIN = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
KINDS = {
    **dict.fromkeys(
        (FIELD_TYPE.SHORT, FIELD_TYPE.LONG, FIELD_TYPE.INT24, FIELD_TYPE.LONGLONG, FIELD_TYPE.YEAR),
        "integer",
    ),
    FIELD_TYPE.TINY: "integer",
    FIELD_TYPE.FLOAT: "float",
    FIELD_TYPE.DOUBLE: "float",
    FIELD_TYPE.DECIMAL: "decimal",
    FIELD_TYPE.NEWDECIMAL: "decimal",
    FIELD_TYPE.DATE: "date",
    FIELD_TYPE.NEWDATE: "date",
    FIELD_TYPE.TIME: "time",
    FIELD_TYPE.DATETIME: "datetime",
    FIELD_TYPE.TIMESTAMP: "datetime",
}


# By the encoding that pymysql reads a column in.
_KINDS_OF_TEXT = {"ascii": ASCII, None: BYTES}


class _Stream(SSCursor):
    """A cursor that can be left before its last row; pymysql's own reads on to the end, however far that is."""

    _result: Any

    @property
    def is_over(self) -> bool:
        """Tell whether every row has been read."""
        return self._result is None or not self._result.unbuffered_active

    def rows(self) -> list[list[Any]]:
        """Return the next `BATCH` rows, fewer at the end; faster than pymysql, which takes each value by itself."""
        found: list[list[Any]] = []
        result, kinds = self._result, [_KINDS_OF_TEXT.get(encoding, UTF8) for encoding, _ in self._result.converters]
        while len(found) < BATCH and result.unbuffered_active:
            packet = result.connection._read_packet()
            if result._check_packet_is_eof(packet):
                result.unbuffered_active, result.connection = False, None
            else:
                found.append(row_of(packet.get_all_data(), kinds))
        return found

    def leave(self) -> None:
        """Forget the rows that are still to come; the connection is of no use any more."""
        self._result.unbuffered_active = False
        self.connection = None  # type: ignore[assignment] # what SSCursor.close does


@contextmanager
def fetch(connection: sa.Connection, query: str) -> Iterator[Result]:
    """Give the rows of a query, each value as text, bytes or None; the connection is cut if they are not all read."""
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor(_Stream)
    decoders, driver.decoders = driver.decoders, {}
    try:
        cursor.execute(query)
    finally:
        driver.decoders = decoders
    about = cursor.description or ()
    batches = iter(cursor.rows, []) if about else iter(())
    try:
        yield Result(tuple(field[0] for field in about), tuple(map(_column, about)), batches)
    finally:
        if cursor.is_over:
            cursor.close()
        else:
            cursor.leave()
            connection.invalidate()


def _column(field: Sequence[Any]) -> Column | None:
    name, type_, _, length, _, scale, _ = field
    if type_ == FIELD_TYPE.TINY and length == 1:
        return Column(name, "boolean", "")
    return Column(name, KINDS[type_], "", scale=scale) if type_ in KINDS else None
