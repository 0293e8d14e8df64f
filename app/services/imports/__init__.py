"""Import sheets into a table: all rows or none, proved, and on record."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from app.errors import Refused
from app.extensions import db
from app.services import runs
from app.services.imports.again import check_new
from app.services.imports.executing import execute
from app.services.imports.keeping import lack_beforehand
from app.services.imports.kept_files import copied
from app.services.imports.limits import reading_limits
from app.services.imports.loaded import Loaded
from app.services.imports.new_table import NewTable, infer
from app.services.imports.opened import opened, start_reading
from app.services.imports.outcome import Outcome
from app.services.imports.plans import save_plan
from app.services.imports.rejections import Rejections, RowsRejected
from app.services.imports.rejects_file import left_out, write_rejects
from app.services.imports.replacing import agreed_to_replace
from app.services.imports.replay import record
from app.services.imports.request import ImportRequest, SheetReport, Watcher
from app.services.imports.sources import Source
from app.services.imports.table_lock import table_locked
from app.services.imports.undoable import IMPORT
from app.services.new_file import check_free
from app.sheets.convert.rules import Rules
from app.sheets.frames import Head
from app.sheets.modes import INSERT, MODES, key_of
from app.sheets.plan import Plan
from app.sheets.read.options import ReadOptions
from app.sheets.readers import Readers
from app.sheets.table import Key
from app.sheets.target import find

__all__ = [
    "MODES",
    "Head",
    "ImportRequest",
    "Outcome",
    "Plan",
    "ReadOptions",
    "Rejections",
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
    for path, option in ((request.rejects, "--rejects"), (request.save_plan, "--save-plan")):
        if path is not None:
            check_free(path, option)
    with ExitStack() as stack:
        readers = start_reading(stack.enter_context(Readers(request.limits)), request)
        copies = [] if request.dry_run else stack.enter_context(copied(request.files))  # before they are read
        sources = opened(readers, request)
        copies = [copies[source.file] for source in sources] if copies else []
        new_table = _prepare(sources, request, watcher)
        if request.save_plan is not None:
            save_plan(request.save_plan, sources, new_table, request)
            watcher.plan_saved(request.save_plan)
        key = None if new_table is not None else _key(sources, request)
        why = "" if new_table is not None or request.dry_run else lack_beforehand(sources)
        if why:
            watcher.cannot_be_undone(why)
        if request.mode.deletes and not request.dry_run:
            agreed_to_replace(db.engine, request.table, watcher)
        options = {} if request.dry_run else record(sources, copies, new_table, key, request).as_options()
        details = runs.Details(dry_run=request.dry_run, options=options)
        with _rejects_written(sources, request), table_locked(request.table, request.wait_s) as lock:
            if not request.again:
                check_new(sources, copies, request.table)
            with runs.recorded(IMPORT, request.run_name, request.arguments(), details=details, lock=lock) as run:
                started = time.monotonic()
                loaded = execute(sources, copies, new_table, key, request, watcher, run)
        if request.dry_run and request.rejects is not None and loaded.rejections.cells:
            write_rejects(request.rejects, sources, loaded.rejections.cells)
        return _outcome(sources, request, loaded, run.id, time.monotonic() - started)


@contextmanager
def _rejects_written(sources: list[Source], request: ImportRequest) -> Iterator[None]:
    """Write the rows that cannot be loaded to the workbook that was asked for, where nothing else is written."""
    try:
        yield
    except RowsRejected as error:
        if request.rejects is not None:
            written = write_rejects(request.rejects, sources, error.rejections.cells)
            error.written_to(request.rejects, left_out(written, error.rejections.rejected))
        raise


def _prepare(sources: list[Source], request: ImportRequest, watcher: Watcher) -> NewTable | None:
    """Make all plans; return the table to make, if one is to be made (its plan comes with it)."""
    if request.create:
        if len(sources) > 1:
            raise Refused("--create takes one sheet.", "Import the others into the table that it makes.")
        if request.mode != INSERT:
            raise Refused(f"--create makes an empty table: there is nothing to {request.mode.name} in it.")
        return infer(db.engine, sources[0], request, watcher)
    with db.engine.connect() as connection:
        table = find(connection, request.table, db.metadata)
    for source in sources:
        source.make_plan(table, request, watcher)
    return None


def _key(sources: list[Source], request: ImportRequest) -> Key | None:
    """Return what rows are known by: a key that all sheets fill."""
    filled = set.intersection(*({column.name for column in source.columns} for source in sources))
    return key_of(sources[0].planned.table, filled, request.key, request.mode)


def _outcome(sources: list[Source], request: ImportRequest, loaded: Loaded, run_id: int, seconds: float) -> Outcome:
    return Outcome(
        run_id=run_id,
        table=request.table,
        rows=sum(loaded.counts.values()) - loaded.counts["deleted"],
        counts=dict(loaded.counts),
        columns=max(len(source.columns) - len(source.unproved) for source in sources),
        seconds=seconds,
        dry_run=request.dry_run,
        created=request.create and not request.dry_run,
        cannot_undo=loaded.cannot_undo,
        sheets=tuple(source.report() for source in sources),
        rejections=loaded.rejections,
        rejects=request.rejects if loaded.rejections.cells else None,
        samples=tuple(loaded.samples),
    )
