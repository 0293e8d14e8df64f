"""Start a script as a run: guarded, locked, on record."""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.config import scripts_path
from app.errors import AppError, Failed, Interrupted, Refused
from app.extensions import db
from app.models import RunFailure
from app.runner import checkpoints, cursor, parameters
from app.runner.artifacts import Artifacts
from app.runner.batch import described
from app.runner.checkpoints import Position
from app.runner.execution import Result, execute
from app.runner.files import discovery
from app.runner.script import Script, UsageError
from app.runner.stopping import CANCEL, Stopped
from app.runner.terms import Terms
from app.services import runs
from app.services.failures import failure_of
from app.services.runs.log import captured
from app.services.scripts import guards
from app.services.scripts.locking import locked
from app.services.scripts.request import Observer, ScriptOutcome, ScriptRequest
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
        details = runs.Details(request.dry_run, request.reason, script.id, sha256, request.options())
        with runs.recorded("script", script.name or "", values, details=details, lock=lock) as record:
            position = Position() if request.dry_run or script.read_only else checkpoints.take_up(db.engine, record.id)
            terms = terms_of(script, request.options(), request.dry_run)
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


@dataclass(frozen=True)
class Task:
    """A script, its parameters as a form has them, and the terms of its run."""

    file: discovery.ScriptFile
    script: Script
    values: Mapping[str, Any]
    terms: Terms


def go(task: Task, record: runs.OpenRun, position: Position, observer: Observer) -> ScriptOutcome:
    """Do a task whose run is open, and tell the ledger what came of it."""
    started = time.monotonic()
    script, dry_run = task.script, task.terms.dry_run
    script_log = logging.getLogger(f"opsdesk.run.{record.id}")
    with (
        observer.watching(record, task.file.name, script.owner, dry_run),
        captured(record.folder, current_app.config["RUN_LOG_MB"], script_log),
        _told(script, task.terms, record),
        parameters.parsed(script, parameters.to_argv(script, task.values)) as given,
    ):
        result = execute(script, given, task.terms, db.engine, record, position, record.folder.artifacts)
    if dry_run:
        _keep_diff(record, result)
    return outcome_of(task.file, record, result, time.monotonic() - started, dry_run)


def outcome_of(
    file: discovery.ScriptFile, record: runs.OpenRun, result: Result, seconds: float, dry_run: bool = False
) -> ScriptOutcome:
    """Return what came of a run that has succeeded."""
    return ScriptOutcome(
        run_id=record.id,
        name=file.name,
        retired=file.retired,
        dry_run=dry_run,
        folder=record.folder.artifacts,
        rows=record.rows,
        items=record.done or 0,
        seconds=seconds,
        result=result,
    )


@contextmanager
def _told(script: Script, terms: Terms, record: runs.OpenRun) -> Iterator[None]:
    """Turn what ends a script into what the ledger and the operator are told."""
    resumable = not (terms.dry_run or script.read_only)
    try:
        yield
    except (Stopped, KeyboardInterrupt) as stop:
        cancelled = not resumable or (isinstance(stop, Stopped) and stop.what == CANCEL)
        record.ending = "cancelled" if cancelled else "paused"
        raise _interrupted(record) from None
    except (AppError, UsageError):
        raise
    except SQLAlchemyError as error:
        raise _failed(script, record, error, failure_of(error).message, resumable) from error
    except Exception as error:
        raise _failed(script, record, error, f"{type(error).__name__}: {error}", resumable) from error
    finally:
        record.artifacts = Artifacts(record.folder.artifacts).listed()


def _interrupted(record: runs.OpenRun) -> Interrupted:
    done = "" if record.done is None else f" after {record.done:,} items"
    if record.ending == "cancelled":
        return Interrupted(f"Run {record.id} was stopped{done}; it cannot be resumed.")
    return Interrupted(f"Run {record.id} is paused{done}.", f"Go on with: flask runs resume {record.id}")


def _failed(script: Script, record: runs.OpenRun, error: Exception, message: str, resumable: bool) -> Failed:
    """Return the error of a script that went wrong: where it did, where its traceback is, how to go on."""
    logging.getLogger("opsdesk").error("".join(traceback.format_exception(error)))
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == script.path]
    place = f" ({script.path.name}, line {frames[-1].lineno})" if frames else ""
    notes = "".join(f" {note}." for note in getattr(error, "__notes__", ()))
    hint = f"The traceback: flask runs log {record.id}"
    if resumable and record.rows:
        hint += f" Mend it and go on with: flask runs resume {record.id} --new-code"
    return Failed(f"{message}{place}{notes}", hint, for_record=f"{described(error)}{place}{notes}")


def _tell_unfinished(script: Script, observer: Observer) -> None:
    """Tell of a run of the script that could go on: whoever starts it anew may have meant that one."""
    last = next(iter(runs.newest(1, runs.Filter(script_id=script.id, dry_run=False))), None)
    if last is not None and last.state in ("paused", "lost"):
        done = f" after {last.progress_done:,} items" if last.progress_done else ""
        observer.note(f"Run {last.id} of it is {last.state}{done}; to go on with that: flask runs resume {last.id}")


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


def _keep_diff(record: runs.OpenRun, result: Result) -> None:
    """Keep what would change beside the log, for whoever looks at the run later."""
    record.folder.make()
    changes = [table.as_dict() for table in result.diff]
    record.folder.diff.write_text(json.dumps(changes, ensure_ascii=False, default=str), encoding="utf-8")
