"""Checks of a SQLite database."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, text

from app.services.checks.finding import Finding, ok, problem
from app.services.failures import where

OLDEST = (3, 35, 0)  # the first with RETURNING


def database(_connection: Connection) -> Finding:
    """Check the library's version."""
    if sqlite3.sqlite_version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        return problem(f"SQLite {sqlite3.sqlite_version}; it takes {wanted}", "Use a Python with a newer SQLite.")
    return ok(f"SQLite {sqlite3.sqlite_version} {where()}")


def file(connection: Connection) -> Finding:
    """Check that the file and its folder, where the journal goes, can be written to."""
    path = Path(str(connection.engine.url.database))
    for needed in (path, path.parent):
        if not os.access(needed, os.W_OK):
            return problem(f"{needed} is read-only", f"chmod u+w {needed}, or run as the user whom it belongs to.")
    return ok(f"writable, {path.stat().st_size / 1024 / 1024:.1f} MiB")


def journal(connection: Connection) -> Finding:
    """Check that readers do not wait for the writer."""
    mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
    if mode == "wal":
        return ok("WAL")
    return problem(
        f"{mode}: readers and the writer wait for each other",
        "WAL needs a local disk: put the file there, not on a network folder (SQLite documentation, WAL).",
    )


def foreign_keys(connection: Connection) -> Finding:
    """Check that rows cannot refer to rows that are not there."""
    if connection.execute(text("PRAGMA foreign_keys")).scalar_one():
        return ok("enforced")
    return problem("not enforced", "This SQLite was built without them: use another Python.")
