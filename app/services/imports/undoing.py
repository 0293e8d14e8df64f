"""Undo an import: its rows are read again from the kept files, and the table becomes what it was before them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from app.errors import Refused
from app.extensions import db
from app.services import runs
from app.services.imports import kept_files
from app.services.imports.limits import reading_limits
from app.services.imports.refusals import is_refusal, words_of
from app.services.imports.replay import SheetRecord
from app.services.imports.roads import loading_connection
from app.services.imports.sources import RowsRejectedError, Source
from app.services.imports.table_lock import table_locked
from app.services.imports.taking_back import Taker
from app.services.imports.undo_refusals import unfitting
from app.services.imports.undoable import UNDO, Undoable, check_state
from app.sheets.load.mysql import LoadError
from app.sheets.plan import MappedColumn, Plan
from app.sheets.process import Reader
from app.sheets.read.options import ReadOptions
from app.sheets.readers import Readers
from app.sheets.table import Table
from app.words import without_values


@dataclass(frozen=True)
class Undone:
    """A finished undo of the import `undoes`.

    Attributes:
        deleted: rows that the import had inserted.
        restored: rows that it had updated, and have their values of before again.
        inserted: rows that it had deleted.
        kept: rows that were left as they are, because they were changed since.
        left: rows that the table has now.
        created: the import had made the table, which stays as well.
    """

    run_id: int
    undoes: int
    table: str
    deleted: int
    restored: int
    inserted: int
    kept: int
    left: int
    seconds: float
    created: bool


def undo(what: Undoable, password: str = "", wait_s: float = 0, keep_changed: bool = False) -> Undone:
    """Take an import back in one transaction, or leave everything as it is.

    Args:
        password: of the kept files, if they are encrypted.
        wait_s: how many seconds to wait for another run that holds the table.
        keep_changed: leave rows that were changed since as they are, and take back the others.

    Raises:
        Refused: rows are missing, were changed since, or others point to them; nothing was undone.
        Busy: another run holds the table.
    """
    with ExitStack() as stack:
        lock = stack.enter_context(table_locked(what.table.name, wait_s))
        check_state(runs.get(what.run_id))  # somebody may have undone it while this one waited or asked
        run = stack.enter_context(runs.recorded(UNDO, what.undo_name, what.arguments, details=what.details, lock=lock))
        started = time.monotonic()
        sources = _sources(stack.enter_context(Readers(reading_limits())), what, password)
        run.total = what.inserted + what.updated
        done = _take_back(sources, what, keep_changed, run)
    return Undone(
        run_id=run.id,
        undoes=what.run_id,
        table=what.table.name,
        **done,
        seconds=time.monotonic() - started,
        created=what.replay.created,
    )


def _sources(readers: Readers, what: Undoable, password: str) -> list[Source]:
    """Open the kept files; sheets of one file share its reader."""
    opened: dict[str, Reader] = {}
    for sheet in what.replay.sheets:
        if sheet.sha256 not in opened:
            options = ReadOptions(password, sheet.encoding, sheet.delimiter, sheet.file)
            opened[sheet.sha256] = readers.open(kept_files.path_of(sheet.sha256), options)
    return [_source(opened[sheet.sha256], sheet, what) for sheet in what.replay.sheets]


def _source(reader: Reader, sheet: SheetRecord, what: Undoable) -> Source:
    """Plan a sheet as the import did. No key is looked at: the table's own may be others by now."""
    head = reader.head(sheet.sheet, sheet.header_row, what.replay.skip_hidden)
    table = Table(what.table.name, what.table.columns)
    columns = tuple(
        MappedColumn(position, header, table.column(name), "recorded") for position, header, name in sheet.columns
    )
    return Source(reader, head, Plan(sheet.sheet, sheet.header_row, table, columns))


def _take_back(sources: Sequence[Source], what: Undoable, keep_changed: bool, run: runs.OpenRun) -> dict[str, int]:
    """Take all back and commit; return the counts of an `Undone`."""
    try:
        with loading_connection(db.engine, run.id) as connection:
            taker = Taker(connection, what, keep_changed, run)
            done = taker.take_back(sources)
            changes = {"inserted": done["inserted"], "updated": done["restored"], "deleted": done["deleted"]}
            runs.commit(run, connection, {what.table.name: {name: count for name, count in changes.items() if count}})
            return done
    except (RowsRejectedError, LoadError):
        raise unfitting(what) from None
    except Exception as error:
        if not is_refusal(error):
            raise
        said = "\n  ".join([f"Run {what.run_id} cannot be undone: the database keeps its rows:", *words_of(error)])
        raise Refused(said, for_record=without_values(said)) from error
