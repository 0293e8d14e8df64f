"""What is wanted of the import of an upload, in plain values: as a form has them, or a body of JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import Invalid
from app.services.imports.limits import reading_limits
from app.services.imports.previewing import PreviewRequest
from app.services.imports.request import ImportRequest
from app.sheets.convert.rules import Rules
from app.sheets.modes import INSERT, MODES
from app.sheets.read.options import ReadOptions


@dataclass(frozen=True)
class Wanted:
    """An import that somebody wants; see `ImportRequest` for what the same names mean there.

    Attributes:
        create: make the table from the sheet.
        sheet: by its number from 1, or by its name; None: the first visible one.
        mode: the name of one of `MODES`.
        key: columns; they count only in a mode that finds rows by them.
        nulls, thousands, rounds, date_order, base64: see `Rules`.
        password, encoding, delimiter: see `ReadOptions`.
    """

    table: str = ""
    create: bool = False
    sheet: int | str | None = None
    header_row: int | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    mode: str = INSERT.name
    key: tuple[str, ...] = ()
    skips: bool = False
    skip_hidden: bool = False
    again: bool = False
    nulls: Collection[str] = ()
    thousands: str = ""
    rounds: bool = False
    date_order: str = ""
    base64: bool = False
    password: str = field(default="", repr=False)
    encoding: str = ""
    delimiter: str = ""

    @property
    def options(self) -> ReadOptions:
        """Return how the file is opened."""
        return ReadOptions(self.password, self.encoding, self.delimiter)

    def look(self, file: Path) -> PreviewRequest:
        """Return the look at a file that shows how it would go into the table."""
        return PreviewRequest(
            file=file,
            options=self.options,
            sheet=self.sheet,
            header_row=self.header_row,
            skip_hidden=self.skip_hidden,
            table=self.table,
            creates=self.create,
            mapping=self.mapping,
        )

    def request(self, file: Path) -> ImportRequest:
        """Return the import of a file.

        Raises:
            Invalid: a table that is made has no rows that a mode could find.
        """
        mode = MODES[self.mode]
        if self.create and mode.finds:
            raise Invalid(f"A new table is empty: it has no rows to {mode.name}.", "Choose the mode insert.")
        return ImportRequest(
            files=(file,),
            table=self.table,
            limits=reading_limits(),
            sheet=None if self.sheet is None else str(self.sheet),
            header_row=self.header_row,
            mapping=self.mapping,
            rules=Rules(frozenset(self.nulls), self.thousands, self.rounds, self.date_order, self.base64),
            mode=mode,
            key=self.key if mode.finds else (),
            skips=self.skips,
            create=self.create,
            skip_hidden=self.skip_hidden,
            again=self.again,
            options=self.options,
        )
