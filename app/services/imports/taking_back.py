"""Take an import back within one transaction: out with what it inserted, back with what was there before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.errors import Refused
from app.services import runs
from app.services.imports.limits import reading_limits
from app.services.imports.request import ImportRequest
from app.services.imports.restoring import restore_deleted, restore_updated, updated_keys
from app.services.imports.sources import Source
from app.services.imports.staging import drop_stage, fill_stage, make_stage
from app.services.imports.undo_refusals import changed, not_proved, pointed_to, unfitting
from app.services.imports.undoable import Undoable
from app.sheets.equality import staged_columns
from app.sheets.load.statements import STAGE, quoted
from app.sheets.modes import MODES
from app.sheets.pointing import Pointing, pointing_rows, pointing_to
from app.sheets.row_set import numbers_of, unpacked
from app.sheets.staged_rows import drop_rows, keep_rows
from app.sheets.table import Key, Table
from app.sheets.undo import Rows, key_among, known_by
from app.sheets.unfilled import untouched
from app.sheets.written import UpdatedKeys


@dataclass
class Taker:
    """Takes an import back, sheet by sheet."""

    connection: sa.Connection
    what: Undoable
    keeps_changed: bool
    run: runs.OpenRun

    def take_back(self, sources: Sequence[Source]) -> dict[str, int]:
        """Delete what was inserted, restore what was updated, insert what was deleted."""
        connection, what = self.connection, self.what
        key = _recorded_key(what)
        keys = updated_keys(connection, what, key) if key is not None and what.updated else None
        foreign_keys = pointing_to(connection, what.table)
        # Rows of a later file may point to those of an earlier one.
        backwards = list(reversed(list(enumerate(sources))))
        deleted = restored = 0
        restores_first = keys is not None and any(foreign.own for foreign in foreign_keys)
        if keys is not None and restores_first:  # what was updated may point to what was inserted
            for number, source in backwards:
                self._meet(source, number, keys)
                drop_stage(connection)
            restored = self._restore(keys)
        for number, source in backwards:
            deleted += self._delete(source, number, None if restores_first else keys, foreign_keys)
        if keys is not None and not restores_first:
            restored = self._restore(keys)
        inserted = restore_deleted(connection, what, key, self.keeps_changed) if key and what.deleted else 0
        if (deleted, restored, inserted) != (what.inserted, what.updated, what.deleted) and not self.keeps_changed:
            raise unfitting(what)
        left = _count(connection, what.table)
        kept = what.inserted + what.updated + what.deleted - deleted - restored - inserted
        return {"deleted": deleted, "restored": restored, "inserted": inserted, "kept": kept, "left": left}

    def _delete(self, source: Source, number: int, keys: UpdatedKeys | None, foreign_keys: Sequence[Pointing]) -> int:
        """Delete the rows that one sheet brought, once all that it wrote are found as they were; return how many.

        `keys` are those of updated rows that are still to be met.
        """
        connection, what = self.connection, self.what
        rows = self._meet(source, number, keys)
        inserted = what.listed[number]
        if inserted is not None:
            keep_rows(connection, numbers_of(unpacked(inserted)))
        rows = self._inserted(source)
        self._compare(rows, source, number)
        deleted = self._delete_staged(rows, source, foreign_keys)
        self.run.done = (self.run.done or 0) + source.summary.good
        drop_stage(connection)
        return deleted

    def _meet(self, source: Source, number: int, keys: UpdatedKeys | None) -> Rows:
        """Stage what the import wrote of a sheet, of updated rows those with `keys`, and find all as they were."""
        rows = self._staged(source, number, keys)
        self._compare(rows, source, number)
        if keys is not None:
            keys.meet(self.connection)
        return rows

    def _staged(self, source: Source, number: int, keys: UpdatedKeys | None) -> Rows:
        """Stage what the import wrote of a sheet."""
        connection, what = self.connection, self.what
        make_stage(connection, what.table.name, source.columns)
        fill_stage(connection, source, _request(what), staged_columns(source.columns), goes_on=what.replay.skips)
        left_out, inserted = what.left_out[number], what.listed[number]
        if left_out is not None:
            drop_rows(connection, numbers_of(unpacked(left_out)))
        if inserted is not None:
            listed = numbers_of(unpacked(inserted))
            if keys is None:
                keep_rows(connection, listed)
            else:
                keys.keep_written(connection, listed)
        return known_by(connection.dialect, what.table, source.columns, _key(source, what))

    def _inserted(self, source: Source) -> Rows:
        """Return the rows that the import inserted; what it did not fill had nothing but defaults."""
        connection, table = self.connection, self.what.table
        others = untouched(connection, table, {column.name for column in source.columns})
        return known_by(connection.dialect, table, source.columns, _key(source, self.what), others)

    def _compare(self, rows: Rows, source: Source, number: int) -> None:
        """Raise Refused unless all staged rows are in the table; or leave in the stage those that are."""
        staged = _count_staged(self.connection)
        compared = rows.compare(self.connection)
        if compared.staged != staged:  # the key finds two rows for one: its column ignores more than it does
            raise unfitting(self.what)
        if compared.equal:
            return
        key = _key(source, self.what)
        if not self.keeps_changed or key is None:
            raise changed(self.what, self.what.replay.sheets[number], compared, key)
        rows.keep_changed(self.connection)

    def _delete_staged(self, rows: Rows, source: Source, foreign_keys: Sequence[Pointing]) -> int:
        connection, what = self.connection, self.what
        staged = _count_staged(connection)
        key = _key(source, what)
        if not staged and key is not None:
            return 0
        for foreign in foreign_keys:
            if pointing := pointing_rows(connection, foreign, rows.parents(), key):
                raise pointed_to(what, foreign, pointing)
        before = _count(connection, what.table)
        rows.delete(connection, [foreign for foreign in foreign_keys if foreign.own])
        lost = before - _count(connection, what.table)
        if lost != staged:
            raise not_proved(what, lost, staged)
        return staged

    def _restore(self, keys: UpdatedKeys) -> int:
        """Give the rows that were updated, and were met, their values back; return how many."""
        restored = restore_updated(self.connection, self.what, keys)
        if restored + keys.not_met(self.connection) != self.what.updated:
            raise unfitting(self.what)
        keys.drop(self.connection)
        return restored


def _recorded_key(what: Undoable) -> Key | None:
    """Return the key by which the import knew rows, if the table still has it.

    Raises:
        Refused: it has not.
    """
    columns = what.replay.key
    if not MODES[what.replay.mode].finds:
        return None
    key = next((key for key in what.table.keys if key.columns == columns), None)
    if key is None:
        raise Refused(
            f"Run {what.run_id} cannot be undone: {what.table.name} has no unique key of {', '.join(columns)} any more."
        )
    return key


def _key(source: Source, what: Undoable) -> Key | None:
    """Return what the rows of a sheet are known by; None where the table must hold nothing else.

    Raises:
        Refused: there is nothing to know them by.
    """
    recorded = _recorded_key(what)
    if recorded is not None:
        return recorded
    summary = source.summary
    key = key_among(what.table, source.columns, summary.filled, summary.good)
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


def _count_staged(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {STAGE}").scalar_one())  # noqa: S608 - own name
