"""Run a SQL file on SQLite."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from itertools import chain
from typing import IO, Any

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import IntegrityError

from app.engine import WRITER
from app.errors import Failed
from app.extensions import db
from app.services.sql.failures import failure, guard_records, named
from app.services.sql.statements import SQLITE, Statement, statements

KEPT = "Nothing of the file was kept."
# The file is one transaction already, and its foreign keys are checked at the end of that.
_LEFT_OUT = re.compile(
    rb"(?:begin|commit|end)(?:\s+(?:transaction|deferred|immediate|exclusive))*$|pragma\s+(?:main\s*\.\s*)?foreign_keys\b",
    re.IGNORECASE,
)
_UNCHECKED = re.compile(rb"pragma\s+foreign_keys\s*[=(]\s*['\"]?(?:off|0|no|false)\b", re.IGNORECASE)
_ROLLBACK = re.compile(rb"rollback(?:\s+transaction)?$", re.IGNORECASE)


def run(name: str, file: IO[bytes], guarded: bool = True, before_commit: Callable[[Connection], object] = bool) -> None:
    """Run the statements of `file` in order, then `before_commit`, in one transaction on a connection of its own.

    Args:
        name: what messages call the file.
        file: its content.
        guarded: keep the tables of opsdesk's own records from it.
        before_commit: what belongs into the same transaction.

    Raises:
        Failed: a statement fails, or the file cannot be split; nothing of it is kept.
        Refused: a statement would replace the run ledger.
    """
    engine = create_engine(db.engine.url, poolclass=NullPool)
    found = named(name, statements(file, SQLITE), lambda: KEPT)
    first = next(found, None)
    with engine.connect().execution_options(**{WRITER: True}) as connection:
        cursor = connection.connection.cursor()
        # A .dump begins with this, and may fill a table before it makes the one that its rows refer to.
        unchecked = first is not None and _UNCHECKED.match(first.text) is not None
        if unchecked:
            cursor.execute("PRAGMA foreign_keys=OFF")  # does nothing inside a transaction
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        broken = _broken(cursor) if unchecked else set()
        for statement in chain([first] if first else [], found):
            if guarded:
                guard_records(name, statement, KEPT)
            _run(name, cursor, statement)
        before_commit(connection)
        if unchecked:
            _check(name, _broken(cursor) - broken)
        _commit(name, connection)


def _run(name: str, cursor: Any, statement: Statement) -> None:
    if _LEFT_OUT.match(statement.text):
        return
    if _ROLLBACK.match(statement.text):  # the shell's .dump ends like this after an error
        raise failure(name, statement, "the file takes itself back", KEPT)
    try:
        cursor.execute(statement.text.decode())
        cursor.fetchall()
    except UnicodeDecodeError as error:
        raise failure(name, statement, "this is not UTF-8", KEPT) from error
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise failure(name, statement, error, KEPT) from error


def _commit(name: str, connection: Connection) -> None:
    try:
        connection.commit()
    except IntegrityError as error:
        _check(name, _broken(connection.connection.cursor()))
        raise Failed(f"{name}: {error.orig}", KEPT) from error


def _broken(cursor: Any) -> set[tuple[Any, ...]]:
    """Return the rows that refer to nothing: table, row, the table referred to, which key."""
    return set(cursor.execute("PRAGMA foreign_key_check").fetchall())


def _check(name: str, broken: set[tuple[Any, ...]]) -> None:
    for table, row, parent, _ in sorted(broken, key=str):
        raise Failed(f"{name}: row {row} of {table} refers to a row that {parent} does not have.", KEPT)
