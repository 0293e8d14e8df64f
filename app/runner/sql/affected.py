"""How many rows one execution wrote, as exactly as the driver can say.

MySQL (pymysql with CLIENT.FOUND_ROWS, which SQLAlchemy sets): UPDATE counts the rows that it changed, not those that
matched; REPLACE and ON DUPLICATE KEY UPDATE tell inserted from updated rows, but for a single row that was set to what
it held already: the server's answer is that of an inserted row, and it is counted as one (MySQL manual, "INSERT ... ON
DUPLICATE KEY UPDATE Statement", "REPLACE Statement", "mysql_affected_rows()", "mysql_info()").

SQLite: UPDATE counts the rows that matched; a row that REPLACE or ON CONFLICT DO UPDATE wrote counts as inserted,
whether it was there or not (SQLite documentation, "sqlite3_changes()").

Neither counts what triggers and foreign keys do. With RETURNING the rows that came back are counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from app.runner.sql.statements import MYSQL_NAMES, Statement

_NOT_KNOWN = 2**63  # pymysql: an unbuffered result, 2**64 - 1
_NUMBERS = re.compile(rb"\d+")


class Rows(NamedTuple):
    """Numbers of rows."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0


class Answer(NamedTuple):
    """What the server said to one statement: the rows affected, and the numbers of its message, if it had one."""

    affected: int
    numbers: tuple[int, ...] = ()


class _Recorder:
    """Stands in for a pymysql cursor's `execute`, which its `executemany` calls for each statement that it sends."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.send = cursor.execute
        self.answers: list[Answer] = []

    def __call__(self, query: Any, args: Any = None) -> Any:
        result = self.send(query, args)
        message = getattr(getattr(self.cursor, "_result", None), "message", None) or b""
        affected = self.cursor.rowcount
        affected = affected if 0 <= affected < _NOT_KNOWN else 0
        self.answers.append(Answer(affected, tuple(map(int, _NUMBERS.findall(message)))))
        return result


def listen(cursor: Any) -> None:
    """Begin to note the server's answers on a cursor that is about to write. Only pymysql's needs that."""
    if type(cursor).__module__.startswith("pymysql."):
        cursor.execute = _Recorder(cursor)


def rows(connection: Connection, cursor: Any, context: Any, statement: Statement) -> Rows:
    """Return what the execution wrote that just ended on this cursor. `listen` came before it."""
    recorder = vars(cursor).pop("execute", None) if hasattr(cursor, "__dict__") else None
    count = (_MYSQL if connection.dialect.name in MYSQL_NAMES else _OTHERS)[statement.verb]
    if recorder is not None:
        counted = [count(answer, statement) for answer in recorder.answers]
        return Rows(*map(sum, zip(*counted, strict=True))) if counted else Rows()
    return count(Answer(_affected(connection, cursor, context, statement)), statement)


def _affected(connection: Connection, cursor: Any, context: Any, statement: Statement) -> int:
    if connection.dialect.name == "sqlite" and statement.returning:
        return _fetched(cursor, context)
    if connection.dialect.name != "sqlite" or cursor.rowcount >= 0:
        return max(int(cursor.rowcount), 0)
    # Python's sqlite3 does not see that WITH ... INSERT writes.
    return int(connection.connection.driver_connection.execute("SELECT changes()").fetchone()[0])  # type: ignore[union-attr]


def _fetched(cursor: Any, context: Any) -> int:
    """Fetch the rows that RETURNING gives, and hand them on to SQLAlchemy: sqlite3 counts only what was fetched."""
    found = cursor.fetchall()
    context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=found)
    context.fetchall_for_returning = lambda _cursor: found
    return len(found)


def _inserted(answer: Answer, _statement: Statement) -> Rows:
    return Rows(inserted=answer.affected)


def _updated(answer: Answer, _statement: Statement) -> Rows:
    return Rows(updated=answer.affected)


def _deleted(answer: Answer, _statement: Statement) -> Rows:
    return Rows(deleted=answer.affected)


def _changed(answer: Answer, _statement: Statement) -> Rows:
    """Count UPDATE: `Rows matched: 3  Changed: 1  Warnings: 0`."""
    return Rows(updated=answer.numbers[-2] if len(answer.numbers) >= 3 else answer.affected)


def _mysql_inserted(answer: Answer, statement: Statement) -> Rows:
    """Count INSERT: `Records: 3  Duplicates: 1  Warnings: 0` for several rows, no message for one."""
    if statement.said.upper().startswith("LOAD"):
        return _loaded(answer)
    if not statement.upsert or statement.returning or not answer.affected:
        return Rows(inserted=answer.affected)
    # Found and changed: 2. Found, and as it was: 1, for FOUND_ROWS. New: 1. Duplicates are those found.
    records, found = answer.numbers[-3:-1] if len(answer.numbers) >= 3 else (1, answer.affected - 1)
    return Rows(inserted=max(records - found, 0), updated=max(answer.affected - records, 0))


def _replaced(answer: Answer, statement: Statement) -> Rows:
    """Count REPLACE: 1 for each row, and 1 for each that had to go for it."""
    if statement.said.upper().startswith("LOAD"):
        return _loaded(answer)
    if statement.returning or not answer.affected:
        return Rows(inserted=answer.affected)
    records = answer.numbers[-3] if len(answer.numbers) >= 3 else 1
    gone = max(answer.affected - records, 0)
    updated = min(gone, records)
    return Rows(records - updated, updated, gone - updated)


def _loaded(answer: Answer) -> Rows:
    """Count LOAD DATA: `Records: 3  Deleted: 1  Skipped: 0  Warnings: 0`."""
    if len(answer.numbers) < 4:
        return Rows(inserted=answer.affected)
    records, deleted, skipped = answer.numbers[-4:-1]
    return Rows(inserted=max(records - skipped - deleted, 0), updated=deleted)


_Count = Callable[[Answer, Statement], Rows]
_OTHERS: dict[str, _Count] = {"insert": _inserted, "replace": _inserted, "update": _updated, "delete": _deleted}
_MYSQL: dict[str, _Count] = {"insert": _mysql_inserted, "replace": _replaced, "update": _changed, "delete": _deleted}
