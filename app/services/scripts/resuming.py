"""Take a run up again that was paused, lost, or failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import current_app

from app.config import scripts_path
from app.errors import Busy, Conflict, NotFound, Refused
from app.extensions import db
from app.models import Run
from app.runner import checkpoints
from app.runner.execution import Result
from app.runner.files import discovery, loading, outline
from app.runner.files.discovery import ScriptFile
from app.runner.files.loading import Loaded
from app.services import runs
from app.services.code_version import code_version
from app.services.masking import masked
from app.services.runs import moves, queued
from app.services.runs.channel import channel_of
from app.services.runs.folders import folder_of
from app.services.runs.moves import Move
from app.services.runs.new_row import here
from app.services.runs.recording import going_on
from app.services.runs.stored import run_files
from app.services.scripts import guards
from app.services.scripts.earlier import values_of
from app.services.scripts.locking import locked
from app.services.scripts.request import NO_CONSENT, Consent, Observer, ScriptOutcome
from app.services.scripts.states import RESUMABLE, STATES
from app.services.scripts.task import Task, go, outcome_of
from app.services.scripts.terms import terms_of

log = logging.getLogger(__name__)

Load = Callable[[ScriptFile], Loaded]


def resume(
    run_id: int,
    observer: Observer,
    new_code: bool = False,
    wait_s: float = 0,
    max_rows: int | None = None,
    consent: Consent = NO_CONSENT,
    loaded: Loaded | None = None,
    values: Mapping[str, Any] | None = None,
) -> ScriptOutcome:
    """Go on with a run after its last committed batch: with its arguments, each item exactly once.

    Args:
        new_code: although the script's file has changed since.
        max_rows: another limit than the run began with.
        consent: its reason is needed where none is on record, which stays as it is; it goes to the application's log.
        loaded: what `prepared` returned, if that was called: the file is run once.
        values: its parameters as a form has them, if they are known; else the record's, which has no secrets.

    Raises:
        NotFound: there is no such run, or its script is gone. Conflict: it is in no state to go on.
        Refused: a guard says no; the script has changed; the checkpoint is not as it was written.
        Busy: it goes on already, or another run of the script does.
    """
    run = _resumable(run_id)
    loaded = loaded or _loaded(run, consent.force)
    script = loaded.script
    values = check(run, loaded, new_code, consent, values)
    with locked(script, wait_s) as lock:
        run = _resumable(run_id)  # as it is now that nobody else can take it up
        _check_others(run, loaded)
        run_files.bring(run_id, run.token)  # another host may have begun its log and its artifacts
        terms = terms_of(script, run.options | ({} if max_rows is None else {"max_rows": max_rows}))
        begun = not script.read_only and bool(run.rows or run.progress_done)
        position = checkpoints.take_up(db.engine, run_id, begun)
        record = runs.OpenRun(
            token=run.token,
            rows=position.rows,
            done=position.done,
            total=run.progress_total,
            artifacts=run.artifacts,
        )
        log.info("run resumed", extra={"run": run_id, "reason": masked(consent.reason)})
        with going_on(record, lock, lambda: _begin(run, loaded.sha256)):
            if position.ended:  # it died between its last commit and saying so
                return outcome_of(loaded.file, record, Result(position.failed), seconds=0)
            return go(Task(loaded, values, terms), record, position, observer)


def prepared(run_id: int, force: bool = False, load: Load = loading.load) -> tuple[Run, Loaded]:
    """Return a run that can be resumed and its script, loaded, for whoever has to ask before `resume`.

    Args:
        force: although the script is retired.
        load: as whoever asks loads scripts; a web process waits for none without end.

    Raises:
        as `resume` does.
    """
    run = _resumable(run_id)
    return run, _loaded(run, force, load)


def check(
    run: Run, loaded: Loaded, new_code: bool, consent: Consent, values: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """Return the parameters of a run that is to go on, as a form has them, once every guard has let it pass.

    Raises:
        Refused: a guard says no.
    """
    _check_code(run, loaded, new_code)
    guards.check_production(loaded.script, replace(consent, reason=consent.reason or run.reason))
    _check_others(run, loaded)
    return values_of(run, loaded.script) if values is None else values


def _check_others(run: Run, loaded: Loaded) -> None:
    """Raise Refused where another run of the script stands against this one; certain while its lock is held."""
    guards.check_once(loaded.script, run.options)
    guards.check_not_retried(loaded.script, run.options, run.id)


def _loaded(run: Run, force: bool, load: Load = loading.load) -> Loaded:
    file = _script_of(run)
    guards.check_retired(file, force)
    return load(file)


def _check_code(run: Run, loaded: Loaded, new_code: bool) -> None:
    if loaded.sha256 != run.script_sha256 and not new_code:
        raise Refused(
            f"{loaded.file.name} has changed since run {run.id} began.",
            "If it may go on with what it is now, add --new-code; else check out the commit of: "
            f"flask runs show {run.id}",
        )


def _begin(run: Run, sha256: str) -> Move:
    """Bring the run to running, here and with the code of now; what was asked of an earlier attempt is done with."""
    channel_of(db.engine, folder_of(run.id, run.token)).withdraw()
    commit, dirty = code_version()
    values = {**here(), "git_commit": commit, "git_dirty": dirty, "script_sha256": sha256}
    waiting = queued.resumed(run.id)
    check = None if waiting is None else lambda session, _row: queued.is_claimed(session, waiting)
    move = moves.move(run.id, "running", check, finished_at=None, error=None, **values)
    if move is None:
        raise Busy(f"Another process has taken run {run.id} up.", f"See: flask runs show {run.id}")
    return move


def _resumable(run_id: int) -> Run:
    run = runs.get(run_id)
    if run.kind != "script":
        raise Conflict(f"Run {run_id} is no script's; it did all or nothing.", f"See: flask runs show {run_id}")
    if run.dry_run:
        raise Conflict(f"Run {run_id} is a dry run; nothing of it was kept.", "Start it anew.")
    if run.state == "running":
        raise Busy(f"Run {run_id} is running.", f"Follow it: flask runs log {run_id} -f")
    if run.state not in RESUMABLE and queued.resumed(run_id) is None:
        raise Conflict(
            f"Run {run_id} {STATES[run.state]}; there is nothing to resume.", f"See: flask runs show {run_id}"
        )
    if run.lock_name is None:
        raise Conflict(f"Run {run_id} never began; there is nothing to go on with.", "Start it anew.")
    return run


def _script_of(run: Run) -> ScriptFile:
    """Return the file of a run's script, wherever it lives now."""
    for file in discovery.all_scripts(scripts_path(current_app.config)):
        if outline.read(file.path).id == run.script_id:
            return file
    raise NotFound(f"The script of run {run.id}, {run.script_id}, is gone.", "Bring its file back, then resume.")
