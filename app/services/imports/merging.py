"""Compare staged sheets with the table, and write what differs: each step for all rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.models.before_image import DELETED as WAS_DELETED
from app.models.before_image import UPDATED as WAS_UPDATED
from app.services.imports.before_images import keep_images
from app.services.imports.loaded import DELETED, INSERTED, SKIPPED, UNCHANGED, UPDATED, Loaded
from app.services.imports.proofs import NotProved, proof_of
from app.services.imports.rejections import RowsRejected, rejections
from app.services.imports.replacing import check_nothing_points, leftovers_of
from app.services.imports.request import ImportRequest
from app.services.imports.samples import samples_of
from app.services.imports.sources import Source, files_of
from app.services.imports.staged_sheets import look_for_violations, stage, within
from app.services.imports.staging import drop_stage, span
from app.sheets import row_set
from app.sheets.diagnose import Violations
from app.sheets.load.statements import STAGE, quoted
from app.sheets.merge import Merge, drop_found
from app.sheets.pointing import pointing_to
from app.sheets.process import Progress
from app.sheets.prove import Totals, differences, totals, unproved_columns
from app.sheets.staged_rows import drop_rows
from app.sheets.table import UNSUPPORTED, Key, Table
from app.words import counted


def merge_and_prove(
    connection: sa.Connection,
    sources: Sequence[Source],
    request: ImportRequest,
    key: Key | None,
    progress: Progress,
    kept_for: int | None,
) -> Loaded:
    """Bring all sheets' rows into the table by the request's mode, and prove it. The caller commits.

    Args:
        key: what rows are known by; None in a mode that needs none.
        kept_for: the run for which rows are kept as they were before; None: they are not.

    Raises:
        RowsRejected: rows cannot be loaded, all of them named, and the request does not leave them out.
        Refused: rows of other tables point to rows that a replacement would delete.
        NotProved: the table does not have what the sheets hold.
    """
    table, mode, loaded = sources[0].planned.table, request.mode, Loaded()
    found = stage(connection, sources, request, key, progress)
    if key is not None and mode.finds and not mode.updates:
        loaded.counts[SKIPPED] = drop_found(connection, table, key)
    forbidden = _drop_violations(connection, sources, request, key, found)
    loaded.rejections = rejections(sources, found, request.max_errors)
    rejected = loaded.rejections.rejected
    if rejected and (not request.skips or mode.deletes or rejected == loaded.rejections.rows):
        raise RowsRejected(loaded.rejections, files_of(sources), mode)
    writer = _Writer(connection, loaded, kept_for, request.dry_run)
    if mode.deletes and key is not None:
        writer.delete_leftovers(table, key)
    for number, source in enumerate(sources):
        known_by = key if mode.finds or not _has_blank_keys(connection, key, span(number)) else None
        merge = Merge(connection.dialect, table, tuple(source.columns), known_by, mode, span(number))
        writer.write(merge, source, _own(forbidden, span(number)))
    drop_stage(connection)
    return loaded


def _drop_violations(
    connection: sa.Connection, sources: Sequence[Source], request: ImportRequest, key: Key | None, found: Violations
) -> list[int]:
    """Add to `found` why staged rows do not fit the table; take them out of the stage, and return their numbers.

    Rows that point to one that is left out do not fit either.
    """
    look_for_violations(connection, sources, request, key, found)
    dropped: set[int] = set()
    while rows := sorted(found.rows - dropped):
        drop_rows(connection, rows)
        dropped.update(rows)
        if any(foreign.own for foreign in pointing_to(connection, sources[0].planned.table)):
            look_for_violations(connection, sources, request, key, found)
    return sorted(dropped)


@dataclass(frozen=True)
class _Writer:
    """Writes what differs, and tells `loaded`."""

    connection: sa.Connection
    loaded: Loaded
    kept_for: int | None
    shows_samples: bool

    def delete_leftovers(self, table: Table, key: Key) -> None:
        """Delete the rows whose key is not staged."""
        leftovers = leftovers_of(self.connection, table, key)
        count = leftovers.count(self.connection)
        if not count:
            return
        foreign_keys = pointing_to(self.connection, table)
        check_nothing_points(self.connection, leftovers, foreign_keys)
        columns = [column for column in table.columns if not column.is_generated]
        unknown = [column.name for column in columns if column.kind == UNSUPPORTED]
        if unknown:
            self.loaded.cannot_undo = f"the rows that it deleted had columns that cannot be kept: {', '.join(unknown)}"
        elif not leftovers.are_all_known(self.connection):
            self.loaded.cannot_undo = f"of the rows that it deleted some had no {', '.join(key.columns)}"
        elif self.kept_for is not None:
            rows = leftovers.before(self.connection, columns)
            keep_images(self.connection, self.kept_for, WAS_DELETED, columns, rows)
        leftovers.delete(self.connection, [foreign for foreign in foreign_keys if foreign.own])
        if stayed := leftovers.count(self.connection):
            raise NotProved(table.name, "the import", [f"{counted(stayed, 'row')} too many, which were not deleted"])
        self.loaded.counts[DELETED] = count

    def write(self, merge: Merge, source: Source, forbidden: Sequence[int]) -> None:
        """Write what differs of one sheet, and prove it; `forbidden` are the rows that were taken out of the stage."""
        connection, loaded = self.connection, self.loaded
        staged = _staged_rows(connection, merge)
        before = None if merge.key is not None else totals(connection, merge.table.name, merge.columns)
        marked = merge.mark(connection)
        if self.shows_samples:
            loaded.samples += samples_of(connection, merge, marked)
        if marked.changed and self.kept_for is not None:
            keep_images(connection, self.kept_for, WAS_UPDATED, merge.kept, merge.before(connection))
        inserted = merge.insert(connection) if marked.new else 0  # first: rows that change may come to point to them
        if marked.changed:
            merge.update(connection)
        source.unproved = unproved_columns(source.summary, merge.columns)
        _prove(connection, merge, source, marked.new + marked.changed, inserted == marked.new, before)
        unchanged = staged - marked.new - marked.changed
        loaded.counts.update({INSERTED: marked.new, UPDATED: marked.changed, UNCHANGED: unchanged})
        loaded.proofs.append(proof_of(source))
        loaded.left_out.append(row_set.packed(forbidden) if forbidden else None)
        all_new = marked.new == source.summary.good - len(forbidden)
        loaded.inserted.append(None if all_new else _inserted(connection, merge))
        merge.drop_marks(connection)


def _has_blank_keys(connection: sa.Connection, key: Key | None, rows: tuple[int, int]) -> bool:
    """Tell whether rows could not be found again by the key: it is blank, or the database is going to choose it."""
    names = [quoted(connection.dialect, name) for name in key.columns] if key else []
    blank = " OR ".join(f"{name} IS NULL" for name in names) or "1 = 0"
    found = f"SELECT 1 FROM {STAGE} WHERE {within(rows)} AND ({blank}) LIMIT 1"  # noqa: S608 - reflected names
    return connection.exec_driver_sql(found).first() is not None


def _staged_rows(connection: sa.Connection, merge: Merge) -> int:
    count = f"SELECT COUNT(*) FROM {STAGE} WHERE {within(merge.rows)}"  # noqa: S608 - own names
    return int(connection.exec_driver_sql(count).scalar_one())


def _prove(
    connection: sa.Connection, merge: Merge, source: Source, written: int, all_inserted: bool, before: Totals | None
) -> None:
    """Raise NotProved unless the table has the marked rows as the stage has them."""
    table = merge.table.name
    found = [] if all_inserted else ["rows were left out as they were inserted"]
    if before is not None:
        staged = totals(connection, STAGE, merge.columns, within(merge.rows))
        found += differences(before, totals(connection, table, merge.columns), staged.as_read(), merge.columns)
    elif written:
        there, wrong = merge.differences(connection)
        if there != written:
            found.append(f"{there:,} of {written:,} rows are there")
        found += [f"{name}: {count:,} values that are not those of the sheet" for name, count in wrong.items()]
    if found:
        raise NotProved(table, source.name, found)


def _own(numbers: Sequence[int], rows: tuple[int, int]) -> list[int]:
    """Return those of the numbers in the stage that are of one sheet, as the sheet's own."""
    first, behind = rows
    return [number - first for number in numbers if first <= number < behind]


def _inserted(connection: sa.Connection, merge: Merge) -> bytes:
    """Return the sheet's rows that are new, packed."""
    first, _ = merge.rows
    return row_set.packed(number - first for number in merge.new_rows(connection))
