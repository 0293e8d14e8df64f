"""What the operator may allow beyond the strict rules."""

from __future__ import annotations

from dataclasses import dataclass

DATE_ORDERS = ("YMD", "DMY", "MDY")
# What parts thousands in numbers written as text: also a no-break, a thin and a narrow no-break space.
THOUSANDS = (",", ".", "'", "_", " ", "\u00a0", "\u2009", "\u202f")


@dataclass(frozen=True)
class Rules:
    """The options of an import that change what a cell becomes.

    Attributes:
        nulls: texts that count as blank.
        thousands: the separator allowed in numbers written as text, `,` say; none by default.
        rounds: round decimals to the column's scale, half to even, instead of rejecting them.
        date_order: how to read dates written as text with the year last, or in two digits.
        base64: take text in binary columns as base64.
    """

    nulls: frozenset[str] = frozenset()
    thousands: str = ""
    rounds: bool = False
    date_order: str = ""
    base64: bool = False


STRICT = Rules()
