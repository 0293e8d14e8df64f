"""Carry an import out: one transaction, from the first row to the commit that the ledger shares."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import nullcontext

import pymysql
import sqlalchemy as sa

from app.extensions import db
from app.models import ImportedSheet
from app.services import runs
from app.services.failures import failure_of
from app.services.imports.before_images import drop_expired_images
from app.services.imports.keeping import keep
from app.services.imports.kept_files import Copy, days
from app.services.imports.loaded import Loaded
from app.services.imports.loading import load_and_prove
from app.services.imports.merging import merge_and_prove
from app.services.imports.new_table import NewTable, created
from app.services.imports.refusals import Unexplained, is_refusal
from app.services.imports.rejections import Rejections, RowsRejected, rejections
from app.services.imports.rejects_file import REJECTS, keep_rejects, rejects_beside
from app.services.imports.request import ImportRequest, Watcher
from app.services.imports.roads import goes_straight, loading_connection
from app.services.imports.sources import RowsRejectedError, Source, files_of
from app.services.imports.staged_sheets import look_for_violations, stage
from app.sheets.diagnose import Violations
from app.sheets.process import Progress
from app.sheets.table import Key
from app.sheets.target import reflect


def execute(
    sources: list[Source],
    copies: Sequence[Copy],
    new_table: NewTable | None,
    key: Key | None,
    request: ImportRequest,
    watcher: Watcher,
    run: runs.OpenRun,
) -> Loaded:
    """Load all sheets within one transaction, and commit it unless it is a dry run.

    Raises:
        RowsRejected: rows cannot be loaded; all of them are named.
        Unexplained: the database refuses rows, and no cell could be found to blame.
    """

    def progress(rows: int, share: float) -> None:
        run.done = rows
        run.total = round(rows / share) if share else None
        watcher.progress(rows, share)

    try:
        with (
            loading_connection(db.engine, run.id) as connection,
            created(connection, new_table.definition, request.dry_run) if new_table is not None else nullcontext(),
        ):
            if new_table is not None:
                sources[0].plan = new_table.plan(sources[0], reflect(connection, request.table, db.metadata))
            watcher.loading()
            return _loaded(connection, sources, copies, key, request, progress, run)
    except RowsRejected as error:
        _keep_rejects(sources, error.rejections, request, run, error)
        raise
    except Exception as error:
        if not isinstance(error, RowsRejectedError) and not is_refusal(error):
            raise
        explained = _explained(error, sources, new_table is None, key, request, run.id)
        if isinstance(explained, RowsRejected):
            _keep_rejects(sources, explained.rejections, request, run, explained)
        raise explained from error


def _loaded(
    connection: sa.Connection,
    sources: Sequence[Source],
    copies: Sequence[Copy],
    key: Key | None,
    request: ImportRequest,
    progress: Progress,
    run: runs.OpenRun,
) -> Loaded:
    if goes_straight(connection, sources, request, key):
        loaded = load_and_prove(connection, sources, request, progress)
    else:
        kept_for = None if request.dry_run or not days() else run.id
        loaded = merge_and_prove(connection, sources, request, key, progress, kept_for)
    if request.dry_run:
        connection.rollback()
        run.rows[request.table] = loaded.written()
        _keep_rejects(sources, loaded.rejections, request, run)
        loaded.cannot_undo = "it was a dry run"
        return loaded
    loaded.cannot_undo = loaded.cannot_undo or keep(sources, copies, request.create)
    drop_expired_images(connection, days())
    _record(connection, sources, copies, request, loaded, run)
    _keep_rejects(sources, loaded.rejections, request, run)
    with rejects_beside(request.rejects, sources, loaded.rejections.cells):
        runs.commit(run, connection, {request.table: loaded.written()})
    return loaded


def _record(
    connection: sa.Connection,
    sources: Sequence[Source],
    copies: Sequence[Copy],
    request: ImportRequest,
    loaded: Loaded,
    run: runs.OpenRun,
) -> None:
    """Write what the sheets brought, with their data."""
    rows = [
        {
            "run_id": run.id,
            "number": number,
            "table_name": request.table,
            "sha256": copy.sha256,
            "file": copy.path.name[:255],
            "sheet": source.head.sheet,
            "left_out": loaded.left_out[number],
            "inserted": loaded.inserted[number],
            "proof": loaded.proofs[number],
        }
        for number, (source, copy) in enumerate(zip(sources, copies, strict=True))
    ]
    connection.execute(sa.insert(ImportedSheet), rows)


def _keep_rejects(
    sources: Sequence[Source],
    rejections: Rejections,
    request: ImportRequest,
    run: runs.OpenRun,
    error: RowsRejected | None = None,
) -> None:
    if request.keeps_rejects and rejections.cells:
        run.artifacts = keep_rejects(run.folder, sources, rejections.cells)
        if error is not None:
            error.kept_as(REJECTS)


def _explained(
    error: Exception, sources: list[Source], may_stage: bool, key: Key | None, request: ImportRequest, run_id: int
) -> Exception:
    """Return what a refusal means: in cells, or in the database's words where none can be found."""
    found, hint = Violations(request.max_errors), ""
    if may_stage:
        try:
            with loading_connection(db.engine, run_id) as connection:
                found = stage(connection, sources, request, key)
                look_for_violations(connection, sources, request, key, found)
                connection.rollback()
        except (sa.exc.SQLAlchemyError, pymysql.err.Error, sqlite3.Error) as another:
            hint = f"The cells could not be found: {failure_of(another).message}"
    if found.rows or isinstance(error, RowsRejectedError):
        return RowsRejected(rejections(sources, found, request.max_errors), files_of(sources))
    return Unexplained(error, hint)
