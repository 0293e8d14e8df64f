"""Start a script as a run: guarded, locked, on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from app.config import scripts_path
from app.extensions import db
from app.runner import checkpoints, parameters
from app.runner.checkpoints import Position
from app.runner.files import discovery, loading
from app.runner.files.loading import Loaded
from app.services import runs
from app.services.masking import masked
from app.services.scripts import guards
from app.services.scripts.asked import Asked, asked
from app.services.scripts.locking import locked
from app.services.scripts.request import Observer, ScriptOutcome, ScriptRequest
from app.services.scripts.states import RESUMABLE, STATES, resume_command
from app.services.scripts.task import Task, go
from app.services.scripts.terms import terms_of

SCRIPT = "script"


def start(request: ScriptRequest, observer: Observer) -> ScriptOutcome:
    """Run a script.

    Raises:
        Refused: a guard says no. Busy: another run of it goes on. Invalid, UsageError: parameters it does not take.
        Interrupted: somebody stopped it; says how to go on. AppError: what went wrong.
    """
    loaded = loaded_for(request)
    script = loaded.script
    with locked(script, request.wait_s) as lock:
        order = ordered(request, loaded)
        if not request.dry_run:
            _tell_unfinished(loaded, observer)
        with runs.recorded(SCRIPT, order.name, order.arguments, details=order.details, lock=lock) as record:
            position = Position() if request.dry_run or script.read_only else checkpoints.take_up(db.engine, record.id)
            return go(order.task, record, position, observer)


@dataclass(frozen=True)
class Order:
    """A run that may begin: what is to be done, and what the ledger keeps of it."""

    name: str
    task: Task
    arguments: dict[str, Any]
    details: runs.Details


def ordered(request: ScriptRequest, loaded: Loaded) -> Order:
    """Return the run that is asked for, once the guards have let it pass; certain while the script's lock is held.

    Raises:
        Refused: a guard says no. Invalid, UsageError: parameters it does not take. NotFound: it takes over no run.
    """
    script = loaded.script
    wanted = asked(request, loaded)
    guards.check_not_retried(script, wanted.options)
    if not request.dry_run:
        guards.check_once(script, wanted.options)
    parameters.parse(script, parameters.to_argv(script, wanted.values))  # wrong ones leave no run behind
    task = Task(loaded, wanted.values, terms_of(script, wanted.options, request.dry_run))
    arguments = task.secrets.masked(wanted.values)
    return Order(script.name or "", task, arguments, _details(request, loaded, wanted))


def loaded_for(request: ScriptRequest) -> Loaded:
    """Return the script, if it may be run at all; a retired one is not even loaded, unless it is forced.

    Raises:
        Refused: it is retired, or changes production and nobody agreed to that.
    """
    file = request.loaded.file if request.loaded else discovery.find(scripts_path(current_app.config), request.name)
    guards.check_retired(file, request.force)
    loaded = request.loaded or loading.load(file)
    guards.check_production(loaded.script, request.consent, request.dry_run)
    return loaded


def _details(request: ScriptRequest, loaded: Loaded, wanted: Asked) -> runs.Details:
    reason, options = masked(request.reason), masked(wanted.options)
    return runs.Details(request.dry_run, reason, loaded.script.id, loaded.sha256, options)


def _tell_unfinished(loaded: Loaded, observer: Observer) -> None:
    """Tell of a run of the script that could go on: whoever starts it anew may have meant that one."""
    newest = runs.newest(2, runs.Filter(script_id=loaded.script.id, dry_run=False))
    last = next((run for run in newest if run.state != "queued"), None)  # this one itself may have been queued
    if last is not None and last.state in RESUMABLE and last.progress_done:
        how = f"{STATES[last.state]} after {last.progress_done:,} items"
        observer.note(f"Run {last.id} of it {how}; to go on with that one: {resume_command(last.id, loaded.file)}")
