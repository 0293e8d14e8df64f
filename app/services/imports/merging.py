"""Load every sheet into a stage, compare it with the table, and write what differs: each step for all rows at once."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.models.before_image import DELETED as WAS_DELETED
from app.models.before_image import UPDATED as WAS_UPDATED
from app.services.imports.before_images import keep_images
from app.services.imports.loaded import DELETED, INSERTED, SKIPPED, UNCHANGED, UPDATED, Loaded
from app.services.imports.loading import part_of
from app.services.imports.proofs import NotProved, proof_of
from app.services.imports.rejections import RowsRejected, rejections
from app.services.imports.replacing import check_nothing_points, leftovers_of
from app.services.imports.request import ImportRequest
from app.services.imports.samples import samples_of
from app.services.imports.sources import Source
from app.services.imports.staging import STAGE_STEP, drop_rows, drop_stage, fill_stage, make_stage, span
from app.sheets import row_set
from app.sheets.diagnose import Merging, Violations, violations, warned
from app.sheets.equality import staged_columns
from app.sheets.load.mysql import LoadError
from app.sheets.load.statements import STAGE, STAGE_ROW
from app.sheets.merge import Merge, drop_found
from app.sheets.process import Progress
from app.sheets.prove import Totals, differences, totals, unproved_columns
from app.sheets.table import Column, Key, Table


def merge_and_prove(
    connection: sa.Connection,
    sources: Sequence[Source],
    request: ImportRequest,
    key: Key | None,
    progress: Progress,
    run_id: int | None,
) -> Loaded:
    """Bring all sheets' rows into the table by the request's mode, and prove it. The caller commits.

    Args:
        key: what rows are known by; None in a mode that needs none.
        run_id: the run that keeps what changes; None in a dry run.

    Raises:
        RowsRejected: rows cannot be loaded, all of them named, and the request does not leave them out.
        Refused: rows of other tables point to rows that a replacement would delete.
        NotProved: the table does not have what the sheets hold.
    """
    table = sources[0].planned.table
    loaded = Loaded()
    found = stage(connection, sources, request, key, progress)
    if key is not None and request.mode.finds and not request.mode.updates:
        loaded.counts[SKIPPED] = drop_found(connection, table, key)
    look_for_violations(connection, sources, request, key, found)
    loaded.rejections = rejections(sources, found, request.max_errors)
    if loaded.rejections.rejected and (not request.skips or loaded.rejections.rejected == loaded.rejections.rows):
        raise RowsRejected(loaded.rejections, len(sources))
    drop_rows(connection, found.rows)
    if request.mode.deletes and key is not None:
        _delete_leftovers(connection, table, key, loaded, run_id)
    for number, source in enumerate(sources):
        merge = Merge(connection.dialect, table, tuple(source.columns), key, request.mode, span(number))
        _merge(connection, merge, source, loaded, run_id)
    drop_stage(connection)
    return loaded


def stage(
    connection: sa.Connection,
    sources: Sequence[Source],
    request: ImportRequest,
    key: Key | None,
    progress: Progress = lambda _rows, _share: None,
) -> Violations:
    """Read all sheets into the stage, and prove that it has them; return what the server warned of.

    Raises:
        NotProved: the stage does not have what a sheet holds.
    """
    found = Violations(request.max_errors)
    columns = all_columns(sources)
    searched = key.columns if key is not None and request.mode.deletes else ()
    make_stage(connection, request.table, columns, searched)
    done = 0
    for number, source in enumerate(sources):
        own = staged_columns(source.columns)
        try:
            part = part_of(progress, number, len(sources), done)
            fill_stage(connection, source, request, own, number, part, goes_on=True)
        except LoadError as error:
            found.add(warned(error.warnings, [number * STAGE_STEP + row for row in source.numbers]))
        else:
            _prove_stage(connection, source, own[1:], number)
        done += source.summary.good
    return found


def look_for_violations(
    connection: sa.Connection, sources: Sequence[Source], request: ImportRequest, key: Key | None, found: Violations
) -> None:
    """Add to `found` why staged rows do not fit the table."""
    table = sources[0].planned.table
    more = violations(connection, table, all_columns(sources), Merging(request.mode, key), request.max_errors)
    found.rows |= more.rows
    found.found += more.found


def all_columns(sources: Sequence[Source]) -> list[Column]:
    """Return the table's columns that any of the sheets fills, in the table's order."""
    filled = {column.name for source in sources for column in source.columns}
    return [column for column in sources[0].planned.table.columns if column.name in filled]


def _prove_stage(connection: sa.Connection, source: Source, columns: Sequence[Column], number: int) -> None:
    first, behind = span(number)
    staged = totals(connection, STAGE, columns, f"{STAGE_ROW} >= {first} AND {STAGE_ROW} < {behind}")
    found = differences(Totals.of_nothing(len(columns)), staged, source.summary, columns)
    if found:
        raise NotProved("the database's temporary table", source.reader.path.name, found)


def _delete_leftovers(connection: sa.Connection, table: Table, key: Key, loaded: Loaded, run_id: int | None) -> None:
    leftovers = leftovers_of(connection, table, key)
    count = leftovers.count(connection)
    if not count:
        return
    check_nothing_points(connection, leftovers)
    columns = [column for column in table.columns if not column.is_generated]
    if run_id is not None:
        keep_images(connection, run_id, WAS_DELETED, columns, leftovers.before(connection, columns))
    loaded.counts[DELETED] = leftovers.delete(connection)


def _merge(connection: sa.Connection, merge: Merge, source: Source, loaded: Loaded, run_id: int | None) -> None:
    """Write what differs of one sheet, and prove it."""
    staged = _staged_rows(connection, merge)
    before = None if merge.key is not None else totals(connection, merge.table.name, merge.columns)
    marked = merge.mark(connection)
    if run_id is None:
        loaded.samples += samples_of(connection, merge, marked)
    elif marked.changed:
        keep_images(connection, run_id, WAS_UPDATED, merge.columns, merge.before(connection))
    if marked.changed:
        merge.update(connection)
    inserted = merge.insert(connection) if marked.new else 0
    source.unproved = unproved_columns(source.summary, merge.columns)
    _prove(connection, merge, source, marked.new + marked.changed, inserted == marked.new, before)
    loaded.counts.update(
        {INSERTED: marked.new, UPDATED: marked.changed, UNCHANGED: staged - marked.new - marked.changed}
    )
    loaded.proofs.append(proof_of(source))
    loaded.inserted.append(_inserted(connection, merge, marked.new, source))
    merge.drop_marks(connection)


def _staged_rows(connection: sa.Connection, merge: Merge) -> int:
    first, behind = merge.rows
    rows = f"FROM {STAGE} WHERE {STAGE_ROW} >= {first} AND {STAGE_ROW} < {behind}"
    return int(connection.exec_driver_sql(f"SELECT COUNT(*) {rows}").scalar_one())


def _prove(
    connection: sa.Connection, merge: Merge, source: Source, written: int, all_inserted: bool, before: Totals | None
) -> None:
    """Raise NotProved unless the table has the marked rows as the stage has them."""
    table, file = merge.table.name, source.reader.path.name
    found = [] if all_inserted else ["rows were left out as they were inserted"]
    if before is not None:
        first, behind = merge.rows
        staged = totals(connection, STAGE, merge.columns, f"{STAGE_ROW} >= {first} AND {STAGE_ROW} < {behind}")
        found += differences(before, totals(connection, table, merge.columns), staged.as_read(), merge.columns)
    elif written:
        there, wrong = merge.differences(connection)
        if there != written:
            found.append(f"{there:,} of {written:,} rows are there")
        found += [f"{name}: {count:,} values that are not those of the sheet" for name, count in wrong.items()]
    if found:
        raise NotProved(table, file, found)


def _inserted(connection: sa.Connection, merge: Merge, new: int, source: Source) -> bytes | None:
    """Return the sheet's rows that are new, packed; None where all are that can be loaded."""
    if new == source.summary.good:
        return None
    first, _ = merge.rows
    return row_set.packed(number - first for number in merge.new_rows(connection))
