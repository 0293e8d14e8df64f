"""What an import of a file would be, as far as its headers and first rows tell: for people who choose on a page.

Only the head of the sheet is read, however long it is, by a process within limits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.errors import AppError
from app.extensions import db
from app.services.imports.header_choices import MOST_CHOICES, HeaderChoice, choices_for, choices_for_new, problems_of
from app.services.imports.limits import reading_limits
from app.sheets.first_rows import ShownRow
from app.sheets.frames import FirstRowsJob, Head
from app.sheets.headers import Header, normalised
from app.sheets.problems import EmptySheet, NoSuchSheet
from app.sheets.process import Reader
from app.sheets.read.options import FOUND, ReadOptions
from app.sheets.table import Key, Table
from app.sheets.target import find

SECONDS = 60  # that the first rows may take; nobody waits longer for a page
FIRST_ROWS = 5


@dataclass(frozen=True)
class PreviewRequest:
    """A look at a file; the options are those of an import (see `app.services.imports.ImportRequest`).

    Attributes:
        sheet: by its number from 1, or by its name; None: the first visible one.
        table: "": none is chosen yet.
        creates: the table is going to be made from the sheet.
        mapping: that of another import, which is to be done alike.
        chosen: column names by the sheet's column, from 0; "" leaves it out. They count, and `mapping` does not, if
            they were chosen for these headers and this table: `mark` is that of the preview on which they were.
    """

    file: Path
    options: ReadOptions = FOUND
    sheet: int | str | None = None
    header_row: int | None = None
    skip_hidden: bool = False
    table: str = ""
    creates: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[int, str] = field(default_factory=dict)
    mark: str = ""


@dataclass(frozen=True)
class Preview:
    """What was found.

    Attributes:
        sheets: name, and whether Excel shows its tab.
        head: None: the sheet has no headers, and `sheet_problem` says so.
        table: None: none is chosen, it is going to be made, or `table_problem` says what is wrong with it.
        choices: a column for each header, as it was chosen, else as an import finds it.
        rows: the first ones, with a cell for each of `positions`.
        problems: why an import would refuse the headers, each without a full stop.
        mark: of the headers and the table; another one: what was chosen before means nothing.
    """

    kind: str
    sheets: tuple[tuple[str, bool], ...]
    head: Head | None = None
    sheet_problem: str = ""
    table: Table | None = None
    table_problem: str = ""
    choices: tuple[HeaderChoice, ...] = ()
    rows: tuple[ShownRow, ...] = ()
    problems: tuple[str, ...] = ()
    mark: str = ""

    @property
    def can_be_tried(self) -> bool:
        """Tell whether an import can begin: headers fit a table, as far as is known."""
        return bool(self.choices) and not self.problems

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return the unique keys that the sheet fills whole."""
        filled = {choice.column for choice in self.choices}
        return tuple(key for key in self.table.keys if set(key.columns) <= filled) if self.table else ()

    @property
    def mapping(self) -> dict[str, str]:
        """Return the `mapping` of an import that does as was chosen."""
        return {choice.header: choice.column for choice in self.choices if choice.is_asked}

    @property
    def positions(self) -> tuple[int, ...]:
        """Return the sheet's columns, from 0, that are shown: not all, where there are very many."""
        positions = [choice.position for choice in self.choices] or [position for position, _ in self._headers]
        return tuple(positions[:MOST_CHOICES])

    @property
    def shown_choices(self) -> tuple[HeaderChoice, ...]:
        """Return the choices that are shown."""
        return self.choices[:MOST_CHOICES]

    @property
    def shown_headers(self) -> list[str]:
        """Return the header above each of `positions`."""
        headers = dict(self._headers)
        return [headers[position] for position in self.positions]

    @property
    def _headers(self) -> list[Header]:
        return self.head.headers if self.head else []


def preview(request: PreviewRequest) -> Preview:
    """Return what is in the head of a sheet, and how it would go into the table.

    Raises:
        NotASpreadsheet, DamagedFile, EncryptedFile, RefusedFile: what is wrong with the file.
    """
    limits = reading_limits()
    limits = replace(limits, seconds=min(limits.seconds, SECONDS))
    with Reader(request.file, limits, request.options) as reader:
        book = reader.book()
        found = Preview(book.kind, tuple(book.sheets))
        try:
            head = reader.head(_name(found, request.sheet), request.header_row, request.skip_hidden)
        except (NoSuchSheet, EmptySheet) as error:
            return replace(found, sheet_problem=error.message.removeprefix(f"{reader.name}: "))
        found = _mapped(replace(found, head=head), head, request)
        job = FirstRowsJob(head.sheet, head.header_row, found.positions, FIRST_ROWS, request.skip_hidden)
        return replace(found, rows=tuple(reader.first_rows(job)))


def _name(found: Preview, wanted: int | str | None) -> str | None:
    """Return the name of the sheet that is wanted by its number, or by what the reader takes for a name."""
    if not isinstance(wanted, int):
        return wanted
    if not 0 < wanted <= len(found.sheets):
        raise NoSuchSheet(f"There is no sheet {wanted}; the workbook has {len(found.sheets)}.")
    return found.sheets[wanted - 1][0]


def _mapped(found: Preview, head: Head, request: PreviewRequest) -> Preview:
    """Add how the headers go into the table."""
    mark = _mark(head, request)
    chosen = request.chosen if mark == request.mark else _alike(head, request)
    found = replace(found, mark=mark)
    if request.creates:
        return replace(found, choices=choices_for_new(head.headers, chosen))
    if not request.table:
        return found
    try:
        with db.engine.connect() as connection:
            table = find(connection, request.table, db.metadata, "Choose one of the list, or make a new one.")
    except AppError as error:
        return replace(found, table_problem=str(error))
    choices = choices_for(head.headers, table, chosen)
    return replace(found, table=table, choices=choices, problems=problems_of(choices, head, table))


def _alike(head: Head, request: PreviewRequest) -> dict[int, str]:
    """Return the columns that the mapping names; an import takes it to the letter only for a table that it makes."""
    spelled = str if request.creates else normalised
    columns = {spelled(header): column for header, column in request.mapping.items()}
    return {position: columns[spelled(header)] for position, header in head.headers if spelled(header) in columns}


def _mark(head: Head, request: PreviewRequest) -> str:
    told = [head.sheet, head.header_row, head.headers, request.table, request.creates]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
