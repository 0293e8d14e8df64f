"""Run a script: call it with its run, commit or roll back, and say what came of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from app.engine import WRITER, is_mysql
from app.extensions import db
from app.interrupts import leaving
from app.runner.artifacts import Artifacts
from app.runner.checkpoints import Position
from app.runner.diff import Before, TableDiff, difference
from app.runner.script import Script
from app.runner.script_run import ScriptRun
from app.runner.sql.guarding import watch_others
from app.runner.stopping import LEAVE, PAUSE, Stopper, signals_caught
from app.runner.terms import Parameters, Record, Terms
from app.runner.work import Work
from app.runner.work_connection import named_for


@dataclass
class Result:
    """What came of a script.

    Attributes:
        failed: how many items were left out because of an error.
        calls: what it called outside the database; in a dry run, what it would have called.
        artifacts: `[{"name": , "size": bytes, "sha256": hex}]`.
        diff: of a dry run, what would change.
    """

    failed: int = 0
    calls: list[str] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    diff: list[TableDiff] = field(default_factory=list)


def execute(
    script: Script,
    parameters: Parameters,
    terms: Terms,
    engine: Engine,
    record: Record,
    position: Position,
    folder: Path,
) -> Result:
    """Run a script from `position` on.

    Args:
        folder: where its artifacts stay; those of a dry run do not.

    Raises:
        Stopped: somebody asked it to stop; its last batch is committed.
        KeyboardInterrupt: it was broken off; the last batch was rolled back.
        Exception: whatever went wrong in it; the last batch was rolled back.
    """
    keeps = not (terms.dry_run or script.read_only)
    stopper = Stopper(lambda: PAUSE if record.lock_lost else record.asked or (LEAVE if keeps and leaving() else None))
    with ExitStack() as stack:
        before = stack.enter_context(Before(engine)) if terms.dry_run else None
        connection = stack.enter_context(_connected(engine, script, terms, record.id))
        if before is not None:
            before.begin(connection)
        work = Work(connection, script, terms, record, position)
        stack.callback(work.close)
        if terms.dry_run:
            stack.enter_context(watch_others(engine))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        artifacts = Artifacts(folder)
        run = ScriptRun(work, terms, record, stopper, artifacts, engine)
        with _session_of(run), signals_caught(stopper, script.timeout):
            _call(script, run, parameters)
            run.finish()
        result = Result(position.failed, run.calls, artifacts.listed())
        if before is not None:
            record.rows = work.counter.snapshot()
            result.diff = difference(before, connection, work.counter.tables)
        return result


def _call(script: Script, run: ScriptRun, parameters: Parameters) -> None:
    assert script.callback is not None  # noqa: S101 - `script` decorates a function
    try:
        script.callback(run, **parameters)
    except SystemExit as leaving:
        if leaving.code not in (None, 0):
            raise RuntimeError(f"The script left with sys.exit({leaving.code!r}).") from leaving


@contextmanager
def _connected(engine: Engine, script: Script, terms: Terms, run_id: int) -> Iterator[Connection]:
    """Give the script's connection: a reader for what only reads, one snapshot from begin to end for a dry run."""
    options: dict[str, Any] = {WRITER: not script.read_only}
    if terms.dry_run and is_mysql(engine.url):
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection, named_for(run_id, connection):
        yield connection


@contextmanager
def _session_of(run: ScriptRun) -> Iterator[None]:
    """Make the run's session that of `db.session` as well: code of the application takes part in the transaction."""
    db.session.remove()
    db.session.registry.set(run.session)  # type: ignore[arg-type]  # Flask-SQLAlchemy's class only adds binds
    try:
        yield
    finally:
        db.session.registry.clear()
