"""Keep a script within what the way it is run allows it to do with the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from app.errors import Refused
from app.runner.sql.modes import DRY_RUN, FREE, IN_BATCH, READ_ONLY, Mode
from app.runner.sql.statements import MYSQL_NAMES, WRITES, Statement, statement_of
from app.runner.sql.temporary import TemporaryTables
from app.transactional import check_transactional, check_triggers

# Connection.execution_options(runner_internal=True): a connection of the runner's own, which may write at any time.
INTERNAL = "runner_internal"
# Errors after which the server has rolled back the whole transaction: a deadlock, no room for more locks (MySQL manual,
# "InnoDB Error Handling").
_ROLLED_BACK = (1213, 1206)
_GUARDED = "runner_guarded"
_ELSEWHERE = WRITES | {"ddl", "other"}


@contextmanager
def watch_others(engine: Engine) -> Iterator[None]:
    """Refuse what any thread writes through `engine` beside the guarded connection, for the time of a dry run.

    That would not be rolled back with the script's own. Connections with the execution option INTERNAL may write.
    """

    def before(connection: Connection, _cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        options = connection.get_execution_options()
        if not (options.get(_GUARDED) or options.get(INTERNAL)):
            _check_elsewhere(statement_of(context, sql, connection.dialect.name))

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)


def _check_elsewhere(statement: Statement) -> None:
    if statement.verb in _ELSEWHERE:
        what = f"{statement.verb} in {', '.join(statement.tables)}" if statement.tables else statement.said
        raise Refused(
            f"{DRY_RUN.who} may write through run.session alone; this came another way: {what}.",
            "What other sessions and connections write is not rolled back: use run.session.",
        )


class Guard:
    """Watches a script's connection, and raises Refused before what its mode does not allow reaches the database.

    What a script does on the driver's own connection (`connection.connection`) is not seen, nor what a stored function
    does that a SELECT calls.

    Args:
        connection: the script's.
        dry_run, read_only: how it is run; a real run is IN_BATCH inside `batch()` and FREE outside.
        on_own_commit: called, in a mode that tells, before the script commits or sends what commits behind the scenes;
            what it writes on this connection is committed as well. It has the connection only: the session is closed
            to everybody while it commits.

    Attributes:
        broken: the transaction is gone although the runner did not end it: the script rolled it back, the database did,
            or a commit was refused. Until the runner commits or rolls back, or the next batch begins.
        refused: the first refusal, also if the script caught it and went on.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        dry_run: bool = False,
        read_only: bool = False,
        on_own_commit: Callable[[], object] | None = None,
    ) -> None:
        self.broken = False
        self.refused: Refused | None = None
        self._mode = READ_ONLY if read_only else DRY_RUN if dry_run else FREE
        self._connection = connection
        self._on_own_commit = on_own_commit
        self._internal = self._batches = 0
        self._temporary = TemporaryTables()
        self._checked: set[str] = set()
        self._listeners: list[tuple[Connection | Engine, str, Callable[..., None]]] = [
            (connection, "before_cursor_execute", self._before),
            (connection, "after_cursor_execute", self._after),
            (connection, "commit", self._commit),
            (connection, "rollback", self._rollback),
            (connection.engine, "handle_error", self._error),
        ]
        connection.execution_options(**{_GUARDED: True})
        for listener in self._listeners:
            event.listen(*listener)

    def remove(self) -> None:
        """Watch no more."""
        for listener in self._listeners:
            event.remove(*listener)
        self._listeners = []

    @property
    def mode(self) -> Mode:
        """Return what the script may do now."""
        return IN_BATCH if self._batches and self._mode is FREE else self._mode

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Let nothing end the transaction for the time of the block but the runner."""
        self.broken = False
        self._batches += 1
        try:
            yield
        finally:
            self._batches -= 1

    @contextmanager
    def runner(self) -> Iterator[None]:
        """Let everything pass for the time of the block: it is the runner that acts."""
        self._internal += 1
        try:
            yield
        finally:
            self._internal -= 1

    def _refuse(self, refusal: Refused | None) -> None:
        if refusal is not None:
            self.refused = self.refused or refusal
            raise refusal

    def _before(self, connection: Connection, _cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        if self._internal or not connection.in_transaction():  # not yet: the engine's own BEGIN on SQLite
            return
        statement = statement_of(context, sql, connection.dialect.name)
        if statement.writes and self._temporary.hold(statement):
            return
        self._refuse(self.mode.refusal(statement))
        if statement.writes and self.mode.takes_back:
            self._check_tables(connection, statement)
        if statement.commits:
            self._tell()

    def _after(self, connection: Connection, _cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        self._temporary.see(statement_of(context, sql, connection.dialect.name))

    def _check_tables(self, connection: Connection, statement: Statement) -> None:
        """Raise Refused if the statement writes to a table of MySQL that has no transactions."""
        for name in set(statement.tables) - self._checked:
            schema, _, table = name.rpartition(".")
            try:
                with self.runner():
                    check_transactional(connection, table, schema or None)
                    check_triggers(connection, table, schema or None)
            except Refused as refusal:
                self._refuse(refusal)
            self._checked.add(name)

    def _commit(self, connection: Connection) -> None:
        if self._internal:
            self.broken = False
            return
        try:
            self._refuse(self.mode.refusal_of_commit())
            self._tell()
        except BaseException:
            # SQLAlchemy takes a transaction that could not be committed for ended, and sends no ROLLBACK for it.
            connection.dispatch.rollback(connection)
            connection.dialect.do_rollback(connection.connection)
            raise

    def _tell(self) -> None:
        if self.mode.tells and self._on_own_commit is not None:
            with self.runner():
                self._on_own_commit()

    def _rollback(self, _connection: Connection) -> None:
        self.broken = not self._internal

    def _error(self, context: ExceptionContext) -> None:
        if context.connection is self._connection and _transaction_is_gone(context):
            self.broken = True


def _transaction_is_gone(context: ExceptionContext) -> bool:
    """Tell whether the database itself ended the transaction with this error."""
    connection: Any = context.connection
    code = context.original_exception.args[:1]
    if connection.dialect.name in MYSQL_NAMES:
        return bool(code) and code[0] in _ROLLED_BACK
    if connection.dialect.name != "sqlite" or connection.closed or connection.invalidated:
        return False
    return not connection.connection.driver_connection.in_transaction
