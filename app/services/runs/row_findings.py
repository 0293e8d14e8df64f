"""Compare the rows of runs with what the chain says of them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Run, RunMove
from app.services.runs.chain import facts_of
from app.services.runs.findings import LastMove, Problem, Verification, digest
from app.services.runs.whole_tables import every


def row_problems(session: Session, done: Verification, last: dict[int, LastMove]) -> Iterator[Problem]:
    """Compare the runs' rows with what their last moves say."""
    first = min((run_id for run_id, move in last.items() if move.begun), default=math.inf)
    yield from _beginnings(last, first)
    missing = dict(last)
    for run_id, run in every(session, Run):
        done.runs += 1
        move = missing.pop(run_id, None)
        if run is None:
            yield Problem(run_id, f"Run {run_id} cannot be read: its row was changed after its last move.")
        elif move is not None:
            if (digest(facts_of(run)), run.hash, run.prev_hash) != (move.facts, move.hash, move.prev_hash):
                yield Problem(run_id, f"Run {run_id} was changed after its last move: its row is not what that says.")
        elif run.hash is None and 0 < run_id < first:
            done.older += 1
        else:
            yield Problem(run_id, f"Run {run_id} has no moves; they were deleted, or it was not written by opsdesk.")
    for run_id in missing:
        yield Problem(run_id, f"Run {run_id} is no longer in the ledger, but its moves are: it was deleted.")


def _beginnings(last: dict[int, LastMove], first: float) -> Iterator[Problem]:
    """Find the runs that begin in the middle; those from before the chain may."""
    for run_id, move in last.items():
        if not move.begun and run_id > first:
            yield Problem(run_id, f"Run {run_id} does not begin with its first move: those before it were deleted.")


def vanished_problems(session: Session, moves: int, last: dict[int, LastMove], alone: bool) -> Iterator[Problem]:
    """Name the runs that went with the moves that are missing: the ids, of those given out, that nothing has."""
    if (session.scalar(select(func.max(RunMove.id))) or 0) == moves:
        return
    ids = {0, *last, *session.scalars(select(Run.id))}
    gone = sorted(set(range(1, max(ids))) - ids)
    for run_id in gone:
        yield Problem(run_id, f"Run {run_id} is not in the ledger, and moves are missing: it was deleted with them.")
    if alone and not gone:
        newer = max(ids) + 1
        yield Problem(newer, f"Run {newer}, or a newer one, may have been deleted with the moves that are missing.")
