"""The exact path of a worksheet: every element of its XML by expat (ECMA-376 part 1, 18.3)."""

from __future__ import annotations

import re
from xml.parsers import expat

from app.sheets.cells import LAST_COLUMN, Cell, Row, column_index, column_letters
from app.sheets.problems import DamagedFile
from app.sheets.read.findings import MOST_NAMED, Findings
from app.sheets.read.xlsx.row_numbers import REPAIR, RowNumbers
from app.sheets.read.xlsx.texts import TextHandlers, unescaped
from app.sheets.read.xlsx.values import CellValues, index_of, without_value
from app.sheets.read.xml import TRUE, main_names, new_parser

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?", re.IGNORECASE | re.ASCII)


class RowParser:
    """Takes the rows, and what else a worksheet tells, from its XML, fed in pieces; what it skips need not be fed."""

    def __init__(self, part: str, values: CellValues, numbers: RowNumbers, findings: Findings) -> None:
        """Parse the part of that name; `numbers` and `findings` are shared with who takes the other rows."""
        self._rows: list[Row] = []
        self._values = values
        self._numbers = numbers
        self._findings = findings
        self._columns: dict[str, int] = {}
        self._row = 0
        self._row_digits = "0"
        self._is_row_counted = False  # the row has no number of its own
        self._is_hidden = False
        self._cells: dict[int, Cell] = {}
        self._column = -1
        self._type = "n"
        self._style = ""
        self._has_value = False
        self._text = ""  # of <v>: its first piece
        self._more: list[str] = []  # and the others
        self._has_formula = False
        self._in_value = False
        self._last_hidden = "", ""  # the ends of the columns that were hidden last
        self._visible = bytearray(b"\1" * LAST_COLUMN)  # columns, as far as is known
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
        self._expat = self._parser(part)

    def feed(self, xml: bytes, is_last: bool = False) -> list[Row]:
        """Parse a piece, and return the rows that end in it.

        Raises:
            DamagedFile, RefusedFile: the part is no worksheet, or an attack.
            ExpatError, LookupError, ValueError: it is not well-formed; see `well_formed`.
        """
        self._expat.Parse(xml, is_last)
        rows, self._rows = self._rows, []
        return rows

    def _parser(self, part: str) -> expat.XMLParserType:
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
        self._enter_row(self._numbers.last + 1 if number is None else index_of(number, "A row has the number"))
        self._cells = {}
        self._column = -1
        self._is_hidden = attributes.get("hidden") in TRUE

    def _enter_row(self, number: int) -> None:
        self._row = number
        self._row_digits = str(number)

    def _end_row(self) -> None:
        self._numbers.add([self._row])
        if self._is_hidden:
            self._findings.hidden_rows.add(self._row)
        self._rows.append((self._row, self._cells))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
            if self._column >= LAST_COLUMN:
                raise DamagedFile(f"Row {self._row} has more columns than Excel allows.")
        else:
            letters = reference.removesuffix(self._row_digits)
            column = self._columns.get(letters) if len(letters) < len(reference) else None
            self._column = self._new_column(reference) if column is None else column
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
        if attributes.get("hidden") not in TRUE:
            return
        ends = attributes.get("min", "1"), attributes.get("max", "1")
        if ends == self._last_hidden:  # a hostile sheet hides them all a million times
            return
        self._last_hidden = ends
        first, last = (index_of(end, "A column has the number") for end in ends)
        first, last = max(first, 1) - 1, min(last, LAST_COLUMN)
        if self._visible[first:last].count(1):
            self._visible[first:last] = bytes(max(last - first, 0))
            self._findings.hidden_columns.update(range(first, last))

    def _start_dimension(self, attributes: dict[str, str]) -> None:
        match = _RANGE.fullmatch(attributes.get("ref", ""))
        if match:
            self._findings.declared_end = f"{match[3] or match[1]}{match[4] or match[2]}".upper()

    def _start_merge(self, attributes: dict[str, str]) -> None:
        match = _RANGE.fullmatch(attributes.get("ref", ""))
        if match:
            self._findings.merged.append((int(match[2]), int(match[4] or match[2])))
            if len(self._findings.first_merged) < MOST_NAMED:
                self._findings.first_merged.append(match[0].upper())
