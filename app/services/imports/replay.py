"""What the ledger keeps of an import beside its arguments: enough to read its sheets again exactly as it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.services.imports.kept_files import Copy
from app.services.imports.new_table import NewTable
from app.services.imports.request import ImportRequest
from app.services.imports.sources import Source
from app.sheets.convert.rules import Rules
from app.sheets.modes import INSERT
from app.sheets.table import Key

Mapped = tuple[int, str, str]  # the sheet's column from 0, its header, the table's column


@dataclass(frozen=True)
class SheetRecord:
    """One sheet: its file's name and hash, how it was mapped, and how its text was read, if the file is text."""

    file: str
    sha256: str
    sheet: str
    header_row: int
    columns: tuple[Mapped, ...]
    encoding: str = ""
    delimiter: str = ""


@dataclass(frozen=True)
class Replay:
    """How an import read its sheets.

    Attributes:
        created: it made the table, which held nothing before.
        mode: how it brought the rows into the table, one of `app.sheets.modes.MODES`.
        key: the columns by which it knew rows again.
        skips: it left out rows that could not be loaded.
    """

    sheets: tuple[SheetRecord, ...]
    rules: Rules
    limit: int | None
    skip_hidden: bool
    created: bool
    mode: str = INSERT.name
    key: tuple[str, ...] = ()
    skips: bool = False

    def as_options(self) -> dict[str, Any]:
        """Return it as a run's options, which are JSON."""
        return {**asdict(self), "rules": {**asdict(self.rules), "nulls": sorted(self.rules.nulls)}}


def record(
    sources: Sequence[Source],
    copies: Sequence[Copy],
    new_table: NewTable | None,
    key: Key | None,
    request: ImportRequest,
) -> Replay:
    """Return how this import will read its sheets."""
    sheets = tuple(
        SheetRecord(
            copy.path.name,
            copy.sha256,
            source.head.sheet,
            source.head.header_row,
            mapped(source, new_table),
            source.head.encoding,
            source.head.delimiter,
        )
        for source, copy in zip(sources, copies, strict=True)
    )
    return Replay(
        sheets,
        request.rules,
        request.limit,
        request.skip_hidden,
        request.create,
        request.mode.name,
        key.columns if key else (),
        request.skips,
    )


def replay_of(options: dict[str, Any]) -> Replay | None:
    """Return what a run's options say; None for a run from before they did."""
    if "sheets" not in options:
        return None
    rules = Rules(**{**options["rules"], "nulls": frozenset(options["rules"]["nulls"])})
    sheets = [
        SheetRecord(**{**sheet, "columns": tuple((place, header, name) for place, header, name in sheet["columns"])})
        for sheet in options["sheets"]
    ]
    return Replay(
        tuple(sheets),
        rules,
        options["limit"],
        options["skip_hidden"],
        options["created"],
        options.get("mode", INSERT.name),  # before there were others
        tuple(options.get("key", ())),
        options.get("skips", False),
    )


def mapped(source: Source, new_table: NewTable | None) -> tuple[Mapped, ...]:
    """Return how a sheet's columns go into the table's, or into those of a table that is going to be made."""
    if new_table is not None:
        return new_table.mapping()
    return tuple((column.position, column.header, column.column.name) for column in source.planned.columns)
