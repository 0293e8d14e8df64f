"""The styles of a workbook, as far as they change what a number means."""

from __future__ import annotations

import re
from typing import IO

from app.sheets.cells import Cell
from app.sheets.read.formats import BUILT_IN, shape_of
from app.sheets.read.numbers import parse_number
from app.sheets.read.serials import Shape
from app.sheets.read.xml import MAIN, elements

MOST_REMEMBERED = 100_000
_NUMBERS = (int, float)
_NUMBER = re.compile(r"[0-9]{1,9}")


class NumberReader(dict[str, Cell]):
    """The values of numbers under one style, by their text in the file; what was met once is not parsed again."""

    def __init__(self, shape: Shape | None) -> None:
        """Read with `shape`, or as plain numbers."""
        super().__init__()
        self._shape = shape

    def __missing__(self, text: str) -> Cell:
        """Parse a text that was not met yet."""
        plain = text.strip()
        value = parse_number(plain) if plain else None
        if self._shape is not None and isinstance(value, _NUMBERS):
            shaped = self._shape(value, plain)
            # Dates are made of the double itself: its digits beyond the 15th are the last microseconds.
            value = shaped if isinstance(shaped, _NUMBERS) else self._shape(float(plain), plain)
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value


def number_readers(stream: IO[bytes] | None, is_1904: bool) -> list[NumberReader]:
    """Return one reader for each cell format (`cellXfs`), in order; one plain reader for a workbook without styles."""
    codes = dict(BUILT_IN)
    formats: list[int] = []
    inside = ""
    for name, attributes in elements(stream, "styles.xml", MAIN) if stream is not None else ():
        if name in ("cellXfs", "cellStyleXfs", "numFmts", "dxfs", "cellStyles"):
            inside = name
        elif name == "numFmt" and inside == "numFmts":
            codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "xf" and inside == "cellXfs":
            formats.append(_number(attributes.get("numFmtId")))
    shapes = {number: shape_of(codes.get(number, "General"), is_1904) for number in set(formats)}
    shared = {number: NumberReader(shape) for number, shape in shapes.items()}
    return [shared[number] for number in formats] or [NumberReader(None)]


def _number(text: str | None) -> int:
    return int(text) if text is not None and _NUMBER.fullmatch(text) else 0
