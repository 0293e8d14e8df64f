"""Count the rows that are written through one connection, by table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

from app.runner.sql import affected
from app.runner.sql.statements import MYSQL_NAMES, Statement, statement_of
from app.runner.sql.temporary import TemporaryTables

# What is written where the statement's text does not say the table.
UNKNOWN = "?"
SQLITE_NAME = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) = lower(?)"
_Counts = dict[tuple[str, str], int]


class RowCounter:
    """Counts what ORM flushes, Core statements and raw SQL write through a connection.

    What a rollback undoes is not counted, be it to a savepoint or the whole transaction; what was committed stays. Rows
    that triggers and foreign keys write are not seen; see `app.runner.sql.affected` for what each database can say. An
    UPDATE or DELETE of several tables at once is counted under all their names: `orders, customers`.

    Args:
        connection: the only one that is listened to, until `remove`.
        ignored: tables whose rows are not counted. Temporary tables never are.
        on_change: called with the new total after each statement that wrote a row, inside the transaction; what it
            raises reaches the caller of `execute` as it is.
    """

    def __init__(
        self,
        connection: Connection,
        ignored: frozenset[str] = frozenset(),
        on_change: Callable[[int], object] | None = None,
    ) -> None:
        self._connection = connection
        self._ignored = ignored
        self._on_change = on_change
        self._counts: _Counts = {}
        self._committed: _Counts = {}
        self._committing: _Counts | None = None  # what stood before a commit that is not known to have come about
        self._savepoints: list[tuple[str, _Counts]] = []
        self._temporary = TemporaryTables()
        self._names: dict[str, str] = {}
        self._written: set[str] = set()
        self._listeners: dict[str, Callable[..., None]] = {
            "before_cursor_execute": self._before,
            "after_cursor_execute": self._after,
            "begin": self._begin,
            "commit": self._commit,
            "rollback": self._rollback,
        }
        for name, listener in self._listeners.items():
            event.listen(connection, name, listener)

    def remove(self) -> None:
        """Listen no more."""
        for name, listener in self._listeners.items():
            event.remove(self._connection, name, listener)
        self._listeners = {}

    @property
    def rows(self) -> dict[str, dict[str, int]]:
        """Return `{table: {"inserted": n, "updated": n, "deleted": n}}`, by name, without tables that have none."""
        found: dict[str, dict[str, int]] = {}
        for (table, what), number in sorted(self._counts.items()):
            if number:
                found.setdefault(table, affected.Rows()._asdict())[what] = number
        return found

    @property
    def total(self) -> int:
        """Return the number of rows written."""
        return sum(self._counts.values())

    @property
    def tables(self) -> set[str]:
        """Return every table that a statement wrote, also those whose rows were rolled back, or were none.

        `UNKNOWN` is among them where a statement did not say which.
        """
        return set(self._written)

    def snapshot(self) -> dict[str, dict[str, int]]:
        """Return a copy of `rows`, for `restore`."""
        return self.rows

    def restore(self, rows: dict[str, dict[str, int]]) -> None:
        """Go on from these rows: they stand as committed."""
        self._counts = {(table, what): number for table, kinds in rows.items() for what, number in kinds.items()}
        self._keep()

    def _before(self, connection: Connection, cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        if statement_of(context, sql, connection.dialect.name).writes:
            affected.listen(cursor)

    def _after(self, connection: Connection, cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        statement = statement_of(context, sql, connection.dialect.name)
        self._temporary.see(statement)
        if statement.writes:
            self._count(statement, affected.rows(connection, cursor, context, statement))
        elif statement.verb == "savepoint":
            self._savepoint(statement)
        elif statement.commits:
            self._keep()
        elif statement.verb == "transaction":
            self._rollback(connection)

    def _count(self, statement: Statement, rows: affected.Rows) -> None:
        tables = [self._named(name) for name in statement.tables]
        if self._temporary.hold(statement) or (tables and self._ignored.issuperset(tables)):
            return
        self._written.update(tables or [UNKNOWN])
        table = ", ".join(tables) or UNKNOWN
        for what, number in rows._asdict().items():
            self._counts[table, what] = self._counts.get((table, what), 0) + number
        if self._on_change and any(rows):
            self._on_change(self.total)

    def _named(self, name: str) -> str:
        """Return a table's name as the database has it: SQLite takes any case, MySQL the name of its own schema."""
        if self._connection.dialect.name in MYSQL_NAMES:
            return name.removeprefix(f"{self._connection.dialect.default_schema_name}.")
        if name not in self._names and self._connection.dialect.name == "sqlite":
            driver: Any = self._connection.connection.driver_connection
            found = driver.execute(SQLITE_NAME, [name]).fetchone()
            self._names[name] = found[0] if found else name
        return self._names.get(name, name)

    def _savepoint(self, statement: Statement) -> None:
        """Follow SAVEPOINT, RELEASE and ROLLBACK TO; a name that stands twice means the later one."""
        names = [name for name, _ in self._savepoints]
        word = statement.said.split()[0].upper()
        if word == "SAVEPOINT":
            self._savepoints.append((statement.savepoint, dict(self._counts)))
        elif statement.savepoint in names:
            at = len(names) - 1 - names[::-1].index(statement.savepoint)
            if word == "ROLLBACK":
                self._counts = dict(self._savepoints[at][1])
            del self._savepoints[at + (word == "ROLLBACK") :]

    def _keep(self) -> None:
        self._committed, self._committing = dict(self._counts), None
        self._savepoints.clear()

    def _begin(self, _connection: Connection) -> None:
        self._committing = None

    def _commit(self, _connection: Connection) -> None:
        before = self._committed
        self._keep()
        self._committing = before

    def _rollback(self, _connection: Connection) -> None:
        """Go back to the last commit, and behind one that came to nothing: it is followed by no begin."""
        if self._committing is not None:
            self._committed, self._committing = self._committing, None
        self._counts = dict(self._committed)
        self._savepoints.clear()
