"""Have a run end, or pause: at once where no process has it, else at its next checkpoint."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import Busy, Conflict, Refused
from app.extensions import db
from app.models import Run
from app.models.run import MOVES
from app.runner.stopping import PAUSE
from app.services.runs import moves
from app.services.runs.channel import channel_of
from app.services.runs.folders import folder_of
from app.services.runs.queries import get
from app.services.runs.recording import BROKEN_OFF
from app.services.runs.settling import STOPPED

POLL_S = 0.25
# The kind of run that has checkpoints. Any other is one transaction.
COOPERATIVE = "script"


@dataclass(frozen=True)
class Stop:
    """What came of it: the run's state now, and whether it is only asked for yet; `kind` is the run's."""

    run_id: int
    state: str
    asked: bool
    kind: str


def ask(run_id: int, what: str) -> Stop:
    """Have a run PAUSE or CANCEL. One that does not go on is cancelled now.

    A script that goes on does so at its next checkpoint; an import or an undo is broken off by its process within
    seconds, and all of it rolled back.

    Raises:
        NotFound: there is no such run.
        Conflict: it has ended, or does not go on and so cannot pause.
        Refused: it goes on, and is nothing that can pause, or be broken off from elsewhere.
    """
    run = get(run_id)
    if run.state == "running":
        return _ask_process(run, what)
    if what == PAUSE or STOPPED[what] not in MOVES[run.state]:
        raise Conflict(f"Run {run_id} is {run.state}; it cannot be {STOPPED[what]}.", f"See: flask runs show {run_id}")

    def still(_session: Session, row: Run) -> bool:
        return row.state == run.state

    if moves.move(run_id, STOPPED[what], still):
        return Stop(run_id, STOPPED[what], False, run.kind)
    return ask(run_id, what)  # somebody took it up meanwhile


def wait(run_id: int, seconds: float) -> Stop:
    """Wait until a run that was asked goes on no longer.

    Raises:
        Busy: it still does after `seconds`.
    """
    end = time.monotonic() + seconds
    while (run := get(run_id)).state == "running":
        if time.monotonic() >= end:
            raise Busy(
                f"Run {run_id} has not stopped within {seconds:g} s.",
                f"It stays asked. See whether it goes on: flask runs show {run_id}",
            )
        time.sleep(POLL_S)
    return Stop(run_id, run.state, False, run.kind)


def _ask_process(run: Run, what: str) -> Stop:
    if run.kind != COOPERATIVE and (what == PAUSE or run.kind not in BROKEN_OFF):
        hint = f"It is process {run.pid} on {run.host}, started by {run.operator}: press Ctrl-C there."
        raise Refused(
            f"Run {run.id} ({run.kind} {run.name}) is one transaction: it ends as a whole, or not at all.",
            _cancel(run.id) if run.kind in BROKEN_OFF else hint,
        )
    if run.dry_run and what == PAUSE:
        raise Conflict(f"Run {run.id} is a dry run: it keeps nothing that it could go on with.", _cancel(run.id))
    channel_of(db.engine, folder_of(run.id, run.token)).ask(what)
    return Stop(run.id, run.state, True, run.kind)


def _cancel(run_id: int) -> str:
    return f"End it with: flask runs cancel {run_id}"
