"""The fast path of a worksheet: rows spelled the way spreadsheet programs spell them, taken by regular expressions.

A row counts as plain when one pattern matches the whole of it: numbers, shared or inline texts, booleans and errors,
each with an address that fits its row. Whatever is spelled in another way is left to expat, row by row, so that both
paths give the same cells; the tests hold them equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.sheets.cells import LAST_ROW, Cell, Row, column_index

# Attributes in Excel's own order. No entities, no control characters, no blanks at the start: those go to expat.
# Every repetition is possessive: what does not match fails at once.
_TEXT = r"[^<&>\x00-\x20][^<&>\x00-\x1f]*+"
_CELL = (
    r'<c r="[A-Z]{1,3}+\1"(?: s="[0-9]{1,9}+")?+'
    rf'(?:(?: t="(?:s|n|str|b|e)")?+><v>{_TEXT}</v></c>|/>'
    rf'| t="inlineStr"><is><t(?: xml:space="preserve")?+>{_TEXT}</t></is></c>)'
)
_ROW = re.compile(
    rf'\s*+<row r="([0-9]{{1,7}}+)"(?: (?!hidden)[A-Za-z0-9:]++="[^"<&]*+")*+(?:>((?:{_CELL})*+)</row>|/>)', re.ASCII
)
_CELLS = re.compile(r'<c r="([A-Z]+)[0-9]++"([^>/]*+)>(?:<v>|<is><t[^>]*+>)([^<]*+)')
_ATTRIBUTES = re.compile(r'(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?')
MOST_REMEMBERED = 100_000

# Gives a cell's value by its style, its type and the text in it.
ValueOf = Callable[[str, str, str], Cell]


class PlainRows:
    """Takes plain rows from a worksheet's text."""

    def __init__(self, value_of: ValueOf, numbers: Mapping[str, Mapping[str, Cell]]) -> None:
        """Take values from `value_of`, and numbers straight from their readers by style."""
        self._values = _ValuesByAttributes(value_of, numbers)
        self._columns = _ColumnNumbers()

    def take(self, text: str, start: int, last_row: int) -> tuple[Row, int] | None:
        """Return the plain row that stands at `start`, and where it ends; None where none does.

        Args:
            last_row: the number of the row before; one that does not come after it is not plain.
        """
        match = _ROW.match(text, start)
        if match is None:
            return None
        number, body = int(match[1]), match[2] or ""
        if not last_row < number <= LAST_ROW:
            return None
        values, columns = self._values, self._columns
        try:
            cells = {columns[letters]: values[attributes][value] for letters, attributes, value in _CELLS.findall(body)}
        except ValueError:  # a column that Excel does not have
            return None
        if len(cells) != body.count("</c>"):  # a cell stands twice
            return None
        if None in cells.values():
            cells = {column: cell for column, cell in cells.items() if cell is not None}
        return (number, cells), match.end()


class _ColumnNumbers(dict[str, int]):
    def __missing__(self, letters: str) -> int:
        self[letters] = column_index(letters)
        return self[letters]


class _Values(dict[str, Cell]):
    """The values of cells with the same attributes by their text; what was met once is not looked up again."""

    def __init__(self, value_of: ValueOf, style: str, kind: str) -> None:
        super().__init__()
        self._value_of, self._style, self._kind = value_of, style, kind

    def __missing__(self, text: str) -> Cell:
        value = self._value_of(self._style, self._kind, text)
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value


class _ValuesByAttributes(dict[str, Mapping[str, Cell]]):
    def __init__(self, value_of: ValueOf, numbers: Mapping[str, Mapping[str, Cell]]) -> None:
        super().__init__()
        self._value_of, self._numbers = value_of, numbers

    def __missing__(self, attributes: str) -> Mapping[str, Cell]:
        match = _ATTRIBUTES.fullmatch(attributes)
        style, kind = (match[1] or "", match[2] or "n") if match else ("", "n")
        self[attributes] = self._numbers[style] if kind == "n" else _Values(self._value_of, style, kind)
        return self[attributes]
