"""What is in a column of a sheet: the facts that a report shows, and from which a new table is inferred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.sheets.cells import Cell, Imprecise, Padded, Unusable
from app.sheets.convert.texts import hours, plain_number, shown, spelled
from app.sheets.inspect.looks import looks_of
from app.sheets.read.numbers import BEYOND_15_DIGITS

MOST_REASONS = 100  # that are told apart in one column
OTHER_REASONS = "cannot be used, for one of many more reasons"


@dataclass
class Sighting:
    """Cells with something in common: how many; the first one's row in Excel, and its value as messages show it."""

    cells: int
    row: int
    value: str


Sightings = dict[str, Sighting]


@dataclass
class ColumnProfile:
    """Facts about one column's cells; all of it is JSON.

    Attributes:
        types: the cells of each Python type, by its name; blank cells do not count. A number of more than 15 digits is
            Imprecise, also where they are known.
        unusable: the cells without a usable value, by the reason.
        looks: the texts that look like something else, by what (see `app.sheets.inspect.looks`).
        blanks: how many cells are blank.
        longest: characters of the longest one as text.
        whole_digits, decimals: the most digits before and after the point of a number.
        ranges: the least and the greatest cell of each type that has an order; dates and times in ISO 8601.
        has_fractions: a time has fractions of a second.
    """

    types: Sightings = field(default_factory=dict)
    unusable: Sightings = field(default_factory=dict)
    looks: Sightings = field(default_factory=dict)
    blanks: int = 0
    longest: int = 0
    whole_digits: int = 0
    decimals: int = 0
    ranges: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    has_fractions: bool = False

    def add(self, numbers: Sequence[int], cells: Sequence[Cell]) -> None:
        """Take more cells into account; `numbers` are their rows in Excel."""
        counts = Counter(map(type, cells))
        self.blanks += counts.pop(type(None), 0)
        for type_, count in counts.items():
            _MEASURES[type_](self, _Cells(numbers, cells, type_, count))


class _Cells:
    """The cells of one type among some cells of a column."""

    def __init__(self, numbers: Sequence[int], cells: Sequence[Cell], type_: type, count: int) -> None:
        self._numbers, self._cells, self._type = numbers, cells, type_
        self.values: Sequence[Any] = cells if count == len(cells) else [cell for cell in cells if type(cell) is type_]

    def see(self, group: Sightings, name: str, count: int, value: Cell) -> None:
        """Count cells under a name; `value` is the first of them."""
        if name in group:
            group[name].cells += count
            return
        first = next(place for place, cell in enumerate(self._cells) if type(cell) is self._type and cell == value)
        group[name] = Sighting(count, self._numbers[first], shown(value))

    def see_all(self, profile: ColumnProfile) -> None:
        """Count all of them under their type."""
        self.see(profile.types, self._type.__name__, len(self.values), self.values[0])


def _widen(profile: ColumnProfile, name: str, least: Any, greatest: Any) -> None:
    known = profile.ranges.get(name, (least, greatest))
    profile.ranges[name] = min(known[0], least), max(known[1], greatest)


def _lengthen(profile: ColumnProfile, *texts: str) -> None:
    profile.longest = max(profile.longest, *map(len, texts))


def _booleans(profile: ColumnProfile, cells: _Cells) -> None:
    cells.see_all(profile)
    _lengthen(profile, *map(spelled, set(cells.values)))


def _integers(profile: ColumnProfile, cells: _Cells) -> None:
    cells.see_all(profile)
    least, greatest = min(cells.values), max(cells.values)
    _lengthen(profile, str(least), str(greatest))
    _widen(profile, "int", least, greatest)
    profile.whole_digits = max(profile.whole_digits, len(str(abs(least))), len(str(abs(greatest))))


def _padded(profile: ColumnProfile, cells: _Cells) -> None:
    cells.see_all(profile)
    _lengthen(profile, *(cell.shown for cell in cells.values))


def _floats(profile: ColumnProfile, cells: _Cells) -> None:
    for value, count in Counter(cells.values).items():
        if abs(value) >= BEYOND_15_DIGITS:
            cells.see(profile.types, "Imprecise", count, value)
            continue
        cells.see(profile.types, "float", count, value)
        text = repr(value)
        number = Decimal(text)
        profile.decimals = max(profile.decimals, -int(number.as_tuple().exponent))
        profile.whole_digits = max(profile.whole_digits, number.adjusted() + 1)
        _lengthen(profile, plain_number(value))
        _widen(profile, "float", value, value)


def _imprecise(profile: ColumnProfile, cells: _Cells) -> None:
    cells.see_all(profile)


def _texts(profile: ColumnProfile, cells: _Cells) -> None:
    cells.see_all(profile)
    values = Counter(cells.values)
    _lengthen(profile, *values)
    for value, count in values.items():
        for look in looks_of(value):
            cells.see(profile.looks, look, count, value)


def _moments(profile: ColumnProfile, cells: _Cells) -> None:
    cells.see_all(profile)
    values = set(cells.values)
    least, greatest = min(values), max(values)
    _widen(profile, type(least).__name__, least.isoformat(), greatest.isoformat())
    _lengthen(profile, *(value.isoformat() for value in values))
    if type(least) is not date:
        profile.has_fractions = profile.has_fractions or any(value.microsecond for value in values)


def _durations(profile: ColumnProfile, cells: _Cells) -> None:
    cells.see_all(profile)
    _lengthen(profile, *map(hours, set(cells.values)))


def _unusable(profile: ColumnProfile, cells: _Cells) -> None:
    cells.see_all(profile)
    for value, count in Counter(cells.values).items():
        is_told_apart = value.reason in profile.unusable or len(profile.unusable) < MOST_REASONS
        cells.see(profile.unusable, value.reason if is_told_apart else OTHER_REASONS, count, value)


_MEASURES: dict[type, Callable[[ColumnProfile, _Cells], None]] = {
    bool: _booleans,
    int: _integers,
    Padded: _padded,
    float: _floats,
    Imprecise: _imprecise,
    str: _texts,
    date: _moments,
    datetime: _moments,
    time: _moments,
    timedelta: _durations,
    Unusable: _unusable,
}
