"""Put a run into the queue: its row and what is asked are committed together, then somebody is woken to take it up."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app import asker
from app.errors import Conflict
from app.models import Run, RunRequest
from app.services import runs
from app.services.queue import waking
from app.services.queue.priorities import NORMAL
from app.services.queue.sealed import seal
from app.services.runs import moves
from app.services.runs.new_row import NONE, here, new_row


def enqueue(
    act: str,
    kind: str,
    name: str,
    request: dict[str, Any],
    *,
    arguments: dict[str, Any],
    lock_name: str,
    details: runs.Details = NONE,
    priority: int = NORMAL,
) -> int:
    """Record a run that waits for a process, wake one, and return the run's id.

    Args:
        act: who carries it out: one of `app.services.queue.working.ACTS`.
        kind, name, arguments, details: as for `runs.recorded`, which the act calls with the same.
        request: all that the act needs, as JSON; it is sealed.
        lock_name: the lock that it will take: it waits as long as another run has that.
        priority: see `app.services.queue.priorities`.
    """
    row = new_row(uuid4().hex[:12], kind, name, arguments, details, state="queued")
    run_id = moves.add(row, _request(act, request, lock_name, priority)).run_id
    waking.wake()
    return run_id


def enqueue_again(act: str, run: Run, request: dict[str, Any], priority: int = NORMAL) -> int:
    """Queue a run that is to go on, wake a process for it, and return its id.

    Raises:
        Conflict: it has moved on meanwhile.
    """

    def as_it_was(_session: Session, row: Run) -> bool:
        return row.state == run.state

    asked = _request(act, request, run.lock_name, priority)
    if not moves.queue(run.id, asked, as_it_was, **here(), error=None, finished_at=None):
        raise Conflict(f"Run {run.id} is {run.state} no longer.", f"See: flask runs show {run.id}")
    waking.wake()
    return run.id


def _request(act: str, request: dict[str, Any], lock_name: str | None, priority: int) -> RunRequest:
    who = asker.current()
    sealed = seal({"operator": who.operator, "request": request})
    return RunRequest(act=act, request=sealed, request_id=who.request_id, lock_name=lock_name, priority=priority)
