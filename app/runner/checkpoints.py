"""The checkpoint of a run: written in the transaction of each batch, read when the run is taken up again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from app.engine import WRITER
from app.errors import Busy, Refused
from app.models import Checkpoint
from app.models.base import utc_now

Rows = dict[str, dict[str, int]]


@dataclass
class Position:
    """How far a run has come: the columns of `Checkpoint`, without those of the row itself."""

    attempt: int = 0
    step: int = 0
    source: str | None = None
    last_key: str | None = None
    position: int = 0
    batches: int = 0
    done: int = 0
    failed: int = 0
    rows: Rows = field(default_factory=dict)
    committed_by_script: bool = False
    ended: bool = False

    def digest(self, run_id: int) -> str:
        """Return the SHA-256, as hex, of all that it says, for this run."""
        text = json.dumps([run_id, asdict(self)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def take_up(engine: Engine, run_id: int) -> Position:
    """Return how far a run has come, and make this process the only one that can bring it further.

    Waits for the last transaction of the process before, if the database has not ended it yet.

    Raises:
        Refused: the checkpoint is not as it was written.
    """
    with engine.connect().execution_options(**{WRITER: True}) as connection:
        row = connection.execute(_select(run_id).with_for_update()).mappings().one_or_none()
        if row is None:
            position = Position(attempt=1)
            connection.execute(insert(Checkpoint).values(run_id=run_id, **_columns(run_id, position)))
        else:
            position = _checked(run_id, dict(row))
            position.attempt += 1
            connection.execute(_update(run_id, position))
        connection.commit()
    return position


def save(connection: Connection, run_id: int, position: Position, batches_before: int) -> None:
    """Write the checkpoint into the transaction of `connection`.

    Raises:
        Busy: another process took the run up meanwhile; this transaction must not be committed.
    """
    mine = (Checkpoint.attempt == position.attempt) & (Checkpoint.batches == batches_before)
    done = connection.execute(_update(run_id, position).where(mine))
    if done.rowcount != 1:
        raise Busy(
            f"Another process took run {run_id} up, so this one stops; its last batch was rolled back.",
            f"See it with: flask runs show {run_id}",
        )


def _select(run_id: int) -> Any:
    return select(Checkpoint.__table__).where(Checkpoint.run_id == run_id)


def _update(run_id: int, position: Position) -> Any:
    return update(Checkpoint).where(Checkpoint.run_id == run_id).values(_columns(run_id, position))


def _columns(run_id: int, position: Position) -> dict[str, Any]:
    return {**asdict(position), "digest": position.digest(run_id), "saved_at": utc_now()}


def _checked(run_id: int, row: dict[str, Any]) -> Position:
    position = Position(**{name: row[name] for name in asdict(Position())})
    if position.digest(run_id) != row["digest"]:
        raise Refused(
            f"The checkpoint of run {run_id} is not as it was written: where to go on is unknown.",
            "Was the table checkpoints edited, or restored from a backup? See what was done, then start a run anew.",
        )
    if position.committed_by_script:
        raise Refused(
            f"Run {run_id} cannot be resumed: its script committed by itself, so nobody knows where it was.",
            "Start it anew; in a script that leaves commit() to the runner, a run goes on where it stopped.",
        )
    return position
