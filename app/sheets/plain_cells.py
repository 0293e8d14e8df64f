"""Cells as plain values, which marshal takes, and back: what the reading process sends makes its parent run nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from datetime import date, datetime, time, timedelta
from typing import Any

from app.sheets.cells import Cell, Chunk, Imprecise, Padded, Unusable

Plain = Any  # None, a number, a text, a boolean, or a tuple of these that begins with the word for what it stands for
_PLAIN = frozenset({type(None), int, float, str, bool})


def picked(chunks: Iterator[Chunk], numbers: Set[int]) -> Iterator[Chunk]:
    """Yield the rows of these numbers, in the order of the file; the rest of it is not read once all were met."""
    left = len(numbers)
    for chunk in chunks if left else ():
        places = [place for place, number in enumerate(chunk.numbers) if number in numbers]
        if places:
            yield chunk.at(places)
        left -= len(places)
        if not left:
            return


def packed(chunk: Chunk) -> tuple[list[int], dict[int, list[Plain]]]:
    """Return rows as plain values: their numbers, and the cells of each column."""
    return list(chunk.numbers), {column: list(map(_packed, cells)) for column, cells in chunk.columns.items()}


def unpacked(rows: tuple[list[int], dict[int, list[Plain]]]) -> Chunk:
    """Return what `packed` was given.

    Raises:
        ValueError, TypeError, KeyError: it says something else.
    """
    numbers, columns = list(map(int, rows[0])), dict(rows[1])
    if any(len(cells) != len(numbers) for cells in columns.values()):
        raise ValueError("columns of other lengths")
    return Chunk(numbers, {int(column): list(map(_unpacked, cells)) for column, cells in columns.items()})


def _packed(cell: Cell) -> Plain:
    kind = type(cell)
    if kind in _PLAIN:
        return cell
    word, pack = _PACKED[kind]
    return word, *pack(cell)


def _unpacked(value: Plain) -> Cell:
    if type(value) in _PLAIN:
        return value  # type: ignore[no-any-return]
    word, *rest = value
    try:
        return _UNPACKED[word](*rest)
    except OverflowError:
        raise ValueError(word) from None


_PACKED: dict[type, tuple[str, Callable[[Any], tuple[Plain, ...]]]] = {
    Unusable: ("unusable", lambda cell: (cell.reason,)),
    Padded: ("padded", lambda cell: (int(cell), cell.shown)),
    Imprecise: ("imprecise", lambda cell: (float(cell),)),
    date: ("date", lambda cell: (cell.isoformat(),)),
    datetime: ("datetime", lambda cell: (cell.isoformat(),)),
    time: ("time", lambda cell: (cell.isoformat(),)),
    timedelta: ("duration", lambda cell: (cell.days, cell.seconds, cell.microseconds)),
}
_UNPACKED: dict[str, Callable[..., Cell]] = {
    "unusable": lambda reason: Unusable(str(reason)),
    "padded": lambda value, shown: Padded(value, str(shown)),
    "imprecise": Imprecise,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "duration": timedelta,
}
