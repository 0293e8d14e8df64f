"""How a sheet maps onto a table."""

from __future__ import annotations

from dataclasses import dataclass

from app.sheets.table import Column, Table


@dataclass(frozen=True)
class MappedColumn:
    """A sheet's column and the table's column that it fills.

    `position` is the sheet's column from 0; `how` says by what they were matched: name, comment or --map.
    """

    position: int
    header: str
    column: Column
    how: str


@dataclass(frozen=True)
class Plan:
    """The whole mapping of one sheet: which rows below which header fill which columns of which table."""

    sheet: str
    header_row: int
    table: Table
    columns: tuple[MappedColumn, ...]
    left_out: tuple[tuple[int, str], ...] = ()

    @property
    def width(self) -> int:
        """Return how many columns of the sheet there are up to the last one with a header."""
        positions = [*(mapped.position for mapped in self.columns), *self.left_out_positions]
        return max(positions, default=-1) + 1

    @property
    def left_out_positions(self) -> frozenset[int]:
        """Return the sheet's columns that have a header but are not imported."""
        return frozenset(position for position, _ in self.left_out)

    def filled_keys(self) -> list[tuple[str, list[int]]]:
        """Return the unique keys that the sheet fills whole: name, and the indexes into `columns`."""
        indexes = {mapped.column.name: index for index, mapped in enumerate(self.columns)}
        return [
            (key.name, [indexes[name] for name in key.columns])
            for key in self.table.keys
            if all(name in indexes for name in key.columns)
        ]
