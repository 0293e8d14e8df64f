"""From a load that failed to the cells that made it fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa

from app.errors import Invalid
from app.services.imports.loading import loading_connection
from app.services.imports.request import ImportRequest
from app.services.imports.sources import Source
from app.services.imports.staging import STAGE_STEP, fill_stage, make_stage
from app.sheets.diagnose import Violation, violations, warned
from app.sheets.load.mysql import LoadError
from app.sheets.load.statements import stage_columns
from app.sheets.rejects import RejectedCell, group_lines, grouped
from app.sheets.table import Table
from app.words import counted


class RowsRejected(Invalid):
    """Rows that cannot be loaded; nothing was written. `cells` are the rejects, as many as were kept.

    Their values are for the person who imports; the record has their addresses alone.
    """

    label = "Nothing was written"

    def __init__(
        self, cells: Sequence[RejectedCell], rejected: int, rows: int, files: int, at_least: bool = False
    ) -> None:
        """Describe the rejects, grouped by cause.

        Args:
            rejected: rows that cannot be loaded, of `rows` read.
            files: how many files were read; addresses name theirs if there are several.
            at_least: there may be more of them.
        """
        groups = grouped(cells)
        least = "at least " if at_least else ""
        summary = f"{least}{rejected:,} of {counted(rows, 'row')} cannot be loaded."
        super().__init__(
            "\n".join([summary, *group_lines(groups, files > 1)]),
            for_record="\n".join([summary, *group_lines(groups, files > 1, with_values=False)]),
        )
        self.cells = tuple(cells)
        self.rejected = rejected
        self.rows = rows


def unreadable(sources: Sequence[Source]) -> RowsRejected:
    """Return the error for rows that the conversion rejected."""
    read = [source for source in sources if source.reader.summary is not None]
    cells = [
        _cell(source, reject.row, reject.column, reject.cause, reject.value)
        for source in read
        for reject in source.summary.rejects
    ]
    cells.sort(key=lambda cell: (cell.file, cell.row, cell.position))
    rejected = sum(source.summary.rejected for source in read)
    return RowsRejected(cells, rejected, sum(source.summary.rows for source in read), len(sources))


def refused(engine: sa.Engine, table: Table, sources: Sequence[Source], request: ImportRequest) -> RowsRejected | None:
    """Return the error for rows that the database refused, found by staging them; None where no cause was found."""
    found: dict[tuple[int, str, str], Violation] = {}
    with loading_connection(engine) as connection:
        for number, source in enumerate(sources):
            for violation in _staged(connection, table, source, number, request):
                found.setdefault((violation.stage_row, violation.column, violation.cause), violation)
        connection.rollback()
    if not found:
        return None
    cells = [_violating_cell(sources, violation) for _, violation in sorted(found.items())]
    rows = sum(source.summary.rows for source in sources)
    causes = Counter((column, cause) for _, column, cause in found)
    at_least = any(count >= request.max_errors for count in causes.values())
    return RowsRejected(cells, len({row for row, _, _ in found}), rows, len(sources), at_least)


def _staged(
    connection: sa.Connection, table: Table, source: Source, number: int, request: ImportRequest
) -> list[Violation]:
    """Stage one more source, and return the violations of all rows staged so far."""
    columns = source.columns
    if number == 0:
        make_stage(connection, request.table, table.columns)
    found: list[Violation] = []
    try:
        fill_stage(connection, source, request, stage_columns(columns), number)
    except LoadError as error:
        found += warned(error.warnings, [number * STAGE_STEP + row for row in source.numbers])
    return found + violations(connection, table, columns, request.max_errors)


def _violating_cell(sources: Sequence[Source], violation: Violation) -> RejectedCell:
    number, row = divmod(violation.stage_row, STAGE_STEP)
    source = sources[number]
    names = [mapped.column.name for mapped in source.planned.columns]
    index = names.index(violation.column) if violation.column in names else 0
    return _cell(source, row, index, violation.cause, violation.value)


def _cell(source: Source, row: int, index: int, cause: str, value: str) -> RejectedCell:
    mapped = source.planned.columns[index]
    return RejectedCell(
        source.reader.path.name, source.head.sheet, row, mapped.position, mapped.column.name, cause, value
    )
