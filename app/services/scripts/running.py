"""Start a script as a run: guarded, locked, on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.config import scripts_path
from app.errors import Refused
from app.extensions import db
from app.models import RunFailure
from app.runner import checkpoints, cursor, parameters
from app.runner.checkpoints import Position
from app.runner.files import discovery
from app.runner.script import Script
from app.runner.terms import Terms
from app.services import runs
from app.services.scripts import guards
from app.services.scripts.locking import locked
from app.services.scripts.request import Observer, ScriptOutcome, ScriptRequest
from app.services.scripts.states import RESUMABLE, STATES
from app.services.scripts.task import Task, go
from app.services.transactions import reading


def start(request: ScriptRequest, observer: Observer) -> ScriptOutcome:
    """Run a script.

    Raises:
        Refused: a guard says no. Busy: another run of it goes on. Invalid, UsageError: parameters it does not take.
        Interrupted: somebody stopped it; says how to go on. AppError: what went wrong.
    """
    file = discovery.find(scripts_path(current_app.config), request.name)
    guards.check_retired(file, request.force)
    script, sha256 = discovery.load(file), file.sha256()
    guards.check_production(script, request)
    with locked(script, request.wait_s) as lock:
        if not request.dry_run:
            guards.check_once(script)
            _tell_unfinished(script, observer)
        values = _values(request, script, sha256)
        parameters.parse(script, parameters.to_argv(script, values))  # wrong ones leave no run behind
        terms = terms_of(script, request.options(), request.dry_run)
        details = runs.Details(request.dry_run, request.reason, script.id, sha256, request.options())
        with runs.recorded("script", script.name or "", values, details=details, lock=lock) as record:
            position = Position() if request.dry_run or script.read_only else checkpoints.take_up(db.engine, record.id)
            return go(Task(file, script, values, terms), record, position, observer)


def terms_of(script: Script, options: Mapping[str, Any], dry_run: bool = False) -> Terms:
    """Return the terms that a script and the options of its run set.

    Raises:
        Refused: the run whose failed items are wanted has none.
    """
    declared = () if script.pause_while is None else (script.pause_while,)
    return Terms(
        dry_run=dry_run,
        max_rows=options.get("max_rows"),
        throttle=options.get("throttle"),
        pauses=(*declared, *options.get("pause_while", ())),
        failed=_failed_keys(options["retry_failed"]) if "retry_failed" in options else None,
    )


def _tell_unfinished(script: Script, observer: Observer) -> None:
    """Tell of a run of the script that could go on: whoever starts it anew may have meant that one."""
    last = next(iter(runs.newest(1, runs.Filter(script_id=script.id, dry_run=False))), None)
    if last is not None and last.state in RESUMABLE and last.progress_done:
        how = f"{STATES[last.state]} after {last.progress_done:,} items"
        observer.note(f"Run {last.id} of it {how}; to go on with that one: flask runs resume {last.id}")


def _values(request: ScriptRequest, script: Script, sha256: str) -> dict[str, Any]:
    """Return the parameters: those given, or those of the run that is applied or retried."""
    source = request.applies or request.retries
    if source is None:
        return dict(request.values)
    if request.values:
        raise Refused(f"The arguments are those of run {source}.", "Leave them out.")
    if request.applies is not None:
        return guards.values_of(guards.dry_run_to_apply(source, script, sha256))
    return guards.values_of(guards.run_to_retry(source, script))


def _failed_keys(run_id: int) -> dict[int, list[cursor.Key]]:
    keys: dict[int, list[cursor.Key]] = {}
    with reading() as session:
        for row in session.scalars(select(RunFailure).where(RunFailure.run_id == run_id).order_by(RunFailure.id)):
            keys.setdefault(row.step, []).append(cursor.decode(row.key))
    if not keys:
        raise Refused(f"Run {run_id} left no items out.", f"See: flask runs show {run_id}")
    return keys
