"""Booleans."""

from __future__ import annotations

from app.sheets.cells import Padded
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.numbers import Handlers, plain_text
from app.sheets.convert.rules import Rules
from app.sheets.table import Column

BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "t", "1", "是", "√"), 1),
    **dict.fromkeys(("false", "no", "n", "f", "0", "否", "×"), 0),
}


def booleans(_column: Column, _rules: Rules) -> Handlers:
    """Return the handlers of a boolean column; they return 1 or 0."""

    def from_number(value: float) -> int:
        if value not in (0, 1):
            raise BadCell("takes TRUE or FALSE, 1 or 0")
        return int(value)

    def from_text(text: str) -> int:
        try:
            return BOOLEANS[plain_text(text).casefold()]
        except KeyError:
            raise BadCell("takes TRUE or FALSE, 1 or 0, yes or no, 是 or 否") from None

    return {bool: int, int: from_number, Padded: from_number, float: from_number, str: from_text}
