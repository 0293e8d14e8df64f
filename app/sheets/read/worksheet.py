"""One worksheet of an xlsx, streamed: every cell by its value and its address (ECMA-376 part 1, 18.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import IO

from app.sheets.cells import LAST_ROW, Cell, Row, Unusable, column_index
from app.sheets.problems import DamagedFile
from app.sheets.read.styles import NumberReader
from app.sheets.read.texts import TextHandlers, unescaped
from app.sheets.read.xml import feed, main_names, new_parser

UNCALCULATED = Unusable("holds a formula that was never calculated; open and save the file in Excel")
_DIGITS = "0123456789"
_RANGE = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?", re.IGNORECASE)


@dataclass
class Findings:
    """What a sheet tells beside its cells; complete when its last row has been read.

    `declared_rows` is the last row by the sheet's own `<dimension>`, which may be missing or wrong.
    """

    declared_rows: int | None = None
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[int, int]] = field(default_factory=list)  # first and last row of each merged area


class _ColumnNumbers(dict[str, int]):
    def __missing__(self, letters: str) -> int:
        try:
            self[letters] = column_index(letters.upper())
        except ValueError:
            raise DamagedFile(f'A cell has the address "{letters[:20]}…", which Excel does not have.') from None
        return self[letters]


class WorksheetParser:
    """Expat handlers that turn a worksheet's XML into rows."""

    def __init__(self, strings: list[str], numbers: list[NumberReader]) -> None:
        """Parse with the workbook's shared strings and number formats."""
        self.rows: list[Row] = []
        self.findings = Findings()
        self._strings = strings
        self._numbers = numbers
        self._columns = _ColumnNumbers()
        self._row = 0
        self._cells: dict[int, Cell] = {}
        self._column = -1
        self._type = "n"
        self._style = 0
        self._text: str | None = None  # of <v>; None where there is none
        self._has_formula = False
        self._in_value = False
        self._inline = TextHandlers()
        self._starts = main_names(
            {
                **self._inline.start,
                "c": self._start_cell,
                "v": self._start_value,
                "f": self._start_formula,
                "row": self._start_row,
                "col": self._start_column,
                "dimension": self._start_dimension,
                "mergeCell": self._start_merge,
            }
        )
        self._ends = main_names({**self._inline.end, "c": self._end_cell, "v": self._end_value, "row": self._end_row})

    def parse(self, stream: IO[bytes], part: str) -> Iterator[list[Row]]:
        """Yield the rows of the sheet, as they stand in the file, a chunk of them at a time."""
        parser = new_parser(part)
        starts, ends = self._starts, self._ends

        def start(name: str, attributes: dict[str, str]) -> None:
            if name in starts:
                starts[name](attributes)

        def end(name: str) -> None:
            if name in ends:
                ends[name]()

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = self._characters
        for _ in feed(parser, stream, part):
            if self.rows:
                yield self.rows
                self.rows = []

    def _characters(self, data: str) -> None:
        if self._in_value:
            self._text = data if self._text is None else self._text + data
        else:
            self._inline.characters(data)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self._row = self._row + 1 if number is None else _row_number(number)
        self._cells = {}
        self._column = -1
        if attributes.get("hidden") in ("1", "true"):
            self.findings.hidden_rows.add(self._row)

    def _end_row(self) -> None:
        self.rows.append((self._row, self._cells))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self._column = self._column + 1 if reference is None else self._columns[reference.rstrip(_DIGITS)]
        self._type = attributes.get("t", "n")
        self._style = int(attributes.get("s") or 0)
        self._text = None
        self._has_formula = False

    def _start_value(self, _attributes: dict[str, str]) -> None:
        self._in_value = True

    def _end_value(self) -> None:
        self._in_value = False

    def _start_formula(self, _attributes: dict[str, str]) -> None:
        self._has_formula = True

    def _end_cell(self) -> None:
        value = self._value()
        if value is not None:
            self._cells[self._column] = value

    def _value(self) -> Cell:
        text, kind = self._text, self._type
        if kind == "inlineStr":
            inline = self._inline.take()
            return inline or (unescaped(text) if text else None)
        if text is None:
            return UNCALCULATED if self._has_formula and kind != "str" else None
        if kind == "s":
            return self._shared(text)
        if kind == "n":
            return self._number(text)
        return _OTHER_KINDS.get(kind, _unknown)(text)

    def _shared(self, text: str) -> Cell:
        try:
            return self._strings[int(text)] or None
        except (IndexError, ValueError):
            return Unusable("refers to a text that is missing in the file")

    def _number(self, text: str) -> Cell:
        if not text.strip():
            return UNCALCULATED if self._has_formula else None
        try:
            return self._numbers[self._style][text]
        except IndexError:
            return self._numbers[0][text]

    def _start_column(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self.findings.hidden_columns.update(range(first - 1, min(last, 16_384)))

    def _start_dimension(self, attributes: dict[str, str]) -> None:
        match = _RANGE.fullmatch(attributes.get("ref", ""))
        if match:
            self.findings.declared_rows = int(match[4] or match[2])

    def _start_merge(self, attributes: dict[str, str]) -> None:
        match = _RANGE.fullmatch(attributes.get("ref", ""))
        if match:
            self.findings.merged.append((int(match[2]), int(match[4] or match[2])))


def _row_number(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= LAST_ROW:
        raise DamagedFile(f'A row has the number "{text[:20]}", which Excel does not have.')
    return int(text)


def _boolean(text: str) -> Cell:
    return text.strip() in ("1", "true")


def _error(text: str) -> Cell:
    return Unusable(f"shows {text.strip()}")


def _iso(text: str) -> Cell:
    for parse in (date.fromisoformat, datetime.fromisoformat, time.fromisoformat):
        try:
            value = parse(text.strip().removesuffix("Z"))
        except ValueError:
            continue
        return value
    return Unusable(f'holds "{text[:40]}", which is not a date')


def _unknown(text: str) -> Cell:
    return Unusable(f'is of an unknown kind and holds "{text[:40]}"')


# t="…" of a cell (ECMA-376 part 1, 18.18.11), beside n, s and inlineStr.
_OTHER_KINDS = {
    "str": lambda text: unescaped(text) or None,
    "b": _boolean,
    "e": _error,
    "d": _iso,
}
