"""The fast path of a worksheet: rows spelled the way spreadsheet programs spell them, taken by regular expressions.

A row counts as plain when one pattern matches the whole of it: numbers, shared or inline texts, booleans and errors,
each with an address that fits its row. Whatever is spelled in another way is left to expat, row by row, so that both
paths give the same cells; the tests hold them equal. One liberty is taken: a row's own attributes may have a prefix
that was never declared, or stand twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import IO

from app.sheets.cells import LAST_ROW, Cell, Row, column_index
from app.sheets.read.values import CellValues
from app.sheets.read.xml import CHUNK, MAIN

# Attributes in Excel's own order. No entities, no control characters, no blanks at the start: those go to expat.
# Every repetition is possessive: what does not match fails at once.
_TEXT = r"[^<&>\x00-\x20\ufffe\uffff][^<&>\x00-\x08\x0b-\x1f\ufffe\uffff]*+"
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
_HEAD = re.compile(
    rb'(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="(?i:utf-8)")?(?: standalone="(?:yes|no)")? *\?>)?\s*'
    rb'<worksheet(?: [^<>]*)? xmlns="(?:%s)"[^<>]*>' % b"|".join(re.escape(namespace.encode()) for namespace in MAIN)
)
_DATA = b"<sheetData>"
_DATA_END = b"</sheetData"
_ROW_END = b"</row>"
MOST_HELD = 16 << 20  # bytes without the end of a row; no row is as long
MOST_REMEMBERED = 100_000


def pieces(stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield a worksheet's XML in pieces, and for each whether its rows may be plain.

    Such a piece ends with a row, is UTF-8, and stands in the sheet's data, where names without a prefix are those of
    a spreadsheet. From a comment, a CDATA section or the end of the data on, nothing is plain.
    """
    held = b""
    in_data = False
    while chunk := stream.read(CHUNK):
        held += chunk
        if not in_data:
            place = held.find(_DATA)
            if place < 0 and len(held) < CHUNK:
                continue
            if place < 0 or not _HEAD.match(held) or b"<!" in held[:place]:
                break
            yield held[: place + len(_DATA)], False
            held, in_data = held[place + len(_DATA) :], True
        end = held.find(_DATA_END)
        limit = end if end >= 0 else len(held)
        if b"<!" in held[:limit]:
            break
        place = held.rfind(_ROW_END, 0, limit) + len(_ROW_END)
        if place >= len(_ROW_END):
            yield held[:place], True
            held = held[place:]
        if end >= 0 or len(held) > MOST_HELD:
            break
    yield held, False
    while chunk := stream.read(CHUNK):
        yield chunk, False


class PlainRows:
    """Takes plain rows from a worksheet's text."""

    def __init__(self, values: CellValues) -> None:
        """Take the cells' values from `values`."""
        self._values = _ValuesByAttributes(values)
        self._columns = _ColumnNumbers()

    def take(self, text: str, start: int, last_row: int) -> tuple[Row | None, int]:
        """Return the plain row that stands at `start`, and where it ends; None for a row that is not plain.

        Args:
            last_row: the number of the row before; one that does not come after it is not plain.
        """
        match = _ROW.match(text, start)
        row = self._row(match, last_row) if match else None
        if match is None or row is None:
            return None, text.index("</row>", start) + len("</row>")
        return row, match.end()

    def _row(self, match: re.Match[str], last_row: int) -> Row | None:
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
        return number, cells


class _ColumnNumbers(dict[str, int]):
    def __missing__(self, letters: str) -> int:
        self[letters] = column_index(letters)
        return self[letters]


class _Values(dict[str, Cell]):
    """The values of cells with the same attributes by their text; what was met once is not looked up again."""

    def __init__(self, values: CellValues, style: str, kind: str) -> None:
        super().__init__()
        self._values, self._style, self._kind = values, style, kind

    def __missing__(self, text: str) -> Cell:
        value = self._values.of(self._style, self._kind, text)
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value


class _ValuesByAttributes(dict[str, Mapping[str, Cell]]):
    def __init__(self, values: CellValues) -> None:
        super().__init__()
        self._values = values

    def __missing__(self, attributes: str) -> Mapping[str, Cell]:
        match = _ATTRIBUTES.fullmatch(attributes)
        style, kind = (match[1] or "", match[2] or "n") if match else ("", "n")
        self[attributes] = self._values.numbers[style] if kind == "n" else _Values(self._values, style, kind)
        return self[attributes]
