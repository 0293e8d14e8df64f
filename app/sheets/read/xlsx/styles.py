"""The styles of a workbook, as far as they change what a number means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.sheets.cells import Cell
from app.sheets.read.numbers import parse_number
from app.sheets.read.part import Stream
from app.sheets.read.xlsx.bulk import NotRegular, plain_numbers
from app.sheets.read.xlsx.formats import BUILT_IN, shape_of
from app.sheets.read.xlsx.serials import DateShape, Shape
from app.sheets.read.xml import MAIN, elements

MOST_REMEMBERED = 100_000
SAMPLE = 64
_NUMBERS = (int, float)
_NUMBER = re.compile(r"[0-9]{1,9}")


class NumberReader(dict[str, Cell]):
    """The values of numbers under one style, by their text in the file; what was met once is not parsed again."""

    # Two readers are two, whatever they have met.
    __eq__ = object.__eq__
    __hash__ = object.__hash__  # type: ignore[assignment]

    def __init__(self, shape: Shape | None) -> None:
        """Read with `shape`, or as plain numbers."""
        super().__init__()
        self.shape = shape
        self._in_bulk = _in_bulk(shape)

    def many(self, texts: Sequence[str]) -> list[Cell]:
        """Return the values of many numbers; no text is blank, or has blanks around the number."""
        if len(set(texts[:SAMPLE])) * 2 > SAMPLE:  # most cells differ, as far as it is quick to tell
            return self._each(texts)
        distinct = set(texts)
        known = dict(zip(distinct, self._each(list(distinct)), strict=True))
        return list(map(known.__getitem__, texts))

    def _each(self, texts: Sequence[str]) -> list[Cell]:
        if self._in_bulk is not None:
            try:
                return self._in_bulk(texts)
            except NotRegular:
                pass
        return [self[text] for text in texts]

    def __missing__(self, text: str) -> Cell:
        """Parse a text that was not met yet."""
        plain = text.strip()
        value = parse_number(plain) if plain else None
        if self.shape is not None and isinstance(value, _NUMBERS):
            shaped = self.shape(value, plain)
            # Dates are made of the double itself: its digits beyond the 15th are the last microseconds.
            value = shaped if isinstance(shaped, _NUMBERS) else self.shape(float(plain), plain)
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value


def _in_bulk(shape: Shape | None) -> Callable[[Sequence[str]], list[Cell]] | None:
    if shape is None:
        return plain_numbers
    return shape.many if isinstance(shape, DateShape) else None


def number_readers(stream: Stream | None, is_1904: bool) -> list[NumberReader]:
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
    readers = {shape: NumberReader(shape) for shape in shapes.values()}
    return [readers[shapes[number]] for number in formats] or [NumberReader(None)]


def _number(text: str | None) -> int:
    return int(text) if text is not None and _NUMBER.fullmatch(text) else 0
