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


def take_up(engine: Engine, run_id: int, begun: bool = False) -> Position:
    """Return how far a run has come, and make this process the only one that can bring it further.

    Waits for the last transaction of the process before, if the database has not ended it yet.

    Args:
        begun: the ledger says that something of it was committed, so there must be a checkpoint.

    Raises:
        Refused: the checkpoint is not as it was written, or gone.
    """
    with engine.connect().execution_options(**{WRITER: True}) as connection:
        row = _locked(connection, run_id) if _exists(connection, run_id) else None
        if row is None:
            position = _first(run_id, begun)
            connection.execute(insert(Checkpoint).values(run_id=run_id, **_columns(run_id, position)))
        else:
            position = _checked(run_id, row)
            position.attempt += 1
            connection.execute(_update(run_id, position))
        connection.commit()
    return position


def fence(connection: Connection, run_id: int) -> Position | None:
    """Raise the attempt of a run that is lost: a process of it that still lives can commit no more.

    It becomes true with the commit of `connection`, which waits for the last transaction of that process. A checkpoint
    that was edited is no better afterwards, and take_up() finds it.

    Returns: how far the run has come; None if it has no checkpoint.
    """
    row = _locked(connection, run_id)
    if row is None:
        return None
    position = _position(row)
    sound = position.digest(run_id) == row["digest"]
    position.attempt += 1
    digest = position.digest(run_id) if sound else row["digest"]
    fenced = update(Checkpoint).where(Checkpoint.run_id == run_id).values(attempt=position.attempt, digest=digest)
    connection.execute(fenced)
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


def _exists(connection: Connection, run_id: int) -> bool:
    """Tell whether there is a checkpoint, and lock nothing.

    To lock what is not there, InnoDB locks the gap that it would stand in: two new runs then wait for each other to
    insert theirs into it, which is a deadlock (MySQL manual, "InnoDB Locking").
    """
    return connection.scalar(select(Checkpoint.run_id).where(Checkpoint.run_id == run_id)) is not None


def _locked(connection: Connection, run_id: int) -> dict[str, Any] | None:
    query = select(Checkpoint.__table__).where(Checkpoint.run_id == run_id).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else dict(row)


def _update(run_id: int, position: Position) -> Any:
    return update(Checkpoint).where(Checkpoint.run_id == run_id).values(_columns(run_id, position))


def _columns(run_id: int, position: Position) -> dict[str, Any]:
    return {**asdict(position), "digest": position.digest(run_id), "saved_at": utc_now()}


def _first(run_id: int, begun: bool) -> Position:
    if begun:
        raise Refused(
            f"The checkpoint of run {run_id} is gone, but it had begun: where to go on is unknown.",
            "Was the table checkpoints emptied, or restored from a backup? See what was done, then start a run anew.",
        )
    return Position(attempt=1)


def _position(row: dict[str, Any]) -> Position:
    return Position(**{name: row[name] for name in asdict(Position())})


def _checked(run_id: int, row: dict[str, Any]) -> Position:
    position = _position(row)
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
