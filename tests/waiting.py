"""Runs that wait: queued as the services do it, but no process is started for them."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select

from app.models import Run, RunRequest
from app.services.queue.sealed import seal
from app.services.runs import moves
from app.services.runs.new_row import NONE, new_row
from app.services.transactions import reading


def queue_one() -> int:
    """Queue a run, and return its id."""
    token = uuid4().hex[:12]
    row = new_row(token, "script", "nothing", {}, NONE, state="queued")
    moves.add(row, RunRequest(act="script", request=seal({}), request_id=""))
    with reading() as session:
        return session.scalars(select(Run.id).where(Run.token == token)).one()
