"""What is in a workbook, and what an import of it would reject or change; nothing is written, no run is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from app.extensions import db
from app.services.inspections.columns import InspectedColumn, words
from app.services.inspections.sheets import InspectedSheet, surveyed
from app.services.inspections.trials import ImportTrial, TriedColumn, planned
from app.sheets.convert.rules import STRICT, Rules
from app.sheets.frames import COLUMNS, ConvertJob, Head, ProfileJob
from app.sheets.plan import Plan
from app.sheets.plan_file import PlanFile
from app.sheets.problems import EmptySheet
from app.sheets.process import Limits, Reader
from app.sheets.read.options import FOUND, ReadOptions
from app.sheets.table import Table
from app.sheets.target import find

__all__ = [
    "ImportTrial",
    "InspectedColumn",
    "InspectedSheet",
    "Inspection",
    "InspectionRequest",
    "TriedColumn",
    "Watcher",
    "inspect_workbook",
    "words",
]


@dataclass(frozen=True)
class InspectionRequest:
    """A look at a workbook; the options are those of an import (see `app.services.imports.ImportRequest`).

    Attributes:
        sheet: by name, or by number from 1; None: all of them, or with a table the first visible one.
        table: the one that an import would fill; None: none, and no database is needed.
        mapping, rules, max_errors, plan: mean nothing without a table.
    """

    file: Path
    limits: Limits
    options: ReadOptions = FOUND
    sheet: str | None = None
    header_row: int | None = None
    table: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    rules: Rules = STRICT
    limit: int | None = None
    skip_hidden: bool = False
    max_errors: int = 10_000
    plan: PlanFile | None = None


@dataclass(frozen=True)
class Inspection:
    """What was found: the file's kind and size in bytes, what is to be said of it as a whole, its sheets in order.

    `encoding` and `delimiter` are those of a text file; "" of others.
    """

    file: str
    kind: str
    bytes: int
    encoding: str
    delimiter: str
    notes: tuple[str, ...]
    sheets: tuple[InspectedSheet, ...]

    @property
    def fits(self) -> bool:
        """Tell whether an import would load all rows; True where no table was named."""
        return all(sheet.trial is None or sheet.trial.fits for sheet in self.sheets)


class Watcher(Protocol):
    """Whoever looks on while sheets are read."""

    def reading(self) -> None:
        """Learn that another sheet is going to be read."""

    def progress(self, rows: int, share: float) -> None:
        """Learn how many of its rows have been read so far."""


def inspect_workbook(request: InspectionRequest, watcher: Watcher) -> Inspection:
    """Return what is in a workbook.

    Raises:
        AppError: the file cannot be read, or there is no such sheet or table.
    """
    table = None if request.table is None else _table(request.table)
    with Reader(request.file, request.limits, request.options) as reader:
        book = reader.book()
        names = {name for name, _ in book.sheets}
        if request.sheet is not None or table is not None:
            names = {reader.head(request.sheet, request.header_row, request.skip_hidden).sheet}
        inspector = _Inspector(reader, request, table, watcher)
        sheets = tuple(
            inspector.sheet(name, not visible) if name in names else InspectedSheet(name, not visible)
            for name, visible in book.sheets
        )
        heads = inspector.heads
        return Inspection(
            file=reader.name,
            kind=book.kind,
            bytes=request.file.stat().st_size,
            encoding=heads[0].encoding if heads else "",
            delimiter=heads[0].delimiter if heads else "",
            notes=tuple(dict.fromkeys(note for head in heads for note in head.warnings)),
            sheets=sheets,
        )


def _table(name: str) -> Table:
    with db.engine.connect() as connection:
        return find(connection, name, db.metadata, "See them with: flask tables")


class _Inspector:
    """Reads sheet after sheet; `heads` are those of the sheets that have one."""

    def __init__(self, reader: Reader, request: InspectionRequest, table: Table | None, watcher: Watcher) -> None:
        self.heads: list[Head] = []
        self._reader, self._request, self._table, self._watcher = reader, request, table, watcher

    def sheet(self, name: str, is_hidden: bool) -> InspectedSheet:
        """Return what is in one sheet."""
        request = self._request
        try:
            head = self._reader.head(name, request.header_row, request.skip_hidden)
        except EmptySheet as error:
            problem = error.message.removeprefix(f"{self._reader.name}: ")
            return InspectedSheet(name, is_hidden, problem=problem)
        self.heads.append(head)
        target = None if self._table is None else planned(head, self._table, request.mapping, request.plan)
        positions = tuple(position for position, _ in head.headers)
        trial = None if target is None or target.plan is None else self._trial(target.plan)
        job = ProfileJob(name, head.header_row, positions, request.limit, request.skip_hidden, trial)
        self._watcher.reading()
        found = self._reader.profile(job, self._watcher.progress)
        sheet = surveyed(name, is_hidden, head, found, request.skip_hidden)
        return sheet if target is None else replace(sheet, trial=target.outcome(self._reader.name, found.trial))

    def _trial(self, plan: Plan) -> ConvertJob:
        request = self._request
        return ConvertJob(
            plan, COLUMNS, request.rules, request.limit, request.max_errors, skip_hidden=request.skip_hidden
        )
