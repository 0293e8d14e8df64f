"""What a database's or the system's own error means for the person who meets it."""

from __future__ import annotations

import re
import sqlite3

import pymysql
from sqlalchemy.exc import DBAPIError, TimeoutError

from app.errors import AppError, Busy, Failed
from app.extensions import db
from app.models import Base
from app.words import without_values

MAKE_TABLES = "Make the tables with: flask initdb"
ROOM = "Make room and try again; nothing was committed."
# MariaDB's error numbers (MariaDB documentation, "MariaDB Error Codes"): what happened, what to do, which error.
MYSQL_FAILURES: dict[int, tuple[type[AppError], str, str]] = {
    1044: (Failed, "This database user may not use {where}", "Grant it the rights, or mend DATABASE_URL."),
    1045: (Failed, "{where} refuses this user or password", "Mend DATABASE_URL in .env."),
    1698: (Failed, "{where} refuses this user or password", "Mend DATABASE_URL in .env."),
    1049: (Failed, "There is no database {where}", "Make it with: flask initdb"),
    1146: (Failed, "A table is missing in {where}", MAKE_TABLES),
    1205: (Busy, "Another transaction holds rows in {where}", "Try again when it is done; SHOW PROCESSLIST names it."),
    1213: (Busy, "Another transaction is in the way (deadlock) in {where}", "Try again."),
    1020: (Busy, "Another transaction changed rows meanwhile in {where}", "Try again."),
    1021: (Failed, "The disk of {where} is full", ROOM),
    1114: (Failed, "A table of {where} cannot grow, most often because the disk is full", ROOM),
    1030: (Failed, "The server of {where} cannot read or write its files", "Its error log says why. Is its disk full?"),
    1180: (Failed, "The server of {where} cannot commit", "Its error log says why. Is its disk full?"),
    1040: (Busy, "The server of {where} takes no more connections", "Try again, or raise max_connections on it."),
    1047: (Busy, "The server of {where} is not ready, perhaps no longer in its cluster", "Try again when it is back."),
    1053: (Failed, "The server of {where} is shutting down", "Try again when it is back; nothing was committed."),
    1153: (
        Failed,
        "The server of {where} does not take packets that large",
        "Raise its limit: SET GLOBAL max_allowed_packet = 67108864",
    ),
    1290: (Failed, "The server of {where} is set to be only read", "Is it a replica? Mend DATABASE_URL."),
    1317: (Failed, "Somebody ended the statement on {where}", "Nothing was committed. Try again."),
    1927: (Failed, "Somebody ended the connection to {where}", "Nothing was committed. Try again."),
    1969: (Failed, "The statement took longer than {where} allows", "Raise max_statement_time on the server."),
    2003: (Failed, "Nothing answers at {where}", "Is the server running, and DATABASE_URL right?"),
    2006: (Failed, "The connection to {where} is gone", "Is the server running? Nothing was committed."),
    2013: (
        Failed,
        "The connection to {where} was lost",
        "Is the server running? See flask runs list for what happened.",
    ),
}
SQLITE_FAILURES: tuple[tuple[str, type[AppError], str, str], ...] = (
    ("locked", Busy, "Another process is writing to {where}", "Try again when it is done."),
    ("no such table", Failed, "A table is missing in {where}", MAKE_TABLES),
    ("disk is full", Failed, "The disk is full: {where}", ROOM),
    ("unable to open", Failed, "The file cannot be opened: {where}", "Check DATABASE_URL and the folder's rights."),
    ("readonly", Failed, "The file is read-only: {where}", "Check its rights and its folder's."),
    ("not a database", Failed, "The file is not a SQLite database: {where}", "Check DATABASE_URL."),
)


def failure_of(error: Exception) -> AppError:
    """Return the application's error for any other one; it keeps the original as its cause."""
    if isinstance(error, AppError):
        return error
    failure = _failure_of(error)
    failure.__cause__ = error
    return failure


def where() -> str:
    """Return the database's address without its password: `shop@127.0.0.1`, or the SQLite file."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        return str(url.database or ":memory:")
    port = f":{url.port}" if url.port not in (None, 3306) else ""
    return f"{url.database}@{url.host or 'localhost'}{port}"


def _failure_of(error: Exception) -> AppError:
    if isinstance(error, TimeoutError):
        return Busy("All database connections of this process are in use.", "Raise POOL_SIZE, or try again.")
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, pymysql.err.Error | sqlite3.Error):
        said = f"The database says: {original.args[-1] if original.args else original}"
        return _known(original) or Failed(said, "More with: flask --debug …", for_record=without_values(said))
    if isinstance(error, OSError):
        return Failed(f"{error.filename or 'The system'}: {error.strerror or error}")
    return Failed(
        f"Unexpected {type(error).__name__}: {error}", "This is a bug. The traceback: the same with flask --debug"
    )


def _known(original: BaseException) -> AppError | None:
    number = original.args[0] if original.args else None
    if number in MYSQL_FAILURES:
        kind, what, hint = MYSQL_FAILURES[number]
        return kind(f"{what.format(where=where())}: {original.args[-1]}", _fitting(hint, str(original)))
    text = str(original)
    for part, kind, what, hint in SQLITE_FAILURES:
        if part in text:
            return kind(f"{what.format(where=where())}: {text}", _fitting(hint, text))
    return None


def _fitting(hint: str, text: str) -> str:
    """Return the hint, unless it would make tables and the one that is missing is none of ours: a trigger's, say."""
    ours = any(re.search(rf"\b{re.escape(table)}\b", text) for table in (*Base.metadata.tables, "alembic_version"))
    return "" if hint == MAKE_TABLES and not ours else hint
