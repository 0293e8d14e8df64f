"""What must hold whatever breaks: all rows or none, and the ledger says which."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.extensions import db
from app.models import Run
from app.services import runs
from tests.settled import settled


@dataclass(frozen=True)
class State:
    """A table's rows, counted and added up by the database."""

    rows: int
    checksum: str


def state_of(table: str) -> State:
    """Return what a table holds."""
    with db.engine.connect() as connection:
        rows = int(connection.scalar(text(f"SELECT COUNT(*) FROM {table}")) or 0)
        if db.engine.dialect.name == "sqlite":
            everything = connection.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all()
            return State(rows, str(hash(tuple(tuple(row) for row in everything))))
        return State(rows, str(connection.execute(text(f"CHECKSUM TABLE {table}")).one()[1]))


def ended() -> Run:
    """Return the last run, once nothing of its process is left."""
    (newest,) = runs.newest(1)
    return settled(newest)


def check_all_or_none(before: State, after: State, table: str = "many") -> Run:
    """Check that a table is as before or as after the last run, that the ledger agrees, and is sound; return that run.

    Args:
        after: the table with all rows in it.
    """
    run = ended()
    assert run.state in ("succeeded", "failed", "lost", "cancelled")
    assert state_of(table) == (after if run.state == "succeeded" else before), run.state
    assert run.rows == ({table: {"inserted": after.rows - before.rows}} if run.state == "succeeded" else {})
    assert runs.verify().problems == []
    return run
