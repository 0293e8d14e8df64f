"""The first rows of a sheet as they are read, for people to look at before they import it."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

from app.sheets.cells import Cell, Chunk, Unusable
from app.sheets.convert.texts import excerpt, shown
from app.sheets.data_rows import DataRows, Selection
from app.sheets.frames import FirstRowsJob
from app.sheets.read.workbook import Workbook

BLANK, TEXT, NUMBER, OTHER, UNUSABLE = "blank", "text", "number", "other", "unusable"


class ShownCell(NamedTuple):
    """A cell: what it is, and its value as messages show it; of one without a value, why."""

    kind: str
    text: str


ShownRow = tuple[int, list[ShownCell]]  # its number in Excel, and a cell for each position that was asked for


def first_rows(workbook: Workbook, job: FirstRowsJob) -> list[ShownRow]:
    """Return the first rows below the header that are not blank; the rest of the sheet is not read."""
    positions = frozenset(job.positions)
    rows = DataRows(Selection(job.header_row, positions, skip_hidden=job.skip_hidden, limit=job.count))
    chunks = workbook.rows(job.sheet)
    first = next(chunks, Chunk([], {}))
    found: list[ShownRow] = []
    for chunk in rows.of(chain([first], chunks), workbook.findings().hidden_rows):
        found += [
            (number, [_cell(cells.get(position)) for position in job.positions]) for number, cells in chunk.rows()
        ]
    return found


def _cell(cell: Cell) -> ShownCell:
    if cell is None:
        return ShownCell(BLANK, "")
    if isinstance(cell, Unusable):
        return ShownCell(UNUSABLE, excerpt(cell.reason))
    if isinstance(cell, str):
        return ShownCell(TEXT, excerpt(cell))
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return ShownCell(NUMBER if is_number else OTHER, shown(cell))
