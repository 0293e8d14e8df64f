"""Numbers as a file spells them, not made into cells before somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # a chunk of cells has these among its columns
    from app.sheets.cells import Cell


class Days(NamedTuple):
    """Which numbers are moments: those from `first` to below `last` count days after `epoch`."""

    epoch: date
    first: int
    last: int


class Numerals(Sequence["Cell"]):
    """The cells of a column that holds nothing but numbers, all of one format, and blanks.

    Most columns of numbers go into the database without ever having been cells.

    Attributes:
        texts: digits, signs, points and exponents in ASCII; None where a cell is blank.
        days: what makes them into moments; None of plain numbers.
    """

    def __init__(
        self, texts: Sequence[str | None], read: Callable[[Sequence[str]], Sequence[Cell]], days: Days | None
    ) -> None:
        """Hold `texts`, some of which are not None; `read` makes those into cells."""
        self.texts = texts
        self.days = days
        self._read = read

    @cached_property
    def is_whole(self) -> bool:
        """Tell whether no cell is blank."""
        return None not in self.texts

    def at(self, places: Sequence[int]) -> Sequence[Cell]:
        """Return the cells at some places."""
        texts = [self.texts[place] for place in places]
        return Numerals(texts, self._read, self.days) if any(texts) else [None] * len(texts)

    def count(self, value: Any) -> int:
        """Return how many cells are such."""
        return self.texts.count(None) if value is None else self._cells.count(value)

    def __eq__(self, other: object) -> bool:
        """Tell whether the cells are those of another sequence."""
        return isinstance(other, Sequence) and self._cells == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        """Return how many cells there are, blank ones among them."""
        return len(self.texts)

    def __getitem__(self, place: Any) -> Any:
        """Return a cell, or a slice of them."""
        return self._cells[place]

    def __iter__(self) -> Iterator[Cell]:
        """Yield the cells."""
        return iter(self._cells)

    @cached_property
    def _cells(self) -> list[Cell]:
        if self.is_whole:
            return list(self._read(self.texts))  # type: ignore[arg-type]
        rest = iter(self._read([text for text in self.texts if text is not None]))
        return [None if text is None else next(rest) for text in self.texts]
