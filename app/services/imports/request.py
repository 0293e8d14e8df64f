"""What an import is asked, what it tells while it goes on, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app.sheets.convert.rules import STRICT, Rules
from app.sheets.frames import Head
from app.sheets.modes import INSERT, Mode
from app.sheets.plan import Plan
from app.sheets.plan_file import PlanFile
from app.sheets.process import Limits
from app.sheets.read.options import FOUND, ReadOptions
from app.words import listed


@dataclass(frozen=True)
class ImportRequest:
    """An import of the files' sheets into one table, in one transaction.

    Attributes:
        sheet: by name, or by number from 1; None: the first visible one.
        header_row: from 1; None: the first row that is not blank.
        mapping: header to column; "" leaves a header out.
        limit: the most rows of each sheet.
        mode: one of `app.sheets.modes.MODES`: what is done with rows that the table has.
        key: the columns by which rows are known again; none: found by itself.
        skips: leave out rows that cannot be loaded, and load the others.
        all_sheets: every visible sheet of each file, not one.
        plan: a plan file's; then `mapping` is empty, and the other options are already as it says.
        save_plan: where to write the plan of this import; None: nowhere.
        create: make the table, inferred from the first file.
        dry_run: do everything, and roll back.
        max_errors: how many rejects to keep.
        rejects: the workbook to write the rows to that cannot be loaded.
        keeps_rejects: leave such a workbook in the run's folder.
        again: although the table has the same content from an earlier import.
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
    mode: Mode = INSERT
    key: tuple[str, ...] = ()
    skips: bool = False
    all_sheets: bool = False
    plan: PlanFile | None = None
    save_plan: Path | None = None
    create: bool = False
    dry_run: bool = False
    skip_hidden: bool = False
    max_errors: int = 10_000
    rejects: Path | None = None
    keeps_rejects: bool = False
    again: bool = False
    wait_s: float = 0
    options: ReadOptions = FOUND

    @property
    def run_name(self) -> str:
        """Return what the ledger calls it, for people: `june.xlsx → orders`."""
        return f"{listed([path.name for path in self.files])} → {self.table}"

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that the ledger keeps: those that differ from their defaults, by name."""
        given: dict[str, Any] = {"files": [str(path) for path in self.files], "table": self.table}
        optional = {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "all_sheets": self.all_sheets,
            "plan": str(self.plan.path) if self.plan is not None else None,
            "map": dict(self.mapping),
            "null": sorted(self.rules.nulls),
            "thousands": self.rules.thousands,
            "round": self.rules.rounds,
            "date_order": self.rules.date_order,
            "binary": "base64" if self.rules.base64 else None,
            "limit": self.limit,
            "mode": None if self.mode == INSERT else self.mode.name,
            "key": list(self.key),
            "on_error": "skip" if self.skips else None,
            "rejects": str(self.rejects) if self.rejects else None,
            "create": self.create,
            "dry_run": self.dry_run,
            "skip_hidden": self.skip_hidden,
            "again": self.again,
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

    def replace(self, table: str, rows: int) -> bool:
        """Tell whether a table that has so many rows may be replaced: what the sheets do not have is deleted."""

    def cannot_be_undone(self, why: str) -> None:
        """Learn beforehand that the import could not be undone, and why, without a full stop."""

    def planned(self, file: str, head: Head, plan: Plan) -> None:
        """Learn how a sheet maps onto the table."""

    def plan_saved(self, path: Path) -> None:
        """Learn where the plan was written."""

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
