"""One worksheet of an xlsx, streamed: every cell by its value and its address (ECMA-376 part 1, 18.3).

Rows spelled as spreadsheet programs spell them are taken by `app.sheets.read.plain_rows`; everything else, and every
row that is not plain, goes through expat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO
from xml.parsers import expat

from app.sheets.cells import LAST_COLUMN, LAST_ROW, Cell, Row, Unusable, column_index, column_letters
from app.sheets.problems import DamagedFile
from app.sheets.read.findings import Findings
from app.sheets.read.plain_rows import PlainRows, pieces
from app.sheets.read.styles import NumberReader
from app.sheets.read.texts import TextHandlers, unescaped
from app.sheets.read.values import CellValues, index_of, without_value
from app.sheets.read.xml import main_names, new_parser, well_formed

REPAIR = "Open it in Excel, let it be repaired, and save it."
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?", re.IGNORECASE | re.ASCII)


class WorksheetParser:
    """Expat handlers that turn a worksheet's XML into rows."""

    def __init__(self, strings: Sequence[str | Unusable], numbers: Sequence[NumberReader]) -> None:
        """Parse with the workbook's shared strings and number formats."""
        self.rows: list[Row] = []
        self.findings = Findings()
        self._values = CellValues(strings, numbers)
        self._columns: dict[str, int] = {}
        self._row = 0
        self._row_digits = "0"
        self._is_row_counted = False  # the row has no number of its own
        self._cells: dict[int, Cell] = {}
        self._column = -1
        self._type = "n"
        self._style = ""
        self._has_value = False
        self._text = ""  # of <v>: its first piece
        self._more: list[str] = []  # and the others
        self._has_formula = False
        self._in_value = False
        self._inline = TextHandlers()
        self._starts = main_names(
            {
                **self._inline.start,
                "is": self._start_inline,
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

    def parse(self, stream: IO[bytes], part: str, plain: bool = True) -> Iterator[list[Row]]:
        """Yield the rows of the sheet, as they stand in the file, a chunk of them at a time.

        Args:
            plain: take plain rows on the fast path; without it all rows go through expat, to the same effect.

        Raises:
            DamagedFile, RefusedFile: the part is no worksheet, or an attack.
        """
        parser = self._expat(part)
        taker = PlainRows(self._values)
        with well_formed(part):
            for text, may_be_plain in pieces(stream):
                if may_be_plain and plain:
                    self._take(text.decode(), taker, parser)
                else:
                    parser.Parse(text)
                if self.rows:
                    yield self.rows
                    self.rows = []
            parser.Parse(b"", True)
        if self.rows:
            yield self.rows

    def _expat(self, part: str) -> expat.XMLParserType:
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
        return parser

    def _take(self, text: str, taker: PlainRows, parser: expat.XMLParserType) -> None:
        """Take the rows of a piece that ends with a row: the plain ones here, each other one by expat."""
        position = 0
        while position < len(text):
            row, end = taker.take(text, position, self._row)
            if row is None:
                parser.Parse(text[position:end].encode())
            else:
                self._row = row[0]
                self.rows.append(row)
            position = end

    def _characters(self, data: str) -> None:
        if self._in_value:
            if self._text:
                self._more.append(data)
            else:
                self._text = data
        else:
            self._inline.characters(data)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self._is_row_counted = number is None
        self._enter_row(self._row + 1 if number is None else index_of(number, "A row has the number"))
        self._cells = {}
        self._column = -1
        if attributes.get("hidden") in ("1", "true"):
            self.findings.hidden_rows.add(self._row)

    def _enter_row(self, number: int) -> None:
        if not 0 < number <= LAST_ROW:
            raise DamagedFile(f"A row has the number {number}, which Excel does not have.")
        if number <= self._row:
            raise DamagedFile(f"Row {number} stands after row {self._row} in the file.", REPAIR)
        self._row = number
        self._row_digits = str(number)

    def _end_row(self) -> None:
        self.rows.append((self._row, self._cells))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
            if self._column >= LAST_COLUMN:
                raise DamagedFile(f"Row {self._row} has more columns than Excel allows.")
        else:
            try:
                self._column = self._columns[reference.removesuffix(self._row_digits)]
            except KeyError:
                self._column = self._new_column(reference)
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._text = ""
        self._has_value = False
        self._has_formula = False

    def _new_column(self, reference: str) -> int:
        """Return the column of an address that was not met yet; it may tell the number of a row that has none."""
        match = _REFERENCE.fullmatch(reference)
        try:
            column = column_index(match[1].upper() if match else "")
        except ValueError:
            raise DamagedFile(f'A cell has the address "{reference[:20]}", which Excel does not have.') from None
        row = int(match[2]) if match else 0
        if row != self._row:
            if not self._is_row_counted or self._cells:
                raise DamagedFile(f'The cell with the address "{reference}" stands in row {self._row}.', REPAIR)
            self._enter_row(row)
        self._columns[reference.removesuffix(self._row_digits)] = column
        return column

    def _start_value(self, _attributes: dict[str, str]) -> None:
        if self._has_value:
            raise DamagedFile(f"A cell in row {self._row} has two values.", REPAIR)
        self._has_value = self._in_value = True

    def _end_value(self) -> None:
        self._in_value = False

    def _start_formula(self, _attributes: dict[str, str]) -> None:
        self._has_formula = True

    def _start_inline(self, _attributes: dict[str, str]) -> None:
        self._inline.take()
        self._type = "inlineStr"

    def _end_cell(self) -> None:
        value = self._value()
        if value is None:
            value = without_value(self._type, self._has_formula, self._has_value)
        if value is not None:
            if self._column in self._cells:
                address = f"{column_letters(self._column)}{self._row}"
                raise DamagedFile(f"The cell {address} stands twice in the file.", REPAIR)
            self._cells[self._column] = value

    def _value(self) -> Cell:
        text = self._text
        if self._more:
            text += "".join(self._more)
            self._more.clear()
        if self._type == "inlineStr":
            return self._inline.take() or unescaped(text) or None
        return self._values.of(self._style, self._type, text) if text else None

    def _start_column(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in ("1", "true"):
            first, last = (index_of(attributes.get(name, "1"), "A column has the number") for name in ("min", "max"))
            self.findings.hidden_columns.update(range(max(first, 1) - 1, min(last, LAST_COLUMN)))

    def _start_dimension(self, attributes: dict[str, str]) -> None:
        match = _RANGE.fullmatch(attributes.get("ref", ""))
        if match:
            self.findings.declared_rows = int(match[4] or match[2])

    def _start_merge(self, attributes: dict[str, str]) -> None:
        match = _RANGE.fullmatch(attributes.get("ref", ""))
        if match:
            self.findings.merged.append((int(match[2]), int(match[4] or match[2])))
