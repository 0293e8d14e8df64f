"""Rows of a sheet into batches of converted rows, with what they add up to and what is wrong with them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.sheets.cells import Cell, Chunk, column_letters
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.texts import shown
from app.sheets.data_rows import DataRows, Selection
from app.sheets.frames import ConvertJob, Reject, Summary
from app.sheets.read.straight import Stored
from app.sheets.seen_keys import SeenKeys
from app.sheets.sums import added_up
from app.words import counted

OVERLONG = "is followed by more fields than there are headers; a field with a delimiter in it needs quotes"


@dataclass
class Batch:
    """Converted rows: their numbers in Excel, for each column of the plan its stored values, and the rows as read.

    `bad` are the places of those that cannot be loaded.
    """

    numbers: array[int]
    columns: list[list[Any]]
    rows: Chunk
    bad: frozenset[int] = frozenset()

    def good(self) -> Batch:
        """Return the rows that can be loaded."""
        if not self.bad:
            return self
        places = [place for place in range(len(self.numbers)) if place not in self.bad]
        return Batch(
            array("I", [self.numbers[place] for place in places]),
            [[stored[place] for place in places] for stored in self.columns],
            self.rows.at(places),
        )


class Batches:
    """Converts a sheet's rows; `summary` is complete when all batches have been taken."""

    def __init__(self, job: ConvertJob, ignored: frozenset[int] = frozenset(), is_text_file: bool = False) -> None:
        """Convert by the job's plan and rules.

        Args:
            ignored: columns whose cells are left out on purpose.
            is_text_file: of delimited fields; there a field behind those with headers means that one before it was
                parted.
        """
        width = len(job.plan.columns)
        self.summary = Summary(filled=[0] * width, sums=[0] * width, magnitudes=[0.0] * width)
        self._job = job
        self._positions = [mapped.position for mapped in job.plan.columns]
        self._keys = [SeenKeys(job.plan, name, indexes) for name, indexes in job.plan.filled_keys()]
        self._converters = [ColumnConverter(mapped.column, job.rules) for mapped in job.plan.columns]
        self._width = job.plan.width if is_text_file else None
        self._data = DataRows(
            Selection(
                job.plan.header_row, frozenset(self._positions), ignored, job.rules.nulls, job.skip_hidden, job.limit
            )
        )

    def of(self, chunks: Iterable[Chunk], hidden_rows: set[int]) -> Iterator[Batch]:
        """Yield the batches of a sheet's rows.

        Args:
            chunks: of rows, from anywhere in the sheet.
            hidden_rows: grows while the chunks are read.
        """
        for batch in self.with_stored(chunks, hidden_rows):
            if isinstance(batch, Batch):
                yield batch

    def with_stored(self, chunks: Iterable[Chunk], hidden_rows: set[int]) -> Iterator[Batch | Stored]:
        """Yield the batches of a sheet's rows; of those that were never cells, what they are stored as."""
        for rows in self._data.of(chunks, hidden_rows):
            yield rows if isinstance(rows, Stored) else self._converted(rows)
        self.summary.blank_rows = self._data.blank_rows

    def totals(self, batch: Batch) -> list[tuple[int, float | int, float]]:
        """Return what each column adds up to, as `added_up` does."""
        columns = zip(batch.good().columns, self._job.plan.columns, strict=True)
        return [added_up(stored, mapped.column) for stored, mapped in columns]

    def accept(
        self, numbers: array[int], keys: dict[int, list[Any]], totals: list[tuple[int, float | int, float]]
    ) -> bool:
        """Count rows that were converted elsewhere, all of them good, unless one has a key that was met before.

        Args:
            numbers: of the rows in Excel.
            keys: the stored values of the columns of unique keys, by their index in the plan.
            totals: what each column adds up to, as `added_up` does.
        """
        if any(key.duplicates(numbers, keys) for key in self._keys):
            return False
        self._data.add(numbers)
        self.summary.rows += len(numbers)
        self._add(totals)
        return True

    def strays(self) -> list[str]:
        """Return a sentence about the columns that have cells but no header, if there are any."""
        strays = self._data.strays
        if not strays:
            return []
        letters = ", ".join(map(column_letters, sorted(strays)))
        return [f"Columns without a header were not read: {letters} ({counted(sum(strays.values()), 'cell')})."]

    def _converted(self, rows: Chunk) -> Batch:
        numbers = array("I", rows.numbers)
        columns, rejects = self._columns(rows)
        rejects += self._overlong(rows)
        for key in self._keys:
            rejects += key.duplicates(numbers, columns)
        bad_rows = frozenset(place for place, _ in rejects)
        self.summary.rejects += [reject for _, reject in rejects[: self._job.max_rejects - len(self.summary.rejects)]]
        self.summary.rows += len(numbers)
        self.summary.rejected += len(bad_rows)
        batch = Batch(numbers, columns, rows, bad_rows)
        self._add(self.totals(batch))
        return batch

    def _columns(self, rows: Chunk) -> tuple[list[list[Any]], list[tuple[int, Reject]]]:
        """Return the stored values of each column, and the rejects with the places of their rows."""
        blank: list[Cell] = [None] * len(rows.numbers)
        columns: list[list[Any]] = []
        rejects: list[tuple[int, Reject]] = []
        for index, (position, converter) in enumerate(zip(self._positions, self._converters, strict=True)):
            cells = rows.columns.get(position, blank)
            stored, bad = converter.convert(cells)
            columns.append(stored)
            rejects += [
                (place, Reject(rows.numbers[place], index, error.cause, error.beside(shown(cells[place]))))
                for place, error in bad
            ]
        return columns, rejects

    def _add(self, totals: list[tuple[int, float | int, float]]) -> None:
        for index, (filled, total, magnitude) in enumerate(totals):
            self.summary.filled[index] += filled
            self.summary.sums[index] += total
            self.summary.magnitudes[index] += magnitude

    def _overlong(self, rows: Chunk) -> Iterator[tuple[int, Reject]]:
        """Yield the records that have more fields than there are headers."""
        behind = [] if self._width is None else sorted(column for column in rows.columns if column >= self._width)
        met: set[int] = set()
        for column in behind:
            for place, cell in enumerate(rows.columns[column]):
                if cell is not None and place not in met:
                    met.add(place)
                    yield place, Reject(rows.numbers[place], len(self._positions) - 1, OVERLONG, shown(cell))
