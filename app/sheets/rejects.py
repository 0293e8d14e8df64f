"""Rejects for people: grouped by cause, the first few addresses of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from app.sheets.cells import address, column_letters

SHOWN_ADDRESSES = 3
SHOWN_GROUPS = 20


@dataclass(frozen=True)
class RejectedCell:
    """A cell that cannot be loaded: its place in the file, the table's column, the cause and the value."""

    file: str
    sheet: str
    row: int
    position: int
    column: str
    cause: str
    value: str

    @property
    def address(self) -> str:
        """Return the cell's address in Excel."""
        return address(self.sheet, self.row, self.position)


@dataclass(frozen=True)
class Group:
    """Rejects with one cause in one column of one file: how many, and the first of them, or all."""

    column: str
    cause: str
    count: int
    cells: tuple[RejectedCell, ...]


def grouped(cells: Sequence[RejectedCell]) -> list[Group]:
    """Return the rejects by file, column and cause, the largest group first."""
    groups: dict[tuple[str, str, str], list[RejectedCell]] = {}
    for cell in cells:
        groups.setdefault((cell.file, cell.column, cell.cause), []).append(cell)
    found = [Group(column, cause, len(members), tuple(members)) for (_, column, cause), members in groups.items()]
    return sorted(found, key=lambda group: -group.count)


def group_lines(groups: Sequence[Group], with_file: bool, with_values: bool = True) -> list[str]:
    """Return a line for each group, the first of them, and one that counts the others."""
    width = max((cell_len(group.column) for group in groups), default=0)
    lines = [
        f"{group.count:>6,}  {group.column}{' ' * (width - cell_len(group.column))}  {group.cause}"
        f"    {addresses(group, with_file, with_values)}"
        for group in groups[:SHOWN_GROUPS]
    ]
    if len(groups) > SHOWN_GROUPS:
        lines.append(f"        and {len(groups) - SHOWN_GROUPS} more causes; --json lists all")
    return lines


def addresses(group: Group, with_file: bool, with_values: bool = True) -> str:
    """Return the first few addresses of a group with their values: `订单!A201 "20240007", A202 and 6 more`."""
    parts = []
    for number, cell in enumerate(group.cells[:SHOWN_ADDRESSES]):
        place = cell.address if number == 0 else f"{column_letters(cell.position)}{cell.row}"
        if number == 0 and with_file:
            place = f"{cell.file} {place}"
        parts.append(f"{place} {cell.value}".rstrip() if with_values else place)
    more = group.count - SHOWN_ADDRESSES
    return ", ".join(parts) + (f" and {more:,} more" if more > 0 else "")
