"""Import sheets into a table: all rows or none, proved, and on record."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext

import pymysql
import sqlalchemy as sa

from app.errors import Refused
from app.extensions import db
from app.services import runs
from app.services.failures import failure_of
from app.services.imports.diagnosis import RowsRejected, refused, unreadable
from app.services.imports.keeping import keep
from app.services.imports.kept_files import Copy, copied
from app.services.imports.limits import reading_limits
from app.services.imports.loading import load_and_prove, loading_connection
from app.services.imports.new_table import NewTable, created, infer
from app.services.imports.refusals import Unexplained, is_refusal
from app.services.imports.replay import record
from app.services.imports.request import ImportRequest, Outcome, SheetReport, Watcher
from app.services.imports.sources import RowsRejectedError, Source
from app.services.imports.table_lock import table_locked
from app.sheets.convert.rules import Rules
from app.sheets.frames import Head
from app.sheets.plan import Plan
from app.sheets.process import Reader
from app.sheets.read.options import ReadOptions
from app.sheets.target import find, reflect

__all__ = [
    "Head",
    "ImportRequest",
    "Outcome",
    "Plan",
    "ReadOptions",
    "RowsRejected",
    "Rules",
    "SheetReport",
    "Watcher",
    "import_sheets",
    "reading_limits",
]


def import_sheets(request: ImportRequest, watcher: Watcher) -> Outcome:
    """Import the sheets of all files into one table, in one transaction.

    Raises:
        AppError: nothing was written, and why; RowsRejected names the cells.
    """
    with ExitStack() as stack:
        copies = [] if request.dry_run else stack.enter_context(copied(request.files))  # before they are read
        readers = [stack.enter_context(Reader(path, request.limits, request.options)) for path in request.files]
        sources = [
            Source(reader, reader.head(request.sheet, request.header_row, request.skip_hidden)) for reader in readers
        ]
        new_table = _prepare(sources, request, watcher)
        name = f"{', '.join(path.name for path in request.files)} → {request.table}"
        options = {} if request.dry_run else record(sources, copies, new_table, request).as_options()
        details = runs.Details(dry_run=request.dry_run, options=options)
        with (
            table_locked(request.table, request.wait_s) as lock,
            runs.recorded("import", name, request.arguments(), details=details, lock=lock) as run,
        ):
            started = time.monotonic()
            rows, cannot_undo = _load(sources, copies, new_table, request, watcher, run)
        return Outcome(
            run_id=run.id,
            table=request.table,
            rows=rows,
            columns=max(len(source.columns) - len(source.unproved) for source in sources),
            seconds=time.monotonic() - started,
            dry_run=request.dry_run,
            created=new_table is not None and not request.dry_run,
            cannot_undo=cannot_undo,
            sheets=tuple(source.report() for source in sources),
        )


def _prepare(sources: list[Source], request: ImportRequest, watcher: Watcher) -> NewTable | None:
    """Make all plans; return the table to make, if one is to be made (its plan comes with it)."""
    if request.create:
        if len(sources) > 1:
            raise Refused("--create takes one file.", "Import the others into the table that it makes.")
        return infer(db.engine, sources[0], request, watcher)
    with db.engine.connect() as connection:
        table = find(connection, request.table, db.metadata)
    for source in sources:
        source.make_plan(table, request, watcher)
    return None


def _load(
    sources: list[Source],
    copies: Sequence[Copy],
    new_table: NewTable | None,
    request: ImportRequest,
    watcher: Watcher,
    run: runs.OpenRun,
) -> tuple[int, str]:
    """Load within one transaction; return the rows, and why they cannot be taken back, if they cannot.

    Whatever the database refuses is explained by cells.
    """

    def progress(rows: int, share: float) -> None:
        run.done = rows
        run.total = round(rows / share) if share else None
        watcher.progress(rows, share)

    try:
        with (
            loading_connection(db.engine) as connection,
            created(connection, new_table.definition, request.dry_run) if new_table is not None else nullcontext(),
        ):
            if new_table is not None:
                sources[0].plan = new_table.plan(sources[0], reflect(connection, request.table, db.metadata))
            watcher.loading()
            rows = load_and_prove(connection, sources, request, progress)
            if request.dry_run:
                connection.rollback()
                run.rows[request.table] = {"inserted": rows}
                return rows, "it was a dry run"
            cannot_undo = keep(sources, copies, request.create)
            runs.commit(run, connection, {request.table: {"inserted": rows}})
            return rows, cannot_undo
    except RowsRejectedError:
        raise unreadable(sources) from None
    except Exception as error:
        if not is_refusal(error):
            raise
        raise _explained(error, sources, new_table is None, request) from error


def _explained(error: Exception, sources: list[Source], may_stage: bool, request: ImportRequest) -> Exception:
    """Return what the database's refusal means: in cells, or in its own words where none can be found."""
    explained: Exception | None = None
    hint = ""
    if may_stage:
        try:
            explained = refused(db.engine, sources[0].planned.table, sources, request)
        except RowsRejectedError:  # beyond the row that the database refused there are cells that do not convert
            explained = unreadable(sources)
        except (sa.exc.SQLAlchemyError, pymysql.err.Error, sqlite3.Error) as another:
            hint = f"The cells could not be found: {failure_of(another).message}"
    return explained or Unexplained(error, hint)
