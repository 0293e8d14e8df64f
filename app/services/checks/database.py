"""Checks of any database: is it there, is it migrated."""

from __future__ import annotations

from sqlalchemy import Connection

from app.services.checks.finding import Finding, ok, problem
from app.services.database import MEND_UNKNOWN, exists, revisions
from app.services.failures import where


def missing() -> Finding | None:
    """Return the problem that there is no database, so that SQLite need not make the file to be asked."""
    return None if exists() else problem(f"there is no {where()} yet", "flask initdb")


def other(connection: Connection) -> Finding:
    """Tell a database of another kind; nothing is known about those."""
    return ok(f"{connection.dialect.name} {where()}")


def migrations(connection: Connection) -> Finding:
    """Check that the tables are those that the code expects."""
    found = revisions(connection)
    if found.at_head:
        return ok(f"at head ({found.current})")
    if not found.known:
        return problem(f"the database is at {found.current}, which this code does not know", MEND_UNKNOWN)
    return problem(f"at {found.current or 'nothing'}; head is {found.head}", "flask initdb")
