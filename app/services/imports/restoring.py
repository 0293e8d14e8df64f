"""Rows as they were before an import, brought back from the ledger: what it updated, and what it deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from app.models.before_image import DELETED, UPDATED
from app.services.imports.before_images import images_of
from app.services.imports.staging import STAGE_STEP, drop_stage, make_stage
from app.services.imports.undo_refusals import not_restored, there_again
from app.services.imports.undoable import Undoable
from app.sheets.load.statements import STAGE
from app.sheets.merge import Merge, drop_found
from app.sheets.modes import MODES, primary_key
from app.sheets.table import Column, Key
from app.sheets.written import UpdatedKeys, load_values

ALL_ROWS = (0, STAGE_STEP)


def updated_keys(connection: sa.Connection, what: Undoable, key: Key) -> UpdatedKeys:
    """Return the keys of the rows that the import updated, in a temporary table."""
    columns = tuple(what.table.column(name) for name in key.columns)
    keys = UpdatedKeys(connection.dialect, key, columns)
    keys.make(connection, what.table.name, _values(connection, what, key.columns))
    return keys


def restore_updated(connection: sa.Connection, what: Undoable, keys: UpdatedKeys) -> int:
    """Give the rows that were updated, and were met as the import left them, their values back; return how many."""
    restored = 0
    for columns, rows in _blocks(connection, what, UPDATED):
        make_stage(connection, what.table.name, columns)
        load_values(connection, STAGE, columns, rows)
        keys.keep_met(connection)
        restored += _merged(connection, what, columns, keys.key, inserts=False)
        drop_stage(connection)
    return restored


def restore_deleted(connection: sa.Connection, what: Undoable, key: Key, keep_changed: bool) -> int:
    """Insert the rows again that were deleted; return how many.

    Raises:
        Refused: the table has rows with their keys again, and these are not to be kept.
    """
    restored, known_by = 0, primary_key(what.table) or key
    for columns, rows in _blocks(connection, what, DELETED):
        make_stage(connection, what.table.name, columns)
        load_values(connection, STAGE, columns, rows)
        again = sum(drop_found(connection, what.table, one) for one in {key, known_by})
        if again and not keep_changed:
            raise there_again(what, again)
        restored += _merged(connection, what, columns, known_by, inserts=True)
        drop_stage(connection)
    return restored


def _merged(connection: sa.Connection, what: Undoable, columns: Sequence[Column], key: Key, inserts: bool) -> int:
    """Bring what is staged into the table; return how many rows there were.

    Raises:
        NotProved: the table does not have them afterwards.
    """
    merge = Merge(connection.dialect, what.table, tuple(columns), key, MODES["upsert"], ALL_ROWS)
    staged = int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {STAGE}").scalar_one())  # noqa: S608 - own name
    marked = merge.mark(connection)
    expected = marked.new == staged if inserts else marked.new == 0
    if marked.changed:
        merge.update(connection)
    if marked.new:
        merge.insert(connection)
    there, wrong = merge.differences(connection)
    merge.drop_marks(connection)
    if not expected or there != marked.new + marked.changed or wrong:
        raise not_restored(what)
    return staged


def _blocks(
    connection: sa.Connection, what: Undoable, change: str
) -> Iterator[tuple[list[Column], Iterator[list[Any]]]]:
    """Yield columns and rows that were kept; each time all that follow each other with the same columns."""
    for names, blocks in groupby(images_of(connection, what.run_id, change), key=lambda block: block[0]):
        yield [what.table.column(name) for name in names], (row for _, rows in blocks for row in rows)


def _values(connection: sa.Connection, what: Undoable, names: Sequence[str]) -> Iterator[list[Any]]:
    """Yield the values of some columns of the rows that were updated."""
    for columns, rows in images_of(connection, what.run_id, UPDATED):
        places = [columns.index(name) for name in names]
        for row in rows:
            yield [row[place] for place in places]
