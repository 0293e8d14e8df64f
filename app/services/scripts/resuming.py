"""Take a run up again that was paused, lost, or failed."""

from __future__ import annotations

import os
import socket
from typing import Any

from flask import current_app

from app.config import scripts_path
from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import Run
from app.runner import checkpoints
from app.runner.execution import Result
from app.runner.files import discovery, outline
from app.runner.files.discovery import ScriptFile
from app.services import runs
from app.services.code_version import code_version
from app.services.runs import moves
from app.services.runs.channel import channel_of
from app.services.runs.folders import folder_of
from app.services.runs.recording import going_on
from app.services.scripts import guards
from app.services.scripts.locking import locked
from app.services.scripts.request import Observer, ScriptOutcome
from app.services.scripts.running import terms_of
from app.services.scripts.states import RESUMABLE, STATES
from app.services.scripts.task import Task, go, outcome_of


def resume(
    run_id: int, observer: Observer, new_code: bool = False, wait_s: float = 0, max_rows: int | None = None
) -> ScriptOutcome:
    """Go on with a run after its last committed batch: with its arguments, each item exactly once.

    Args:
        new_code: although the script's file has changed since.
        max_rows: another limit than the run began with.

    Raises:
        NotFound: there is no such run, or its script is gone. Conflict: it is in no state to go on.
        Refused: the script has changed; the checkpoint is not as it was written. Busy: another run of it goes on.
    """
    run = _resumable(run_id)
    file = _script_of(run)
    script, sha256 = discovery.load(file), file.sha256()
    if sha256 != run.script_sha256 and not new_code:
        raise Refused(
            f"{file.name} has changed since run {run_id} began.",
            "If it may go on with what it is now, add --new-code; else check out the commit of: "
            f"flask runs show {run_id}",
        )
    values = guards.values_of(run)
    with locked(script, wait_s) as lock:
        run = _resumable(run_id)  # as it is now that nobody else can take it up
        terms = terms_of(script, run.options | ({} if max_rows is None else {"max_rows": max_rows}))
        position = checkpoints.take_up(db.engine, run_id)
        record = runs.OpenRun(
            token=run.token,
            rows=position.rows,
            done=position.done,
            total=run.progress_total,
            artifacts=run.artifacts,
        )
        with going_on(record, lock, lambda: _begin(run, sha256)):
            if position.ended:  # it died between its last commit and saying so
                return outcome_of(file, record, Result(position.failed), seconds=0)
            return go(Task(file, script, values, terms), record, position, observer)


def _begin(run: Run, sha256: str) -> int:
    """Bring the run to running, here and with the code of now; what was asked of an earlier attempt is done with."""
    channel_of(db.engine, folder_of(run.id, run.token)).withdraw()
    commit, dirty = code_version()
    here: dict[str, Any] = {"host": socket.gethostname(), "pid": os.getpid()}
    code: dict[str, Any] = {"git_commit": commit, "git_dirty": dirty, "script_sha256": sha256}
    moves.move(run.id, "running", finished_at=None, error=None, **here, **code)
    return run.id


def _resumable(run_id: int) -> Run:
    run = runs.get(run_id)
    if run.kind != "script":
        raise Conflict(f"Run {run_id} is no script's; it did all or nothing.", f"See: flask runs show {run_id}")
    if run.dry_run:
        raise Conflict(f"Run {run_id} is a dry run; nothing of it was kept.", "Start it anew.")
    if run.state not in RESUMABLE:
        raise Conflict(
            f"Run {run_id} {STATES[run.state]}; there is nothing to resume.", f"See: flask runs show {run_id}"
        )
    return run


def _script_of(run: Run) -> ScriptFile:
    """Return the file of a run's script, wherever it lives now."""
    for file in discovery.all_scripts(scripts_path(current_app.config)):
        if outline.read(file.path).id == run.script_id:
            return file
    raise NotFound(f"The script of run {run.id}, {run.script_id}, is gone.", "Bring its file back, then resume.")
