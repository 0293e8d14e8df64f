"""Load every sheet straight into the table, and prove what the table gained."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.services.imports.loaded import INSERTED, Loaded
from app.services.imports.proofs import NotProved, proof_of
from app.services.imports.request import ImportRequest
from app.services.imports.roads import road
from app.services.imports.samples import first_rows_of
from app.services.imports.sources import Source
from app.sheets.growth import growth_of
from app.sheets.process import Progress
from app.sheets.prove import Totals, differences, totals, unproved_columns


def load_and_prove(
    connection: sa.Connection, sources: Sequence[Source], request: ImportRequest, progress: Progress
) -> Loaded:
    """Insert all sheets' rows into the table, and prove it. The caller commits.

    `progress` is told now and then how many rows are loaded, and what share of all.

    Raises:
        RowsRejectedError: rows cannot be loaded; the sources' summaries say which.
        LoadError, sqlite3.Error, pymysql.Error: the database refuses rows.
        NotProved: the table did not gain what the sheets hold.
    """
    load, sink = road(connection)
    loaded = Loaded()
    after, added_up = Totals.of_nothing(0), None  # what the table holds, in which columns
    for place, source in enumerate(sources):
        columns = source.columns
        rows = source.rows(request, sink, part_of(progress, place, len(sources), loaded.counts[INSERTED]))
        growth = growth_of(connection, source.planned.table, columns)
        if growth is not None:
            load(connection, request.table, columns, growth.watched(rows))
            before, after, added_up = Totals.of_nothing(len(columns)), growth.totals(), None
        else:
            before = after if columns == added_up else totals(connection, request.table, columns)
            load(connection, request.table, columns, rows)
            after, added_up = totals(connection, request.table, columns), columns
        found = differences(before, after, source.summary, columns)
        if found:
            raise NotProved(request.table, source.name, found)
        source.unproved = unproved_columns(source.summary, columns)
        loaded.counts[INSERTED] += source.summary.good
        loaded.proofs.append(proof_of(source))
        loaded.samples += first_rows_of(source)
        loaded.left_out.append(None)
        loaded.inserted.append(None)
    return loaded


def part_of(progress: Progress, place: int, parts: int, done: int) -> Progress:
    """Return the progress of one sheet of several, `done` rows being loaded before it."""

    def advance(rows: int, share: float) -> None:
        progress(done + rows, (place + share) / parts)

    return advance
