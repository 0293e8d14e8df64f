"""The fast path of a worksheet: rows spelled like the others of their sheet, taken many at a time.

What one pattern (see `row_pattern`) matches is read here, column by column; each row that does not fit is handed to the
exact path, and so is all that follows the last row. Liberties are taken with what nothing reads: a row's own attributes
may have a prefix that was never declared, or stand twice; so may those of a formula, whose text may have ]]> in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from app.sheets.cells import MOST_PLACES, Cell, Chunk, Row, chunks_of
from app.sheets.read.findings import Findings
from app.sheets.read.xlsx.bulk import NotRegular
from app.sheets.read.xlsx.pieces import NO_ELEMENT
from app.sheets.read.xlsx.row_numbers import RowNumbers
from app.sheets.read.xlsx.row_pattern import SAMPLE_ROWS, Group, RowPattern
from app.sheets.read.xlsx.values import CellValues

# The pattern is made anew for rows that do not fit when they are more than one of so many.
RARE = 50
MOST_REMEMBERED = 100_000
_ATTRIBUTES = re.compile(r'(?: (?!xmlns)[A-Za-z0-9:]++="[^"<&]*+")*+ ?')
_HIDDEN = re.compile(r' hidden="(?:1|true)"')

BLANKS = " \t\r\n"  # of XML
MANY_GROUPS = 100
SPARSE = 10  # one value in so many groups, or fewer

T = TypeVar("T")
Parse = Callable[[bytes], list[Row]]


class RegularRows:
    """Takes the rows of one worksheet."""

    def __init__(self, values: CellValues, prefix: str, numbers: RowNumbers, findings: Findings) -> None:
        """Take the cells' values from `values`; `numbers` and `findings` are shared with the exact path.

        Args:
            prefix: of the spreadsheet's elements, "x:" or none.
        """
        self._pattern = RowPattern(values, prefix)
        self._row_end = f"</{prefix}row>"
        self._numbers = numbers
        self._findings = findings
        self._hidden: dict[str, bool] = {}  # by a row's attributes

    def take(self, text: str, parse: Parse) -> tuple[Iterable[Chunk], str]:
        """Return the rows of a piece of a sheet's data, and what of it was neither taken nor parsed.

        Args:
            text: ends with a row.
            parse: takes the rows that do not fit.

        Raises:
            NotRegular: most rows do not fit, or there are cells that only the exact path reads; nothing was taken.
        """
        between, numbers, attributes, *fields = self._fields(text)
        others, rest = self._others(between)
        if _is_sparse(fields) or any(sign in other for other in others.values() for sign in NO_ELEMENT):
            return (), text
        if self._count(others) > len(numbers):
            raise NotRegular
        hidden = self._hidden_rows(numbers, attributes)
        chunk = Chunk(list(map(int, numbers)), self._columns(fields))
        before = self._numbers.last
        if numbers:
            self._numbers.add(chunk.numbers)
        self._findings.hidden_rows.update(hidden)
        if others:
            return _merged(chunk, self._parsed(others, [before, *chunk.numbers], parse)), rest
        return (chunk,) if numbers else (), rest

    def _fields(self, text: str) -> list[list[Any]]:
        """Return what stands between the rows that the pattern matches, and its groups, each as a list.

        The pattern is made to fit a piece many of whose rows it does not.
        """
        if not self._pattern.groups:
            rows = text.split(self._row_end, SAMPLE_ROWS)
            self._pattern.learn(rows[1:-1] if len(rows) > SAMPLE_ROWS else rows)  # the first may be of headers
        fields = self._split(text)
        others = "".join(fields[0]).split(self._row_end)
        if len(others) * RARE > len(fields[1]) and self._pattern.learn(others[:SAMPLE_ROWS]):
            fields = self._split(text)
        return fields

    def _split(self, text: str) -> list[list[Any]]:
        found = self._pattern.compiled.split(text)
        width = self._pattern.compiled.groups + 1
        return [found[place::width] for place in range(width)]

    def _others(self, between: Sequence[str]) -> tuple[dict[int, str], str]:
        """Return the rows that do not fit, by the place of the row behind them, and what is no row at the end."""
        if not "".join(between).strip(BLANKS):
            return {}, ""
        others = {place: text for place, text in enumerate(between) if text.strip(BLANKS)}
        match = self._pattern.others.match(between[-1])
        end = match.end() if match else 0
        rest = between[-1][end:]
        others[len(between) - 1] = between[-1][:end]
        if not all(map(self._pattern.others.fullmatch, others.values())):
            raise NotRegular
        return {place: text for place, text in others.items() if text}, rest

    def _count(self, others: Mapping[int, str]) -> int:
        return sum(text.count(self._row_end) for text in others.values())

    def _hidden_rows(self, numbers: Sequence[str], attributes: Sequence[str]) -> list[int]:
        known = self._hidden
        if len(known) > MOST_REMEMBERED:
            known.clear()
        for text in set(attributes) - known.keys():
            if not _ATTRIBUTES.fullmatch(text):
                raise NotRegular
            known[text] = _HIDDEN.search(text) is not None
        if not any(known[text] for text in set(attributes)):
            return []
        return [int(number) for number, text in zip(numbers, attributes, strict=True) if known[text]]

    def _columns(self, fields: Sequence[Sequence[str]]) -> dict[int, Sequence[Cell]]:
        columns: dict[int, Sequence[Cell]] = {}
        for group, texts in zip(self._pattern.groups, fields, strict=True):
            cells = _cells(group, texts)
            if not cells:
                continue
            known = columns.get(group.column)
            columns[group.column] = (
                [one if other is None else other for one, other in zip(known, cells, strict=True)] if known else cells
            )
        return columns

    def _parsed(self, others: Mapping[int, str], before: Sequence[int], parse: Parse) -> dict[int, list[Row]]:
        """Return the rows that do not fit by the place of the row behind them; `before` has the numbers before each."""
        parsed: dict[int, list[Row]] = {}
        for place, text in others.items():
            self._numbers.last = before[place]  # which a row without a number follows
            parsed[place] = parse(text.encode())
        if len(before) - 1 not in others:
            self._numbers.last = before[-1]
        return parsed


def _merged(chunk: Chunk, parsed: Mapping[int, list[Row]]) -> Iterable[Chunk]:
    """Return a chunk with more rows in it, by the place of the row behind them; in several where it would be wide."""
    used = chunk.columns.keys() | {column for rows in parsed.values() for _, cells in rows for column in cells}
    if len(used) * (len(chunk.numbers) + sum(map(len, parsed.values()))) > MOST_PLACES:
        return chunks_of(_interleaved(list(chunk.rows()), parsed))
    blank: Sequence[Cell] = [None] * len(chunk.numbers)
    numbers = _interleaved(chunk.numbers, {place: [number for number, _ in rows] for place, rows in parsed.items()})
    columns: dict[int, Sequence[Cell]] = {
        column: _interleaved(
            chunk.columns.get(column, blank),
            {place: [cells.get(column) for _, cells in rows] for place, rows in parsed.items()},
        )
        for column in used
    }
    return (Chunk(numbers, columns),)


def _interleaved(items: Sequence[T], inserted: Mapping[int, list[T]]) -> list[T]:
    """Return a list with others put before the items at certain places, which ascend."""
    merged: list[T] = []
    start = 0
    for place, others in inserted.items():
        merged += items[start:place]
        merged += others
        start = place
    merged += items[start:]
    return merged


def _is_sparse(fields: Sequence[Sequence[str | None]]) -> bool:
    """Tell whether there are many groups, of which a row has few: then the exact path is quicker."""
    if len(fields) < MANY_GROUPS:
        return False
    filled = sum(len(texts) - texts.count(None) for texts in fields)
    return filled * SPARSE < len(fields) * len(fields[0])


def _cells(group: Group, texts: Sequence[str | None]) -> Sequence[Cell]:
    """Return the values of a group's texts, None where there is none; [] where there are none at all."""
    filled = [text for text in texts if text is not None] if None in texts else texts
    if not filled:
        return []
    values = group.read(filled)  # type: ignore[arg-type]
    if len(filled) == len(texts):
        return list(values)
    rest = iter(values)
    return [None if text is None else next(rest) for text in texts]
