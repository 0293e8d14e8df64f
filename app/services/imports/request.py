"""What an import is asked, what it tells while it goes on, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app.sheets.convert.rules import STRICT, Rules
from app.sheets.frames import Head
from app.sheets.plan import Plan
from app.sheets.process import Limits
from app.sheets.read.options import FOUND, ReadOptions


@dataclass(frozen=True)
class ImportRequest:
    """An import of the files' sheets into one table, in one transaction.

    Attributes:
        sheet: by name, or by number from 1; None: the first visible one.
        header_row: from 1; None: the first row that is not blank.
        mapping: header to column; "" leaves a header out.
        limit: the most rows of each sheet.
        create: make the table, inferred from the first file.
        dry_run: do everything, and roll back.
        max_errors: how many rejects to keep.
        wait_s: how many seconds to wait for another run that holds the table.
        options: how to open the files; the ledger keeps no password.
    """

    files: tuple[Path, ...]
    table: str
    limits: Limits
    sheet: str | None = None
    header_row: int | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    rules: Rules = STRICT
    limit: int | None = None
    create: bool = False
    dry_run: bool = False
    skip_hidden: bool = False
    max_errors: int = 10_000
    wait_s: float = 0
    options: ReadOptions = FOUND

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that the ledger keeps: those that differ from their defaults, by name."""
        given: dict[str, Any] = {"files": [str(path) for path in self.files], "table": self.table}
        optional = {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "map": dict(self.mapping),
            "null": sorted(self.rules.nulls),
            "thousands": self.rules.thousands,
            "round": self.rules.rounds,
            "date_order": self.rules.date_order,
            "binary": "base64" if self.rules.base64 else None,
            "limit": self.limit,
            "create": self.create,
            "dry_run": self.dry_run,
            "skip_hidden": self.skip_hidden,
            "encoding": self.options.encoding,
            "delimiter": self.options.delimiter,
        }
        return given | {name: value for name, value in optional.items() if value}


class Watcher(Protocol):
    """Whoever looks on: the command line, a page. It is asked and told; it never changes what is done."""

    def leave_out(self, headers: list[str]) -> bool:
        """Tell whether headers that fit no column may be left out."""

    def create(self, table: str, columns: Sequence[tuple[str, str]], head: Head, rows: int) -> bool:
        """Tell whether to make a table of these columns, each a name and a type, for a sheet of that many rows."""

    def planned(self, file: Path, head: Head, plan: Plan) -> None:
        """Learn how a sheet maps onto the table."""

    def loading(self) -> None:
        """Learn that loading begins."""

    def progress(self, rows: int, share: float) -> None:
        """Learn how many rows have been loaded so far, and what share of all, from 0 to 1."""


@dataclass(frozen=True)
class SheetReport:
    """What was read of one sheet."""

    file: str
    sheet: str
    header_row: int
    rows: int
    blank_rows: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """A finished import. `rows` were inserted, or would have been in a dry run; `columns` were proved equal.

    `cannot_undo` says why it cannot be undone, without a full stop; "" where it can.
    """

    run_id: int
    table: str
    rows: int
    columns: int
    seconds: float
    dry_run: bool
    created: bool
    cannot_undo: str
    sheets: tuple[SheetReport, ...]
