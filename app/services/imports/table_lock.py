"""One import into a table at a time, or one undo of it, also as a dry run: that holds the same rows until it ends."""

from __future__ import annotations

from contextlib import AbstractContextManager

from app.runner import locks
from app.services.runs.locking import Claim, locked


def table_locked(table: str, wait_s: float = 0) -> AbstractContextManager[locks.Lock]:
    """Hold the lock of a table; a run that held it and whose process died is lost from then on.

    Raises:
        Busy: another run has it; says which.
    """
    claim = Claim(
        locks.name_of_table(table),
        held_by=lambda run: f"{table} is held by run {run.id}, {run.kind} {run.name}",
        begun=f"Somebody else just begins to write to {table}",
    )
    return locked(claim, wait_s)
