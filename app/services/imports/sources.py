"""The sheets of an import: each with the process that reads it, its header and its plan."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.services.imports.request import ImportRequest, SheetReport, Watcher
from app.sheets.frames import ConvertJob, Head, Summary
from app.sheets.headers import make_plan
from app.sheets.plan import Plan
from app.sheets.process import Progress, Reader
from app.sheets.table import Column, Table


class RowsRejectedError(Exception):
    """Raised in the middle of a load whose rows turn out not to be loadable, so that the load is broken off."""


@dataclass
class Source:
    """One sheet on its way into the table.

    Attributes:
        reader: of its file, which it may share with other sheets.
        file: the place of its file among those of the import.
        numbers: the Excel rows of what was read, in order.
        first: the first rows, as the sink has them, where a dry run shows some.
    """

    reader: Reader
    head: Head
    plan: Plan | None = None
    file: int = 0
    numbers: array[int] = field(default_factory=lambda: array("I"))
    unproved: list[str] = field(default_factory=list)
    first: Any = None
    _summary: Summary | None = None

    def make_plan(self, table: Table, request: ImportRequest, watcher: Watcher) -> None:
        """Match the headers to the table.

        Raises:
            Invalid: they do not fit.
        """
        head = self.head
        if request.plan is not None:
            self.plan = request.plan.plan(head.sheet, head.header_row, head.headers, table)
        else:
            self.plan = make_plan(head.sheet, head.header_row, head.headers, table, request.mapping, watcher.leave_out)
        watcher.planned(self.name, head, self.plan)

    @property
    def name(self) -> str:
        """Return what its file is called in messages."""
        return self.reader.name

    @property
    def columns(self) -> list[Column]:
        """Return the table's columns that the sheet fills, in the sheet's order."""
        return [mapped.column for mapped in self.planned.columns]

    @property
    def planned(self) -> Plan:
        """Return the plan, which has been made."""
        assert self.plan is not None  # noqa: S101 - made before anything is loaded
        return self.plan

    @property
    def summary(self) -> Summary:
        """Return what was read; complete when all rows have been taken."""
        assert self._summary is not None  # noqa: S101 - the rows have been taken
        return self._summary

    def rows(
        self, request: ImportRequest, sink: str, progress: Progress, stage: int | None = None, goes_on: bool = False
    ) -> Iterator[Any]:
        """Yield the converted rows as the sink has them.

        Args:
            stage: what is added to each row's number, which is put before its values; None: it is not.
            goes_on: leave out the rows that cannot be loaded.

        Raises:
            RowsRejectedError: at the end, when some cannot be loaded and it does not go on; `summary` says which.
        """
        job = ConvertJob(
            self.planned, sink, request.rules, request.limit, request.max_errors, stage, request.skip_hidden, goes_on
        )
        del self.numbers[:]
        for batch in self.reader.batches(job):
            self.numbers.extend(batch.numbers)
            progress(len(self.numbers), batch.share)
            if request.dry_run and self.first is None:
                self.first = batch.rows
            yield batch.rows
        self._summary = self.reader.summary
        if self.summary.rejected and not goes_on:
            raise RowsRejectedError

    def report(self) -> SheetReport:
        """Return what was read of this sheet."""
        summary = self.summary
        notes = [f"Counted, but not compared value by value: {', '.join(self.unproved)}."] if self.unproved else []
        return SheetReport(
            self.name,
            self.head.sheet,
            self.head.header_row,
            summary.rows,
            summary.blank_rows,
            (*self.head.warnings, *summary.warnings, *notes),
        )


def files_of(sources: Sequence[Source]) -> int:
    """Return how many files the sheets are from."""
    return len({source.file for source in sources})
