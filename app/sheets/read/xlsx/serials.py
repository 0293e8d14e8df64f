"""Dates, times and durations: numbers that a format makes into one (ECMA-376 part 1, 18.17.4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.sheets.cells import Cell, Unusable
from app.sheets.read.xlsx.bulk import Days, NotRegular, whole_seconds

DAY_US = 86_400_000_000
EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)
LEAP_DAY_THAT_NEVER_WAS = 60  # serial 60 is 29 February 1900 in the 1900 system, which Lotus 1-2-3 took for a leap year
LAST_DAY = date(9999, 12, 31)
# By how many microseconds a serial is off that its writer cut at 9 or 10 decimals; zeros at its end may be missing.
LOST_BY_CUTTING = {8: 43, 9: 43, 10: 4}

# Turns a serial and, if known, the text that spelled it, into a value.
Shape = Callable[[float, str], Cell]


def split(serial: float, text: str = "") -> tuple[int, int]:
    """Return whole days and microseconds of a serial, to the nearest microsecond.

    A double holds a moment of our times to 0.6 microseconds, one of the year 9999 to 40, and whoever computed it has
    lost as much again: 08:34 is met as 08:33:59.999999. So a whole second that near is meant. A serial spelled with 8
    to 10 decimals was cut there by its writer, and is as much less exact.
    """
    days = int(serial // 1)
    microseconds = round((serial - days) * DAY_US)
    decimals = len(text.partition(".")[2]) if "e" not in text.lower() else 0
    nearest = round(microseconds, -6)
    slack = int(math.ulp(serial) * DAY_US) + 1 + LOST_BY_CUTTING.get(decimals, 0)
    if abs(microseconds - nearest) <= slack:
        microseconds = nearest
    return (days + 1, 0) if microseconds == DAY_US else (days, microseconds)


def time_of(microseconds: int) -> time:
    """Return the time of day that many microseconds after midnight."""
    seconds, microsecond = divmod(microseconds, 1_000_000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, microsecond)


def duration(serial: float, text: str) -> Cell:
    """Return the timedelta of a cell formatted like `[h]:mm`."""
    days, microseconds = split(serial, text)
    try:
        return timedelta(days=days, microseconds=microseconds)
    except OverflowError:
        return Unusable("holds a duration that is out of range")


@dataclass(frozen=True)
class DateShape:
    """Makes a serial into a date, a time or both, for a format that shows these parts.

    A date format shows a date, and the datetime where the cell has a time of day all the same; a time below 1 in the
    1900 system is a time of day without a date.
    """

    is_1904: bool
    has_date: bool
    has_time: bool

    def __call__(self, serial: float, text: str) -> Cell:
        """Return the value of one serial."""
        days, microseconds = split(serial, text)
        if days < 0:
            return Unusable("shows ##### (a negative date)")
        if days == 0 and self.has_time and not (self.is_1904 and self.has_date):
            return time_of(microseconds)
        if not self.is_1904:
            if days == 0:
                return Unusable("holds a date before 1 January 1900")
            if days == LEAP_DAY_THAT_NEVER_WAS:
                return Unusable("shows 29 February 1900, a day that never was")
            if days < LEAP_DAY_THAT_NEVER_WAS:
                days += 1
        if days > (LAST_DAY - self._epoch).days:
            return Unusable("shows ##### (a date after the year 9999)")
        day = self._epoch + timedelta(days=days)
        return day if not self.has_time and microseconds == 0 else datetime.combine(day, time_of(microseconds))

    def many(self, texts: Sequence[str]) -> list[Cell]:
        """Return the values of many serials by the texts that spell them.

        Raises:
            NotRegular: they are not all moments with whole seconds.
        """
        if not self.has_time:
            raise NotRegular
        return whole_seconds(texts, self.days)

    @property
    def days(self) -> Days:
        """Return the serials that have a date, from the first one behind what Excel counts in ways of its own."""
        first = 1 if self.is_1904 else LEAP_DAY_THAT_NEVER_WAS + 1
        return Days(self._epoch, first, (LAST_DAY - self._epoch).days)

    @property
    def _epoch(self) -> date:
        return EPOCH_1904 if self.is_1904 else EPOCH_1900
