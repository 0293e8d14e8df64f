"""The styles of a workbook, as far as they change what a number means."""

from __future__ import annotations

from typing import IO

from app.sheets.cells import Cell, Padded, Unusable
from app.sheets.read.formats import BUILT_IN, shape_of
from app.sheets.read.numbers import parse_number
from app.sheets.read.serials import Shape
from app.sheets.read.xml import elements

MOST_REMEMBERED = 100_000


class NumberReader(dict[str, Cell]):
    """The values of numbers under one style, by their text in the file; what was met once is not parsed again."""

    def __init__(self, shape: Shape | None) -> None:
        """Read with `shape`, or as plain numbers."""
        super().__init__()
        self._shape = shape

    def __missing__(self, text: str) -> Cell:
        """Parse a text that was not met yet."""
        value = parse_number(text.strip())
        if self._shape is not None and not isinstance(value, Unusable):
            value = self._shaped(value, text)
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value

    def _shaped(self, value: Cell, text: str) -> Cell:
        assert self._shape is not None and isinstance(value, int | float)  # noqa: S101, PT018 - for mypy
        shaped = self._shape(value, text.strip())
        # Dates are made of the double itself: its digits beyond the 15th are the last microseconds.
        return shaped if isinstance(shaped, int | float | Padded) else self._shape(float(text), text.strip())


def number_readers(stream: IO[bytes] | None, is_1904: bool) -> list[NumberReader]:
    """Return one reader for each cell format (`cellXfs`), in order; one plain reader for a workbook without styles."""
    codes = dict(BUILT_IN)
    formats: list[int] = []
    inside = ""
    for name, attributes in elements(stream, "styles.xml") if stream is not None else ():
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
    return int(text) if text is not None and text.strip().isdigit() else 0
