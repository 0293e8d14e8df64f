"""A script, its parameters and the terms of its run, and the doing of it within a run that is open."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app

from app.extensions import db
from app.runner import parameters
from app.runner.checkpoints import Position
from app.runner.execution import Result, execute
from app.runner.files.discovery import ScriptFile
from app.runner.files.loading import Loaded
from app.runner.terms import Terms
from app.services import runs
from app.services.runs.log import captured
from app.services.scripts.endings import told
from app.services.scripts.request import Observer, ScriptOutcome
from app.services.scripts.secrets import Secrets


@dataclass(frozen=True)
class Task:
    """A script, its parameters as a form has them, and the terms of its run."""

    loaded: Loaded
    values: Mapping[str, Any]
    terms: Terms

    @property
    def secrets(self) -> Secrets:
        """Return what of its parameters must not show."""
        return Secrets.of(self.loaded.script, self.values)


def go(task: Task, record: runs.OpenRun, position: Position, observer: Observer) -> ScriptOutcome:
    """Do a task whose run is open, and tell the ledger what came of it."""
    started = time.monotonic()
    file, script, dry_run = task.loaded.file, task.loaded.script, task.terms.dry_run
    script_log = logging.getLogger(f"opsdesk.run.{record.id}")
    with (
        observer.watching(record, file.name, script.owner, dry_run),
        captured(record.folder, current_app.config["RUN_LOG_MB"], script_log),
        told(task, record),
        parameters.parsed(script, parameters.to_argv(script, task.values)) as given,
    ):
        terms = replace(task.terms, hide=task.secrets.hide)
        result = execute(script, given, terms, db.engine, record, position, record.folder.artifacts)
    result.calls = [task.secrets.hide(call) for call in result.calls]
    if dry_run:
        _keep_diff(record, result)
    return outcome_of(file, record, result, time.monotonic() - started, dry_run)


def outcome_of(
    file: ScriptFile, record: runs.OpenRun, result: Result, seconds: float, dry_run: bool = False
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


def _keep_diff(record: runs.OpenRun, result: Result) -> None:
    """Keep what would change beside the log, for whoever looks at the run later."""
    record.folder.make()
    changes = [table.as_dict() for table in result.diff]
    record.folder.diff.write_text(json.dumps(changes, ensure_ascii=False, default=str), encoding="utf-8")
