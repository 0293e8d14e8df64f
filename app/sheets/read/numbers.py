"""Numbers as Excel holds them: doubles, of which 15 significant digits count."""

from __future__ import annotations

import math
from decimal import Decimal

from app.sheets.cells import Cell, Imprecise, Unusable

# The first integer with 16 digits (Microsoft, "Excel specifications and limits": number precision 15 digits).
BEYOND_15_DIGITS = 10**15


def parse_number(text: str) -> Cell:
    """Return the number in a cell's XML: an int where it is integral and has at most 15 digits, else a float."""
    if len(text) <= 15 and text.isdigit() and text.isascii():
        return int(text)
    try:
        if not text.isascii() or "_" in text:  # which Python would take
            raise ValueError(text)
        value = float(text)
    except ValueError:
        return Unusable(f'holds "{text[:40]}", which is not a number')
    return to_15_digits(value, text)


def to_15_digits(value: float, text: str | None = None) -> Cell:
    """Return a double taken to 15 significant digits: `0.1 + 0.2` is 0.3, `71053.0` the integer 71053.

    An integral number of more digits, some of which that changes, comes as `Imprecise`.

    Args:
        value: the double.
        text: as the file spells it, if that is known; it may have digits that the double has lost.
    """
    short = float(f"{value:.15g}")
    if not math.isfinite(short):  # as the largest doubles are, taken to 15 digits
        return Unusable("holds a number that is out of range")
    if abs(short) < BEYOND_15_DIGITS:
        return int(short) if short.is_integer() else short
    return short if Decimal(text if text is not None else value) == Decimal(f"{short:.15g}") else Imprecise(short)
