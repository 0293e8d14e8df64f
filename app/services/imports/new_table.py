"""`--create`: a new table for a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from app.engine import is_mysql
from app.errors import Conflict, Invalid, Refused
from app.services.imports.request import ImportRequest, Watcher
from app.services.imports.roads import roll_back
from app.services.imports.sources import Source
from app.services.runs import CommitUnknown
from app.services.runs.queued import is_again
from app.sheets.frames import ProfileJob
from app.sheets.headers import Header, own_headers
from app.sheets.infer import infer_table
from app.sheets.plan import MappedColumn, Plan
from app.sheets.table import Table
from app.sheets.target import check_not_protected


@dataclass(frozen=True)
class NewTable:
    """A table to make, and the sheet's headers that its columns, but for a numbered key before them, stand for."""

    definition: sa.Table
    headers: tuple[Header, ...]

    def mapping(self) -> tuple[tuple[int, str, str], ...]:
        """Return the sheet's column from 0, its header, and the table's column, for each column that is filled."""
        names = [column.name for column in self.definition.columns][-len(self.headers) :]
        return tuple((position, header, name) for (position, header), name in zip(self.headers, names, strict=True))

    def plan(self, source: Source, table: Table) -> Plan:
        """Return the plan that fills the table, as the database has it now."""
        columns = table.columns[len(table.columns) - len(self.headers) :]
        mapped = [
            MappedColumn(position, header, column, "new")
            for (position, header), column in zip(self.headers, columns, strict=True)
        ]
        left_out = [header for header in source.head.headers if header not in self.headers]
        return Plan(source.head.sheet, source.head.header_row, table, tuple(mapped), tuple(left_out))


def infer(engine: sa.Engine, source: Source, request: ImportRequest, watcher: Watcher) -> NewTable:
    """Return the table for a sheet, by all of its rows, once the watcher has agreed.

    Raises:
        Conflict: there is such a table already.
        Invalid: the sheet has no rows.
        Refused: the watcher does not want it.
    """
    check_not_protected(request.table)
    with engine.connect() as connection:
        if sa.inspect(connection).has_table(request.table) and not _is_left_behind(connection, request.table):
            raise Conflict(f'There is a table "{request.table}" already.', "Leave out --create to import into it.")
    head = source.head
    own = own_headers(head.headers, ())
    headers = tuple((position, text) for position, text in own if request.mapping.get(text) != "")
    positions = tuple(position for position, _ in headers)
    job = ProfileJob(head.sheet, head.header_row, positions, request.limit, request.skip_hidden)
    found = source.reader.profile(job)
    if not found.rows:
        raise Invalid(f'The sheet "{head.sheet}" has no rows to infer a table from.')
    # MySQL commits a CREATE TABLE at once, so a dry run fills a temporary one there.
    table = infer_table(request.table, headers, found.columns, temporary=request.dry_run and is_mysql(engine.url))
    columns = [(column.name, column.type.compile(engine.dialect).lower()) for column in table.columns]
    if not watcher.create(request.table, columns, head, found.rows):
        raise Refused("No table was made.")
    return NewTable(table, headers)


@contextmanager
def created(connection: sa.Connection, table: sa.Table, dry_run: bool) -> Iterator[None]:
    """Make the table on the connection that will fill it; it goes again if that fails, or at the end of a dry run.

    SQLite makes tables within the transaction. MySQL commits them at once, so there a failed import drops the table,
    unless it may have succeeded.
    """
    if not dry_run:
        _drop_left_behind(connection, table)
    table.create(connection)
    try:
        yield
    except BaseException as error:
        roll_back(connection)  # DROP TABLE would wait for the transaction that holds the table
        if is_mysql(connection.engine.url) and not dry_run and not isinstance(error, CommitUnknown):
            with connection.engine.begin() as another:
                table.drop(another)
        raise


def _is_left_behind(connection: sa.Connection, name: str) -> bool:
    """Tell whether a table may be what a killed process of this very run made: that is there, and empty, on MySQL."""
    if not is_again() or not is_mysql(connection.engine.url):
        return False
    return connection.scalar(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)) is None


def _drop_left_behind(connection: sa.Connection, table: sa.Table) -> None:
    """Drop such a table, which the lock of the table keeps from others by now, if it is like the one to be made."""
    if not sa.inspect(connection).has_table(table.name) or not _is_left_behind(connection, table.name):
        return
    columns = [column["name"] for column in sa.inspect(connection).get_columns(table.name)]
    connection.rollback()  # DROP TABLE waits for no transaction of its own
    if columns == [column.name for column in table.columns]:
        table.drop(connection)
