"""Undo an import: its rows are read again from the kept files, found in the table as they were, and deleted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import sqlalchemy as sa

from app.errors import Refused
from app.extensions import db
from app.services import runs
from app.services.imports import kept_files
from app.services.imports.limits import reading_limits
from app.services.imports.refusals import is_refusal, words_of
from app.services.imports.replay import SheetRecord
from app.services.imports.request import ImportRequest
from app.services.imports.roads import loading_connection
from app.services.imports.sources import RowsRejectedError, Source
from app.services.imports.staging import drop_stage, fill_stage, make_stage
from app.services.imports.table_lock import table_locked
from app.services.imports.undo_refusals import changed, not_proved, pointed_to, unfitting
from app.services.imports.undoable import UNDO, Undoable, check_state
from app.sheets.equality import staged_columns
from app.sheets.load.mysql import LoadError
from app.sheets.load.statements import quoted
from app.sheets.plan import MappedColumn, Plan
from app.sheets.pointing import Pointing, pointing_rows, pointing_to
from app.sheets.process import Reader
from app.sheets.read.options import ReadOptions
from app.sheets.table import Key, Table
from app.sheets.undo import key_among, known_by
from app.words import without_values


@dataclass(frozen=True)
class Undone:
    """A finished undo: `rows` of the import `undoes` were deleted, and `left` rows stay in the table.

    `created`: the import had made the table, which stays as well.
    """

    run_id: int
    undoes: int
    table: str
    rows: int
    left: int
    seconds: float
    created: bool


def undo(what: Undoable, password: str = "", wait_s: float = 0) -> Undone:
    """Delete the rows of an import in one transaction, or leave everything as it is.

    Args:
        password: of the kept files, if they are encrypted.
        wait_s: how many seconds to wait for another run that holds the table.

    Raises:
        Refused: rows are missing, were changed since, or others point to them; nothing was deleted.
        Busy: another run holds the table.
    """
    name = f"import {what.name}"
    details = runs.Details(options={"undoes": what.run_id})
    with ExitStack() as stack:
        lock = stack.enter_context(table_locked(what.table.name, wait_s))
        check_state(runs.get(what.run_id))  # somebody may have undone it while this one waited or asked
        run = stack.enter_context(runs.recorded(UNDO, name, {"run": what.run_id}, details=details, lock=lock))
        started = time.monotonic()
        sources = [_source(stack, sheet, what, password) for sheet in what.replay.sheets]
        run.total = what.rows
        left = _delete(sources, what, run)
    seconds = time.monotonic() - started
    return Undone(run.id, what.run_id, what.table.name, what.rows, left, seconds, what.replay.created)


def _source(stack: ExitStack, sheet: SheetRecord, what: Undoable, password: str) -> Source:
    """Open a kept file, and plan it as the import did. No key is looked at: the table's own may be others by now."""
    options = ReadOptions(password, sheet.encoding, sheet.delimiter, sheet.file)
    reader = stack.enter_context(Reader(kept_files.path_of(sheet.sha256), reading_limits(), options))
    head = reader.head(sheet.sheet, sheet.header_row, what.replay.skip_hidden)
    table = Table(what.table.name, what.table.columns)
    columns = tuple(
        MappedColumn(position, header, table.column(name), "recorded") for position, header, name in sheet.columns
    )
    return Source(reader, head, Plan(sheet.sheet, sheet.header_row, table, columns))


def _delete(sources: Sequence[Source], what: Undoable, run: runs.OpenRun) -> int:
    """Delete all rows and commit; return how many the table has left."""
    try:
        with loading_connection(db.engine) as connection:
            foreign_keys = pointing_to(connection, what.table)
            # Rows of a later file may point to those of an earlier one.
            for source, sheet in reversed(list(zip(sources, what.replay.sheets, strict=True))):
                left = _delete_sheet(connection, source, sheet, what, foreign_keys)
                run.done = (run.done or 0) + source.summary.rows
            if run.done != what.rows:
                raise unfitting(what)
            runs.commit(run, connection, {what.table.name: {"deleted": what.rows}})
            return left
    except (RowsRejectedError, LoadError):
        raise unfitting(what) from None
    except Exception as error:
        if not is_refusal(error):
            raise
        said = "\n  ".join([f"Run {what.run_id} cannot be undone: the database keeps its rows:", *words_of(error)])
        raise Refused(said, for_record=without_values(said)) from error


def _delete_sheet(
    connection: sa.Connection, source: Source, sheet: SheetRecord, what: Undoable, foreign_keys: Sequence[Pointing]
) -> int:
    """Delete the rows of one sheet, once all are found as they were; return how many the table has left."""
    table = what.table
    make_stage(connection, table.name, source.columns)
    fill_stage(connection, source, _request(what), staged_columns(source.columns))
    key = _key(source, what)
    rows = known_by(connection.dialect, table, source.columns, key)
    compared = rows.compare(connection)
    if compared.staged != source.summary.rows:  # the key finds two rows for one: its column ignores more than it does
        raise unfitting(what)
    if not compared.equal:
        raise changed(what, sheet, compared, key)
    for foreign in foreign_keys:
        if pointing := pointing_rows(connection, foreign, rows.parents(), key):
            raise pointed_to(what, foreign, pointing)
    before = _count(connection, table)
    rows.delete(connection, [foreign for foreign in foreign_keys if foreign.own])
    left = _count(connection, table)
    if before - left != compared.staged:
        raise not_proved(what, before - left, compared.staged)
    drop_stage(connection)
    return left


def _key(source: Source, what: Undoable) -> Key | None:
    """Return what the rows of a sheet are known by; None where the table must hold nothing else.

    Raises:
        Refused: there is nothing to know them by.
    """
    summary = source.summary
    key = key_among(what.table, source.columns, summary.filled, summary.rows)
    if isinstance(key, Key):
        return key
    if what.replay.created:
        return None
    raise Refused(f"Run {what.run_id} cannot be undone: {key}.", "Delete its rows by a script: flask script new NAME")


def _request(what: Undoable) -> ImportRequest:
    """Return the import as it was asked, as far as the reading of rows goes."""
    replay = what.replay
    return ImportRequest(
        (), what.table.name, reading_limits(), rules=replay.rules, limit=replay.limit, skip_hidden=replay.skip_hidden
    )


def _count(connection: sa.Connection, table: Table) -> int:
    name = quoted(connection.dialect, table.name)
    return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {name}").scalar_one())  # noqa: S608 - reflected name
