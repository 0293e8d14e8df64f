"""Rows of a sheet into batches of converted rows, with what they add up to and what is wrong with them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.sheets.cells import Row, column_letters
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.texts import shown
from app.sheets.frames import ConvertJob, Reject, Summary
from app.sheets.plan import Plan
from app.sheets.sums import APPROXIMATE, magnitude, measure_of, summer_of


@dataclass
class Batch:
    """Converted rows: their numbers in Excel, and for each column of the plan its stored values."""

    numbers: array[int]
    columns: list[list[Any]]


class Batches:
    """Converts a sheet's rows; `summary` is complete when all batches have been taken."""

    def __init__(self, job: ConvertJob) -> None:
        """Convert by the job's plan and rules."""
        width = len(job.plan.columns)
        self.summary = Summary(filled=[0] * width, sums=[0] * width, magnitudes=[0.0] * width)
        self._job = job
        self._positions = [mapped.position for mapped in job.plan.columns]
        self._converters = [ColumnConverter(mapped.column, job.rules) for mapped in job.plan.columns]
        self._summers = [summer_of(mapped.column) for mapped in job.plan.columns]
        self._approximate = [measure_of(mapped.column) == APPROXIMATE for mapped in job.plan.columns]
        self._keys = [_SeenKeys(name, indexes) for name, indexes in job.plan.filled_keys()]
        self._strays: dict[int, int] = {}
        self._last_row = job.plan.header_row  # that was not blank
        self._hidden_since: list[int] = []  # rows left out behind it
        self._known = frozenset(self._positions)

    def of(self, chunks: Iterable[list[Row]], hidden_rows: set[int], ignored: frozenset[int]) -> Iterator[Batch]:
        """Yield the batches of a sheet's rows.

        Args:
            chunks: of rows, from anywhere in the sheet; those up to the header row are passed over.
            hidden_rows: grows while the chunks are read; these are left out if the job says so.
            ignored: columns whose cells are left out on purpose.
        """
        for chunk in chunks:
            rows = [row for row in chunk if row[0] > self._job.plan.header_row]
            if self._job.skip_hidden and hidden_rows:
                self._hidden_since += [row[0] for row in rows if row[0] in hidden_rows]
                rows = [row for row in rows if row[0] not in hidden_rows]
            rows = self._without_blank_rows(rows, ignored)
            if self._job.limit is not None:
                rows = rows[: self._job.limit - self.summary.rows]
            if rows:
                self._count_blank_rows(rows)
                yield self._converted(rows)
            if self.summary.rows == self._job.limit:
                return

    def strays(self) -> list[str]:
        """Return a sentence about the columns that have cells but no header, if there are any."""
        if not self._strays:
            return []
        letters = ", ".join(map(column_letters, sorted(self._strays)))
        return [f"Columns without a header were not read: {letters} ({sum(self._strays.values()):,} cells)."]

    def _without_blank_rows(self, rows: list[Row], ignored: frozenset[int]) -> list[Row]:
        known, nulls = self._known, self._job.rules.nulls
        kept = []
        for row in rows:
            cells = row[1]
            if cells.keys() <= known:
                if cells:
                    kept.append(row)
                continue
            if not known.isdisjoint(cells):
                kept.append(row)
            for position in cells.keys() - known - ignored:
                self._strays[position] = self._strays.get(position, 0) + 1
        if nulls:
            return [row for row in kept if not all(row[1][position] in nulls for position in known & row[1].keys())]
        return kept

    def _count_blank_rows(self, rows: list[Row]) -> None:
        """Count the blank rows before the last of these; a file leaves many of them out, and has others behind it."""
        last = rows[-1][0]
        behind = [row for row in self._hidden_since if row > last]
        hidden = len(self._hidden_since) - len(behind)
        self.summary.blank_rows += last - self._last_row - len(rows) - hidden
        self._last_row, self._hidden_since = last, behind

    def _converted(self, rows: list[Row]) -> Batch:
        numbers = array("I", [number for number, _ in rows])
        bad_rows: set[int] = set()
        columns = []
        for index, (position, converter) in enumerate(zip(self._positions, self._converters, strict=True)):
            cells = [row[1].get(position) for row in rows]
            stored, bad = converter.convert(cells)
            for place, error in bad:
                note = f" ({error.note})" if error.note else ""
                self._keep(Reject(numbers[place], index, error.cause, shown(cells[place]) + note))
                bad_rows.add(place)
            columns.append(stored)
        for index, stored in enumerate(columns):
            filled = [value for value in stored if value is not None]
            self.summary.filled[index] += len(filled)
            self.summary.sums[index] += self._summers[index](filled)
            if self._approximate[index]:
                self.summary.magnitudes[index] += magnitude(filled)
        for key in self._keys:
            for place, reject in key.duplicates(numbers, columns, self._job.plan):
                bad_rows.add(place)
                self._keep(reject)
        self.summary.rows += len(rows)
        self.summary.rejected += len(bad_rows)
        return Batch(numbers, columns)

    def _keep(self, reject: Reject) -> None:
        if len(self.summary.rejects) < self._job.max_rejects:
            self.summary.rejects.append(reject)


class _SeenKeys:
    """The values of one unique key met so far, with the row where each was met."""

    def __init__(self, name: str, indexes: list[int]) -> None:
        self._name = name
        self._indexes = indexes
        self._rows: dict[Any, int] = {}

    def duplicates(self, numbers: array[int], columns: list[list[Any]], plan: Plan) -> list[tuple[int, Reject]]:
        """Return the rows of a batch whose key was met before; a key with a blank in it equals no other."""
        rows = self._rows
        found = []
        keys = (
            columns[self._indexes[0]]
            if len(self._indexes) == 1
            else zip(*(columns[i] for i in self._indexes), strict=True)
        )
        for place, key in enumerate(keys):
            if key is None or (type(key) is tuple and None in key):
                continue
            first = rows.setdefault(key, numbers[place])
            if first != numbers[place]:
                index = self._indexes[0]
                address = f"{column_letters(plan.columns[index].position)}{first}"
                values = shown(", ".join(map(str, key)) if type(key) is tuple else str(key))
                cause = f"stands twice in the sheet (key {self._name})"
                found.append((place, Reject(numbers[place], index, cause, f"{values}, first in {address}")))
        return found
