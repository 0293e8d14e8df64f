"""Pieces of a sheet that other processes work on: regular rows need nothing but themselves."""

from __future__ import annotations

import marshal
import os
from collections.abc import Generator
from itertools import islice
from typing import NoReturn

from app.sheets.read.ahead import Ahead, Prepared
from app.sheets.read.crew import Crew
from app.sheets.read.findings import Findings
from app.sheets.read.xlsx.bulk import NotRegular
from app.sheets.read.xlsx.pieces import Pieces
from app.sheets.read.xlsx.regular_rows import RegularRows
from app.sheets.read.xlsx.row_numbers import RowNumbers
from app.sheets.read.xlsx.values import CellValues

FIRST_PIECES = 8  # 2 MB: other processes are not worth it for less
Hidden = list[int]


def with_outwork(
    pieces: Pieces, values: CellValues, prefix: str, ahead: Ahead | None
) -> Generator[tuple[bytes, tuple[Prepared, Hidden] | None], None, None]:
    """Yield the pieces, and with those that others worked on, the rows as prepared and the numbers of hidden ones.

    When this generator is closed, `pieces.held` has what was not yielded of the stream.
    """
    remaining = iter(pieces)
    for piece in islice(remaining, FIRST_PIECES):
        yield piece, None
    if ahead is None or not ahead.is_wanted or (os.cpu_count() or 1) < 2 or not hasattr(os, "fork"):
        for piece in remaining:
            yield piece, None
        return
    crew = Crew(_Work(values, prefix, ahead))
    try:
        for piece, result in crew.results(remaining):
            yield piece, None if result is None else _unpacked(result)
    finally:
        crew.close()
        pieces.held = crew.unused() + pieces.held


class _Work:
    """What is done with a piece, with a pattern of the process's own."""

    def __init__(self, values: CellValues, prefix: str, ahead: Ahead) -> None:
        self._findings = Findings()
        self._rows = RegularRows(values, prefix, RowNumbers(), self._findings)
        self._ahead = ahead

    def __call__(self, piece: bytes) -> bytes | None:
        """Return the row numbers, those of hidden rows, the last column and the prepared rows; None of unusual ones."""
        self._findings.hidden_rows.clear()
        chunks, rest = self._rows.take(piece.decode(), _refuse)
        rows = next(iter(chunks), None)
        if rest or rows is None:
            return None
        content = self._ahead.prepare(rows)
        widest = max(rows.columns, default=0)
        hidden = list(self._findings.hidden_rows)
        return None if content is None else marshal.dumps((rows.numbers, hidden, widest, content))


def _refuse(_xml: bytes) -> NoReturn:
    """Leave a piece with rows that do not fit the pattern to the process that knows what stands before them."""
    raise NotRegular


def _unpacked(result: bytes) -> tuple[Prepared, Hidden]:
    numbers, hidden, widest, content = marshal.loads(result)  # noqa: S302 - by a process forked from this one
    return Prepared(numbers, {widest: []}, content), hidden
