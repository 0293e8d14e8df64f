"""The ledger's hash chain: each move of a run is sealed with the hash of the one before it.

It covers the FACTS of `runs`, and `run_moves`. The tables `checkpoints` and `run_failures` are outside: they are
written in the transactions of batches, which would wait for each other at the chain's root.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import asker
from app.errors import Failed
from app.models import Run, RunMove
from app.models.base import utc_now
from app.services.runs.storable import storable

ROOT_ID = 1
# What the migration writes as the root's columns; `at` is the moment that its facts are.
ROOT = {"run_id": None, "state": "root", "operator": "", "host": "", "pid": 0, "prev_hash": "0" * 64}
# What a run's row says with every move. The rest of its columns change while it goes on, or are the chain itself.
FACTS = (
    *("id", "token", "kind", "name", "state", "dry_run", "operator", "host", "pid", "git_commit", "git_dirty"),
    *("script_id", "script_sha256", "arguments", "options", "reason", "started_at", "finished_at"),
    *("rows", "error", "artifacts", "lock_name"),
)
# What a run says with its first move and never otherwise; the facts beside these are of an attempt, as the reason that
# production asks for once more, or come of it.
LASTING = ("id", "token", "kind", "name", "dry_run", "operator", "script_id", "arguments")
# What it never says otherwise once it has begun: a queued run does not know yet how its sheets will be read.
SETTLED = ("options", "started_at", "lock_name")
SEALED = ("id", "run_id", "state", "at", "operator", "host", "pid", "facts")


def append(session: Session, run: Run) -> None:
    """Seal the state that `run` has now as the next move of the chain; its row must be in the session.

    Whoever appends holds the chain's root until its transaction ends, so the moves stand one behind the other.

    Raises:
        Failed: the chain has no root.
    """
    for name in FACTS:
        if (kept := storable(getattr(run, name))) != getattr(run, name):
            setattr(run, name, kept)
    session.flush()
    # The root first: what is read before it is the snapshot of this transaction, and MariaDB from 11.6.2 on refuses to
    # lock what was written since (MariaDB documentation, innodb_snapshot_isolation).
    lock_root(session)
    session.refresh(run)  # as the database will give it back: what is hashed is what can be read
    last = session.scalars(select(RunMove).order_by(RunMove.id.desc()).limit(1).with_for_update()).one()
    move = RunMove(
        id=last.id + 1,
        run_id=run.id,
        state=run.state,
        at=utc_now(),
        operator=asker.current().operator,
        host=socket.gethostname(),
        pid=os.getpid(),
        facts=facts_of(run),
        prev_hash=last.hash,
    )
    move.hash = hash_of(move)
    session.add(move)
    run.prev_hash, run.hash = move.prev_hash, move.hash


def lock_root(session: Session) -> None:
    """Hold the chain's root until the transaction ends: whoever else appends, or claims a run, waits.

    Raises:
        Failed: the chain has no root.
    """
    if session.scalar(select(RunMove.id).where(RunMove.id == ROOT_ID).with_for_update()) is None:
        raise Failed("The run ledger has lost the root of its chain.", "See what else: flask runs verify")


def facts_of(run: Run) -> str:
    """Return what the chain covers of a run, as canonical JSON."""
    return canonical({name: getattr(run, name) for name in FACTS})


def hash_of(move: RunMove) -> str:
    """Return the SHA-256, as hex, of the previous hash and this move; the root's is that of its facts."""
    if move.id == ROOT_ID:
        return hashlib.sha256(move.facts.encode()).hexdigest()
    sealed = canonical({name: getattr(move, name) for name in SEALED})
    return hashlib.sha256(f"{move.prev_hash}\n{sealed}".encode()).hexdigest()


def canonical(value: dict[str, Any]) -> str:
    """Return JSON of one spelling: sorted names, no blanks, times in ISO 8601; halves of surrogate pairs escaped."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_text)
    return text.encode("utf-8", "backslashreplace").decode()


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
