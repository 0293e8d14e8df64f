"""Numbers as the file spells them into stored values, without cells between; to the same effect, only faster.

Each function returns None for numerals that are to be made into cells first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import repeat
from operator import mul, sub, truediv
from typing import Any

from app.sheets.convert.many import EXACT_DIGITS, decimal_limit
from app.sheets.numerals import Days, Numerals
from app.sheets.sinks import COLUMNS, TEXT
from app.sheets.sums import Summed
from app.sheets.table import DOUBLE_DIGITS, Column

DAY_S = 86_400
# A serial before the year 2079 times 86,400 is rounded by less than 0.48 microseconds. So it is less than 1.5 from a
# whole second, which `app.sheets.read.xlsx.serials.split` takes for that second.
SURELY_WHOLE_S = 1e-6
LAST_SURE_DAY = 1 << 16
_TO_15_DIGITS = "." + str(EXACT_DIGITS) + "g"

Take = Callable[[Sequence[str], Days | None], list[Any] | None]


def numerals_of(column: Column, sink: str = "") -> Callable[[Numerals], list[Any] | None]:
    """Return the function for a column.

    Args:
        sink: who takes the values: they may come in the type in which it takes them soonest, floats as texts that spell
            them for LOAD DATA, and decimals as floats where the database keeps them so; "" for those of `convert`.
    """
    make = None if column.zero_is_next and column.kind != "integer" else _MAKERS.get(column.kind)
    take = make(column, sink) if make else None
    return lambda numerals: _taken(numerals, take, column) if take else None


def _taken(numerals: Numerals, take: Take, column: Column) -> list[Any] | None:
    """Return what all numerals become, blank ones among them where they may be NULL."""
    texts: Any = numerals.texts
    if numerals.is_whole:
        return take(texts, numerals.days)
    stored = None if column.is_required else take([text for text in texts if text is not None], numerals.days)
    if stored is None:
        return None
    rest = iter(stored)
    spread = [None if text is None else next(rest) for text in texts]
    return Summed(spread, stored.total, stored.magnitude) if isinstance(stored, Summed) else spread


def _integers(column: Column, _sink: str) -> Take:
    low, high = column.minimum, column.maximum

    def take(texts: Sequence[str], days: Days | None) -> list[Any] | None:
        if days is not None or max(map(len, texts)) > EXACT_DIGITS:
            return None
        try:
            values = list(map(int, texts))
        except ValueError:
            return None
        is_out = (low is not None and min(values) < low) or (high is not None and max(values) > high)
        return None if is_out or (column.zero_is_next and 0 in values) else Summed(values, sum(values))

    return take


def _decimals(column: Column, sink: str) -> Take | None:
    limit = decimal_limit(column)
    if limit is None or column.scale is None or column.scale > EXACT_DIGITS:
        return None
    ten, spell = 10.0**column.scale, f"{{:.{column.scale}f}}".format
    minus_zero = spell(-0.0)
    stays_float = sink == COLUMNS and column.exact_digits == DOUBLE_DIGITS and not column.is_floating

    def take(texts: Sequence[str], days: Days | None) -> list[Any] | None:
        values = _floats_of(texts)
        if days is not None or values is None or not -limit < min(values) <= max(values) < limit:
            return None
        units = list(map(round, map(mul, values, repeat(ten))))
        # Both are exact, so the quotient is the double next to that decimal, which has at most 15 digits: where it is
        # the number itself, the decimal is what the number is when taken to 15 digits.
        if list(map(truediv, units, repeat(ten))) != values:
            return None
        if stays_float:
            return Summed(values, sum(units))
        stored = list(map(spell, values))
        return None if minus_zero in stored else Summed(stored, sum(units))

    return take


def _floats(column: Column, sink: str) -> Take | None:
    if column.exact_digits is not None:
        return None
    limit = 10.0**EXACT_DIGITS

    def take(texts: Sequence[str], days: Days | None) -> list[Any] | None:
        values = _floats_of(texts)
        if days is not None or values is None or not -limit < (least := min(values)) <= max(values) < limit:
            return None
        stored: list[Any] = list(map(float.__format__, values, repeat(_TO_15_DIGITS)))
        if "-0" in stored:
            return None
        if sink != TEXT:
            stored = list(map(float, stored))
        total = sum(values)
        return Summed(stored, total, total if least >= 0 else sum(map(abs, values)))

    return take


def _datetimes(column: Column, _sink: str) -> Take:
    clocks = _Clocks("." + "0" * column.fraction_digits if column.fraction_digits else "")
    known: dict[Days, _Dates] = {}

    def take(texts: Sequence[str], days: Days | None) -> list[Any] | None:
        values = _floats_of(texts)
        if days is None or values is None or not days.first <= min(values) <= max(values) < LAST_SURE_DAY:
            return None
        moments = list(map(mul, values, repeat(float(DAY_S))))
        seconds = list(map(round, moments))
        if moments != seconds:
            off = list(map(sub, moments, seconds))
            if not -SURELY_WHOLE_S < min(off) <= max(off) < SURELY_WHOLE_S:
                return None
        dates = known.setdefault(days, _Dates(days))
        return [dates[day] + clocks[second] for day, second in map(divmod, seconds, repeat(DAY_S))]

    return take


class _Dates(dict[int, str]):
    """The dates of days, spelled, as they are needed."""

    def __init__(self, days: Days) -> None:
        super().__init__()
        self._epoch = days.epoch

    def __missing__(self, day: int) -> str:
        text = self[day] = (self._epoch + timedelta(day)).isoformat()
        return text


class _Clocks(dict[int, str]):
    """The times of seconds of a day, spelled, behind a blank."""

    def __init__(self, fraction: str) -> None:
        super().__init__()
        self._fraction = fraction

    def __missing__(self, second: int) -> str:
        minutes, rest = divmod(second, 60)
        text = self[second] = f" {minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}{self._fraction}"
        return text


def _floats_of(texts: Sequence[str]) -> list[float] | None:
    try:
        return list(map(float, texts))
    except ValueError:
        return None


_MAKERS: dict[str, Callable[[Column, str], Take | None]] = {
    "integer": _integers,
    "decimal": _decimals,
    "float": _floats,
    "datetime": _datetimes,
}
