"""MySQL and MariaDB: LOAD DATA from a stream; multi-row INSERT where the server forbids that.

`LOAD DATA LOCAL` lets the server ask the client for a file of its choice, so it is on only for a connection of its
own, which serves nothing but our stream, whatever the server asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pymysql
import sqlalchemy as sa
from pymysql.connections import MySQLResult
from sqlalchemy.pool import NullPool

from app.engine import MYSQL_CONNECT_ARGS
from app.mysql_connection import MySQLConnection
from app.sheets.load.packets import check_fits, most, packet_of, pieces, statements
from app.sheets.load.statements import insert_into, load_data, row_values
from app.sheets.table import Column

MOST_WARNINGS = 10_000


class LoadError(Exception):
    """The server did not take every row as it was. `warnings` are its own words, of which it keeps the first ones."""

    def __init__(self, loaded: int, expected: int, warnings: list[str]) -> None:
        super().__init__(f"{loaded} of {expected} rows loaded, {len(warnings)} warnings")
        self.warnings = warnings


class LoadConnection(MySQLConnection):
    """A connection whose LOAD DATA LOCAL sends `stream`, a packet each, and nothing else."""

    stream: Iterator[bytes] | None = None

    def _read_query_result(self, unbuffered: bool = False) -> Any:
        self._result = None
        result = _StreamResult(self)
        if unbuffered:
            result.init_unbuffered_query()
        else:
            result.read()
        self._result = result
        if result.server_status is not None:
            self.server_status = result.server_status
        return result.affected_rows


class _StreamResult(MySQLResult):
    """An answer of the server; where it asks for a file, it gets the connection's stream."""

    def _read_load_local_packet(self, _request: Any) -> None:
        connection: Any = self.connection
        try:
            if connection.stream is None:
                raise pymysql.err.OperationalError(0, "The server asked for a file; it does not get one")
            for packet in connection.stream:
                connection.write_packet(packet)
        except BaseException:
            # The server takes what it has for all there is, a row cut in its middle too, unless the connection goes:
            # then it rolls back.
            connection._force_close()
            raise
        connection.write_packet(b"")
        self._read_ok_packet(connection._read_packet())  # type: ignore[attr-defined]


def load_engine(url: sa.URL) -> sa.Engine:
    """Return an engine for one load: each connection is new, and may LOAD DATA LOCAL from our stream."""
    arguments, keywords = url.get_dialect()().create_connect_args(url)
    keywords = {**keywords, **MYSQL_CONNECT_ARGS, "local_infile": True}
    return sa.create_engine(
        url,
        creator=lambda: LoadConnection(*arguments, **keywords),
        poolclass=NullPool,
        isolation_level="REPEATABLE READ",  # the proof counts what this load added, whatever others commit meanwhile
        hide_parameters=True,
    )


def allows_load_data(connection: sa.Connection) -> bool:
    """Tell whether the server takes LOAD DATA LOCAL."""
    return bool(connection.scalar(sa.text("SELECT @@GLOBAL.local_infile")))


def load_stream(connection: sa.Connection, table: str, columns: Sequence[Column], chunks: Iterable[bytes]) -> int:
    """LOAD DATA from lines made by `app.sheets.encode`; return how many rows were loaded.

    Raises:
        LoadError: rows were skipped or changed. Roll back.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, LoadConnection)  # noqa: S101 - see load_engine
    lines = _Counted(chunks)
    with driver.cursor() as cursor:
        cursor.execute(f"SET SESSION max_error_count = {MOST_WARNINGS}")
        driver.stream = pieces(lines, packet_of(cursor))
        try:
            loaded = int(cursor.execute(load_data(connection.dialect, table, columns), ()))
        finally:
            driver.stream = None
        _check(cursor, loaded, lines.count)
    return loaded


def load_rows(
    connection: sa.Connection, table: str, columns: Sequence[Column], batches: Iterable[list[list[Any]]]
) -> int:
    """Insert the rows of all batches, each a list of columns, many to a statement; return how many there were.

    Raises:
        LoadError: rows were changed. Roll back.
    """
    head = insert_into(connection.dialect, table, columns) % ()
    values = row_values(connection.dialect, columns, "%s")
    loaded = 0
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        limit, packet = most(cursor), packet_of(cursor)
        for batch in batches:
            for rows in statements([cursor.mogrify(values, row) for row in zip(*batch, strict=True)], packet):
                statement = f"{head} {', '.join(rows)}"
                check_fits(statement, limit)
                count = int(cursor.execute(statement))
                _check(cursor, count, len(rows))
                loaded += count
    return loaded


def _check(cursor: Any, loaded: int, expected: int) -> None:
    """Raise a LoadError unless every row was taken without a warning.

    The count of warnings in the answer's packet ends at 65,535; this one does not.
    """
    cursor.execute("SHOW COUNT(*) WARNINGS")
    if loaded != expected or cursor.fetchone()[0]:
        cursor.execute("SHOW WARNINGS")
        raise LoadError(loaded, expected, [str(text) for _, _, text in cursor.fetchall()])


class _Counted:
    """Chunks of lines; counts the lines that went through."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.count = 0
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.count += chunk.count(b"\n")
            yield chunk
