"""Start a script as a run: guarded, locked, on record."""

from __future__ import annotations

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


def start(request: ScriptRequest, observer: Observer) -> ScriptOutcome:
    """Run a script.

    Raises:
        Refused: a guard says no. Busy: another run of it goes on. Invalid, UsageError: parameters it does not take.
        Interrupted: somebody stopped it; says how to go on. AppError: what went wrong.
    """
    loaded = _loaded(request)
    script = loaded.script
    guards.check_production(script, request.consent, request.dry_run)
    with locked(script, request.wait_s) as lock:
        wanted = asked(request, loaded)
        guards.check_not_retried(script, wanted.options)
        if not request.dry_run:
            guards.check_once(script, wanted.options)
            _tell_unfinished(loaded, observer)
        parameters.parse(script, parameters.to_argv(script, wanted.values))  # wrong ones leave no run behind
        task = Task(loaded, wanted.values, terms_of(script, wanted.options, request.dry_run))
        arguments, details = task.secrets.masked(wanted.values), _details(request, loaded, wanted)
        with runs.recorded("script", script.name or "", arguments, details=details, lock=lock) as record:
            position = Position() if request.dry_run or script.read_only else checkpoints.take_up(db.engine, record.id)
            return go(task, record, position, observer)


def _loaded(request: ScriptRequest) -> Loaded:
    """Return the script; a retired one is not even loaded, unless it is forced."""
    file = request.loaded.file if request.loaded else discovery.find(scripts_path(current_app.config), request.name)
    guards.check_retired(file, request.force)
    return request.loaded or loading.load(file)


def _details(request: ScriptRequest, loaded: Loaded, wanted: Asked) -> runs.Details:
    reason, options = masked(request.reason), masked(wanted.options)
    return runs.Details(request.dry_run, reason, loaded.script.id, loaded.sha256, options)


def _tell_unfinished(loaded: Loaded, observer: Observer) -> None:
    """Tell of a run of the script that could go on: whoever starts it anew may have meant that one."""
    last = next(iter(runs.newest(1, runs.Filter(script_id=loaded.script.id, dry_run=False))), None)
    if last is not None and last.state in RESUMABLE and last.progress_done:
        how = f"{STATES[last.state]} after {last.progress_done:,} items"
        observer.note(f"Run {last.id} of it {how}; to go on with that one: {resume_command(last.id, loaded.file)}")
