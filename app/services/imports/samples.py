"""A few rows of a dry run, as they are and as they would be."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.runner.diff import RowChange
from app.services.imports.sources import Source
from app.sheets.encode import first_rows
from app.sheets.merge import Marked, Merge

MOST_SAMPLES = 3  # of new rows, and of rows that change


def samples_of(connection: sa.Connection, merge: Merge, marked: Marked) -> list[RowChange]:
    """Return a few of the marked rows, before anything is written."""
    changed = merge.samples(connection, MOST_SAMPLES) if marked.changed else []
    new = merge.new_samples(connection, MOST_SAMPLES) if marked.new else []
    return [*(_changed(merge, row) for row in changed), *(_new(merge, row) for row in new)]


def first_rows_of(source: Source) -> list[RowChange]:
    """Return the first rows of a sheet that was loaded straight, all of which are new."""
    rows = source.first
    if isinstance(rows, bytes):
        found: list[Any] = first_rows(rows, MOST_SAMPLES)
    else:
        found = [[column[place] for column in rows] for place in range(min(MOST_SAMPLES, len(rows[0])))] if rows else []
    names = [column.name for column in source.columns]
    return [RowChange({}, None, dict(zip(names, row, strict=True))) for row in found]


def _changed(merge: Merge, row: tuple[Any, ...]) -> RowChange:
    assert merge.key is not None  # noqa: S101 - rows that change were found by one
    width = len(merge.key.columns)
    names = [column.name for column in merge.columns]
    before, after = row[width::2], row[width + 1 :: 2]
    differing = [place for place, value in enumerate(before) if value != after[place]]
    return RowChange(
        dict(zip(merge.key.columns, row[:width], strict=True)),
        {names[place]: before[place] for place in differing},
        {names[place]: after[place] for place in differing},
    )


def _new(merge: Merge, row: tuple[Any, ...]) -> RowChange:
    values = {column.name: value for column, value in zip(merge.columns, row, strict=True)}
    key = {name: values.pop(name) for name in (merge.key.columns if merge.key else ())}
    return RowChange(key, None, values)
