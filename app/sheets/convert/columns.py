"""Cells into what a column stores: one table of makers by kind, one loop for a whole column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.sheets.cells import Cell, Unusable
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.booleans import booleans
from app.sheets.convert.dates import dates, datetimes, times
from app.sheets.convert.many import many_of
from app.sheets.convert.numbers import Handlers, decimals, floats, integers
from app.sheets.convert.rules import Rules
from app.sheets.convert.texts import as_text, binaries, enums, json_texts
from app.sheets.table import Column

MAKERS: dict[str, Callable[[Column, Rules], Handlers]] = {
    "text": as_text,
    "integer": integers,
    "decimal": decimals,
    "float": floats,
    "boolean": booleans,
    "date": dates,
    "datetime": datetimes,
    "time": times,
    "enum": enums,
    "json": json_texts,
    "binary": binaries,
}
# What a column of a kind that has no handler for a cell's type says of it.
TAKES = {
    "integer": "takes whole numbers",
    "decimal": "takes numbers",
    "float": "takes numbers",
    "boolean": "takes TRUE or FALSE, 1 or 0",
    "date": "takes dates",
    "datetime": "takes dates and times",
    "time": "takes times",
    "enum": "takes one of its texts",
    "json": "takes JSON texts",
    "binary": "takes base64 texts",
}


class ColumnConverter:
    """Turns the cells of one column into stored values: None, int, float, str or bytes.

    What is stored is spelled the same for every database: dates and times as ISO text with the column's fraction
    digits, decimals as text with its scale, booleans as 1 and 0. A blank cell is None, also where the column's
    default takes its place in the database.
    """

    def __init__(self, column: Column, rules: Rules) -> None:
        """Convert for `column`, by `rules`."""
        self._column = column
        self._handlers: dict[type, Callable[[Any], Any]] = {
            **MAKERS[column.kind](column, rules),
            type(None): self._blank,
            Unusable: self._unusable,
        }
        self._many = None if column.zero_is_next else many_of(column, rules)
        if column.zero_is_next:
            self._handlers = {type_: _without_zero(handler) for type_, handler in self._handlers.items()}
        if rules.nulls:
            self._handlers[str] = self._with_nulls(self._handlers.get(str, self._no_handler), rules.nulls)

    def __call__(self, cell: Cell) -> Any:
        """Return what is stored for one cell.

        Raises:
            BadCell: it cannot be stored.
        """
        return self._handlers.get(type(cell), self._no_handler)(cell)

    def convert(self, cells: Sequence[Cell]) -> tuple[list[Any], list[tuple[int, BadCell]]]:
        """Return the stored values of many cells, and the bad ones by their index; a bad one is stored as None."""
        stored = self._many(cells) if self._many else None
        if stored is not None:
            return stored, []
        handlers = self._handlers
        try:
            return [handlers[type(cell)](cell) for cell in cells], []
        except (BadCell, KeyError):
            return self._convert_with_bad_cells(cells)

    def _convert_with_bad_cells(self, cells: Sequence[Cell]) -> tuple[list[Any], list[tuple[int, BadCell]]]:
        stored: list[Any] = []
        bad: list[tuple[int, BadCell]] = []
        for index, cell in enumerate(cells):
            try:
                stored.append(self(cell))
            except BadCell as error:
                stored.append(None)
                bad.append((index, error))
        return stored, bad

    def _blank(self, _cell: Cell) -> None:
        if self._column.is_required:
            raise BadCell("is required")

    def _with_nulls(self, handler: Callable[[Any], Any], nulls: frozenset[str]) -> Callable[[str], Any]:
        return lambda text: self._blank(None) if text in nulls else handler(text)

    def _unusable(self, cell: Unusable) -> Any:
        raise BadCell(cell.reason)

    def _no_handler(self, _cell: Cell) -> Any:
        raise BadCell(TAKES[self._column.kind])


def _without_zero(handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def check(cell: Any) -> Any:
        stored = handler(cell)
        if stored == 0:
            raise BadCell("is 0, which the database takes for: the next number")
        return stored

    return check
