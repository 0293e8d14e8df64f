"""Read every sheet into the stage, prove that it is there as it was read, and find what does not fit the table."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.services.imports.loading import part_of
from app.services.imports.proofs import NotProved
from app.services.imports.request import ImportRequest
from app.services.imports.sources import Source
from app.services.imports.staging import STAGE_STEP, fill_stage, make_stage, span
from app.sheets.diagnose import Merging, Violations, violations, warned
from app.sheets.equality import staged_columns
from app.sheets.load.mysql import LoadError
from app.sheets.load.statements import STAGE, STAGE_ROW
from app.sheets.process import Progress
from app.sheets.prove import Totals, differences, totals
from app.sheets.table import Column, Key


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
    more = violations(
        connection, table, all_columns(sources), Merging(request.mode, key, len(sources)), request.max_errors
    )
    found.rows |= more.rows
    found.found += more.found


def all_columns(sources: Sequence[Source]) -> list[Column]:
    """Return the table's columns that any of the sheets fills, in the table's order."""
    filled = {column.name for source in sources for column in source.columns}
    return [column for column in sources[0].planned.table.columns if column.name in filled]


def _prove_stage(connection: sa.Connection, source: Source, columns: Sequence[Column], number: int) -> None:
    staged = totals(connection, STAGE, columns, within(span(number)))
    found = differences(Totals.of_nothing(len(columns)), staged, source.summary, columns)
    if found:
        raise NotProved("the database's temporary table", source.name, found)


def within(rows: tuple[int, int]) -> str:
    """Return the condition of the stage's rows from a first number up to one behind the last."""
    return f"{STAGE_ROW} >= {rows[0]} AND {STAGE_ROW} < {rows[1]}"
