"""The rows of a sheet that hold data: below the header, not blank, not left out; and what was passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.sheets.cells import Chunk
from app.sheets.problems import DamagedFile
from app.sheets.read.straight import Stored


@dataclass(frozen=True)
class Selection:
    """Which rows and columns of a sheet are data.

    Attributes:
        positions: the columns that are read, from 0; a row with nothing in them is blank.
        ignored: columns that are left out on purpose; cells in all others are strays.
        nulls: texts that count as blank.
        limit: the most rows.
    """

    header_row: int
    positions: frozenset[int]
    ignored: frozenset[int] = frozenset()
    nulls: frozenset[str] = frozenset()
    skip_hidden: bool = False
    limit: int | None = None


class DataRows:
    """The data of one sheet, to be gone through once.

    Attributes:
        count: rows so far.
        strays: columns without a header that have cells below it, and how many.
    """

    def __init__(self, selection: Selection) -> None:
        """Select by `selection`."""
        self.count = 0
        self.strays: dict[int, int] = {}
        self._selection = selection
        self._blanks = selection.nulls | {None}
        self._hidden: list[int] = []  # rows left out
        self._last = selection.header_row  # of those that are not blank
        self._met_header = False

    @property
    def blank_rows(self) -> int:
        """Return how many blank rows stand before the last one that is not; a file leaves many of them out."""
        hidden = sum(number < self._last for number in self._hidden)
        return self._last - self._selection.header_row - self.count - hidden

    def of(self, chunks: Iterable[Chunk], hidden_rows: set[int]) -> Iterator[Chunk]:
        """Yield the data in a sheet's chunks; no chunk is empty. Stored rows have been counted.

        Args:
            hidden_rows: grows while the chunks are read.

        Raises:
            DamagedFile: a row with cells above the header stands behind it in the file.
        """
        for chunk in chunks:
            if isinstance(chunk, Stored):
                yield chunk
                continue
            rows = self._without_hidden(self._below_header(chunk), hidden_rows)
            self._count_strays(rows)
            rows = self._without_blank(rows)
            if self._selection.limit is not None:
                rows = rows.at(range(min(self._selection.limit - self.count, len(rows.numbers))))
            if rows.numbers:
                self.count += len(rows.numbers)
                self._last = max(self._last, *rows.numbers)
                yield rows
            if self.count == self._selection.limit:
                return

    def add(self, numbers: Sequence[int]) -> None:
        """Count rows that are all data, below the header."""
        self.count += len(numbers)
        self._last = max(self._last, *numbers)
        self._met_header = True

    def _below_header(self, chunk: Chunk) -> Chunk:
        header_row = self._selection.header_row
        if not chunk.numbers:
            return chunk
        if min(chunk.numbers) > header_row:
            self._met_header = True
            return chunk
        below = [place for place, number in enumerate(chunk.numbers) if number > header_row]
        above = [place for place, number in enumerate(chunk.numbers) if number < header_row]
        first_below = below[0] if below else len(chunk.numbers)
        late = above if self._met_header else [place for place in above if place > first_below]
        if any(cells[place] is not None for place in late for cells in chunk.columns.values()):
            raise DamagedFile(
                f"Row {chunk.numbers[late[0]]} stands behind the headers in the file, which are in row {header_row}.",
                "Open it in Excel, and save it; then its rows are in order.",
            )
        self._met_header = self._met_header or bool(below)
        return chunk.at(below)

    def _without_hidden(self, rows: Chunk, hidden_rows: set[int]) -> Chunk:
        if not self._selection.skip_hidden or hidden_rows.isdisjoint(rows.numbers):
            return rows
        self._hidden += [number for number in rows.numbers if number in hidden_rows]
        return rows.at([place for place, number in enumerate(rows.numbers) if number not in hidden_rows])

    def _count_strays(self, rows: Chunk) -> None:
        for position in rows.columns.keys() - self._selection.positions - self._selection.ignored:
            cells = len(rows.numbers) - rows.columns[position].count(None)
            if cells:
                self.strays[position] = self.strays.get(position, 0) + cells

    def _without_blank(self, rows: Chunk) -> Chunk:
        columns = [cells for position, cells in rows.columns.items() if position in self._selection.positions]
        if any(map(self._blanks.isdisjoint, columns)):
            return rows
        filled = [place for place, cells in enumerate(zip(*columns, strict=True)) if not self._blanks.issuperset(cells)]
        return rows if len(filled) == len(rows.numbers) else rows.at(filled)
