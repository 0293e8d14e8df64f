"""Which column each header of a sheet fills: as an import finds it, or as people have chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.sheets.cells import column_letters
from app.sheets.frames import Head
from app.sheets.headers import Header, finder, misfits, normalised, own_headers, suggested
from app.sheets.infer import column_names
from app.sheets.plan import MappedColumn
from app.sheets.table import Column, Table

# How a column was found.
BY_NAME, BY_COMMENT, BY_HAND, NEW, OF_REJECTS, NOTHING = "name", "comment", "hand", "new", "rejects", ""
MOST_CHOICES = 200  # headers of one sheet that people can choose a column for


@dataclass(frozen=True)
class HeaderChoice:
    """A header, and the column that it fills.

    Attributes:
        positions: the sheet's columns that have this header, from 0; they fill the same.
        column: its name; "" leaves the header out.
        how: by what it was found: a column's name or comment, by hand, as a new column of a new table; or why it is
            left out: as what a file of rejects has beside the sheet's own, or since it fits nothing.
        suggestion: the column that a header which fits nothing is close to, if any.
    """

    positions: tuple[int, ...]
    header: str
    column: str
    how: str
    suggestion: str = ""

    @property
    def position(self) -> int:
        """Return the first of its columns in the sheet."""
        return self.positions[0]

    @property
    def letters(self) -> str:
        """Return its columns as Excel calls them: `B, F`."""
        return ", ".join(map(column_letters, self.positions))

    @property
    def is_asked(self) -> bool:
        """Tell whether an import has to be told of it: it would find something else, or refuse the header."""
        return self.how in (BY_HAND, NOTHING)


def choices_for(headers: Sequence[Header], table: Table, chosen: Mapping[int, str]) -> tuple[HeaderChoice, ...]:
    """Return a choice for each header, those that an import takes for the same as one.

    Args:
        chosen: column names by the first position of a header, or "" to leave it out; others are found.
    """
    names = {column.name for column in table.columns}
    own = set(own_headers(headers, names))
    find = finder(table)
    choices: list[HeaderChoice] = []
    for group in _grouped(headers):
        (position, header), positions = group[0], tuple(position for position, _ in group)
        found = find(header) if group[0] in own else None
        column, how = (found[0].name, found[1]) if found else ("", NOTHING if group[0] in own else OF_REJECTS)
        wanted = chosen.get(position, column)
        if wanted != column and wanted in (*names, "") and how != OF_REJECTS:
            column, how = wanted, BY_HAND
        hint = suggested(header, table) if how == NOTHING and len(choices) < MOST_CHOICES else ""
        choices.append(HeaderChoice(positions, header, column, how, hint))
    return tuple(choices)


def choices_for_new(headers: Sequence[Header], chosen: Mapping[int, str]) -> tuple[HeaderChoice, ...]:
    """Return a choice for each header of a sheet that a table is made from: a new column, or none."""
    own = own_headers(headers, ())
    texts = [header for _, header in own]
    left_out = {header for position, header in own if chosen.get(position) == ""}
    kept = [header for header in own if header[1] not in left_out]
    names = dict(zip(kept, column_names([header for _, header in kept]), strict=True))
    return tuple(
        HeaderChoice((header[0],), header[1], names.get(header, ""), _how_new(header, names, texts))
        for header in headers
    )


def problems_of(choices: Sequence[HeaderChoice], head: Head, table: Table) -> tuple[str, ...]:
    """Return why an import would refuse these choices, each without a full stop; nothing if it would not."""
    columns: dict[str, Column] = {column.name: column for column in table.columns}
    matched = [
        MappedColumn(position, choice.header, columns[choice.column], choice.how)
        for choice in choices
        if choice.column
        for position in choice.positions
    ]
    if not matched:
        return (f"no header fits a column of {table.name}; is row {head.header_row} the row of the headers?",)
    return tuple(misfits(matched, table))


def _grouped(headers: Sequence[Header]) -> list[list[Header]]:
    """Return headers that are compared alike together, in the order of the first of each."""
    groups: dict[str, list[Header]] = {}
    for header in headers:
        groups.setdefault(normalised(header[1]), []).append(header)
    return list(groups.values())


def _how_new(header: Header, names: Mapping[Header, str], texts: Sequence[str]) -> str:
    if header in names:
        return NEW
    return BY_HAND if header[1] in texts else OF_REJECTS
