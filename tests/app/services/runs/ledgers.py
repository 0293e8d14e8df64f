"""Ledgers to tamper with: made at random, kept aside, put back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from app.extensions import db
from app.models import Run, RunMove
from app.models.base import utc_now
from app.models.run import MOVES
from app.services import runs
from app.services.runs import moves

TABLES = (Run.__table__, RunMove.__table__)
Rows = dict[str, list[dict[str, Any]]]


def new_run(name: str = "export_order", state: str = "running") -> int:
    """Record a run whose process need not exist, and return its id."""
    return moves.add(
        Run(
            token=uuid4().hex[:12],
            kind="script",
            name=name,
            state=state,
            operator="li@ops1",
            host="ops1",
            pid=7,
            arguments={"since": "2026-11-01", "面料": [1, 2.5, None, True]},
            options={"max_rows": 10},
            reason="因为 🔩",
            started_at=utc_now(),
            rows={},
            artifacts=[],
            lock_name="script:export_order",
        )
    ).run_id


def build(rng: random.Random) -> None:
    """Record 5 to 15 runs, each going its own way, their moves mixed."""
    for number in range(rng.randint(5, 15)):
        new_run(f"script_{number}", rng.choice(["queued", "running"]))
        for _ in range(rng.randint(0, 4)):
            move_any(rng)


def move_any(rng: random.Random) -> None:
    """Move one of the runs that can be moved."""
    with db.engine.connect() as connection:
        states = {row.id: row.state for row in connection.execute(sa.select(Run.id, Run.state))}
    able = [run_id for run_id, state in states.items() if MOVES[state]]
    if able:
        run_id = rng.choice(able)
        rows = {"orders": {"updated": rng.randint(0, 9)}}
        moves.move(run_id, rng.choice(MOVES[states[run_id]]), rows=rows, error="No.", finished_at=utc_now())


def dump() -> Rows:
    """Return what is in the ledger's tables."""
    with db.engine.connect() as connection:
        return {table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()] for table in TABLES}


def restore(rows: Rows) -> None:
    """Put everything back."""
    with db.engine.begin() as connection:
        for table in TABLES:
            connection.execute(table.delete())
            if rows[table.name]:
                connection.execute(table.insert(), rows[table.name])


@contextmanager
def tampered(rows: Rows) -> Iterator[sa.Connection]:
    """Give a connection to change the ledger with, and put everything back in the end."""
    try:
        with db.engine.connect() as connection:
            yield connection
    finally:
        restore(rows)


def named(head: str = "") -> set[int]:
    """Return the runs that the problems of a verification name."""
    problems = runs.verify(head).problems
    ids = {problem.run_id for problem in problems if problem.run_id is not None}
    words = " ".join(problem.sentence for problem in problems).replace("(", " ").replace(",", " ").split()
    return ids | {int(number) for word, number in pairwise(words) if word in ("run", "Run") and number.isdigit()}
