"""What an import of a sheet would do with its cells, in words and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.errors import Invalid
from app.sheets.cells import column_letters
from app.sheets.frames import Head
from app.sheets.headers import Header, make_plan
from app.sheets.inspect.trial import ColumnTrial, TrialResult
from app.sheets.plan import Plan
from app.sheets.plan_file import PlanFile
from app.sheets.rejects import Group, RejectedCell, grouped
from app.sheets.table import Column, Table

REQUIRED = "required"


@dataclass(frozen=True)
class FormChange:
    """Cells that are stored in another form: a key of `app.sheets.inspect.forms.CHANGES`, how many, and the first one.

    `largest` is the largest difference that rounding makes; None for other changes.
    """

    change: str
    cells: int
    first: str
    before: str
    after: str
    largest: str | None


@dataclass(frozen=True)
class RejectCause:
    """Cells that cannot be stored: why, how many, and the first few of them."""

    cause: str
    cells: int
    first: tuple[RejectedCell, ...]


@dataclass(frozen=True)
class TriedColumn:
    """A column of the sheet and the table's that it fills; each of its cells is counted once.

    Attributes:
        how: by what they were matched: name, comment or --map.
        exact: stored exactly as they stand; changed: in another form; rejected: not at all.
        blank: the blank cells that are taken; blank_becomes: what is stored of them.
        changes, causes: how cells are changed, and why they are rejected, the most frequent first.
    """

    letters: str
    header: str
    column: str
    type: str
    how: str
    exact: int
    changed: int
    blank: int
    rejected: int
    blank_becomes: str
    changes: tuple[FormChange, ...]
    causes: tuple[RejectCause, ...]


@dataclass(frozen=True)
class Unfilled:
    """A column of the table that the sheet does not have, and what it gets."""

    column: str
    type: str
    gets: str


@dataclass(frozen=True)
class ImportTrial:
    """What an import would do.

    Attributes:
        problem: why the headers do not fit, which an import refuses; then there is nothing about cells. hint: what to
            do about it.
        rows: that it would read; rejected: that could not be loaded.
        rejects: the cells, as many as were kept.
        unknown_headers: those that fit no column, by letters; an import refuses them as well.
    """

    table: str
    problem: str | None = None
    hint: str = ""
    rows: int = 0
    blank_rows: int = 0
    rejected: int = 0
    columns: tuple[TriedColumn, ...] = ()
    rejects: tuple[RejectedCell, ...] = ()
    unknown_headers: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    unfilled: tuple[Unfilled, ...] = ()

    @property
    def groups(self) -> list[Group]:
        """Return all rejects by column and cause, the largest group first; doubles of keys as far as they were kept."""
        groups = [
            Group(column.column, cause.cause, cause.cells, cause.first)
            for column in self.columns
            for cause in column.causes
        ]
        known = {(group.column, group.cause) for group in groups}
        groups += [group for group in grouped(self.rejects) if (group.column, group.cause) not in known]
        return sorted(groups, key=lambda group: -group.count)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the required columns that the sheet does not have, for which an import refuses it."""
        return tuple(column.column for column in self.unfilled if column.gets == REQUIRED)

    @property
    def fits(self) -> bool:
        """Tell whether an import would load all rows."""
        return self.problem is None and not (self.rejected or self.unknown_headers or self.missing)


@dataclass(frozen=True)
class Target:
    """A table, and how a sheet maps onto it: the plan, or why there is none; and the headers that fit no column."""

    table: Table
    plan: Plan | None
    problem: Invalid | None
    unknown: tuple[str, ...]

    def outcome(self, file: str, result: TrialResult | None) -> ImportTrial:
        """Return what an import would do; `result` is None where there is no plan."""
        if self.problem is not None:
            return ImportTrial(self.table.name, self.problem.message, self.problem.hint)
        assert self.plan is not None and result is not None  # noqa: S101, PT018 - there is one or the other
        plan = self.plan
        return ImportTrial(
            table=self.table.name,
            rows=result.rows,
            blank_rows=result.blank_rows,
            rejected=result.rejected,
            columns=tuple(_tried(file, plan, index, column) for index, column in enumerate(result.columns)),
            rejects=tuple(
                _rejected(file, plan, reject.row, reject.column, reject.cause, reject.value)
                for reject in sorted(result.rejects, key=lambda reject: (reject.row, reject.column))
            ),
            unknown_headers=_lettered([header for header in plan.left_out if header[1] in self.unknown]),
            left_out=_lettered([header for header in plan.left_out if header[1] not in self.unknown]),
            unfilled=tuple(_unfilled(plan)),
        )


def planned(head: Head, table: Table, mapping: Mapping[str, str], file: PlanFile | None = None) -> Target:
    """Return how a sheet maps onto a table, by the same rules as an import.

    Here unknown headers are left out, and required columns may be missing: they are told of with the rest.
    """
    unknown: list[str] = []

    def leave_out(headers: list[str]) -> bool:
        unknown.extend(headers)
        return True

    lenient = replace(table, columns=tuple(replace(column, nullable=True) for column in table.columns))
    try:
        if file is not None:
            plan = file.plan(head.sheet, head.header_row, head.headers, lenient)
        else:
            plan = make_plan(head.sheet, head.header_row, head.headers, lenient, mapping, leave_out)
    except Invalid as error:
        return Target(table, None, error, ())
    columns = tuple(replace(mapped, column=table.column(mapped.column.name)) for mapped in plan.columns)
    return Target(table, replace(plan, table=table, columns=columns), None, tuple(unknown))


def _tried(file: str, plan: Plan, index: int, found: ColumnTrial) -> TriedColumn:
    mapped = plan.columns[index]
    letters = column_letters(mapped.position)
    changes = sorted(found.changes.items(), key=lambda item: -item[1].cells)
    return TriedColumn(
        letters=letters,
        header=mapped.header,
        column=mapped.column.name,
        type=mapped.column.sql_type,
        how=mapped.how,
        exact=found.exact,
        changed=sum(change.cells for change in found.changes.values()),
        blank=found.blanks,
        rejected=found.rejected,
        blank_becomes=_becomes(mapped.column),
        changes=tuple(
            FormChange(kind, change.cells, f"{letters}{change.row}", change.before, change.after, change.largest)
            for kind, change in changes
        ),
        causes=tuple(
            RejectCause(name, cause.cells, tuple(_rejected(file, plan, row, index, name, v) for row, v in cause.first))
            for name, cause in sorted(found.causes.items(), key=lambda item: -item[1].cells)
        ),
    )


def _becomes(column: Column) -> str:
    """Return what the database stores where it is given nothing; of a column that needs a value, that it does."""
    if column.is_required:
        return REQUIRED
    if column.is_automatic:
        return "the database fills it in"
    return f"default {column.default}" if column.replaces_blanks else "NULL"


def _unfilled(plan: Plan) -> list[Unfilled]:
    filled = {mapped.column.name for mapped in plan.columns}
    return [
        Unfilled(column.name, column.sql_type, f"default {column.default}" if column.default else _becomes(column))
        for column in plan.table.columns
        if column.name not in filled
    ]


def _lettered(headers: list[Header]) -> tuple[tuple[str, str], ...]:
    return tuple((column_letters(position), header) for position, header in headers)


def _rejected(file: str, plan: Plan, row: int, index: int, cause: str, value: str) -> RejectedCell:
    mapped = plan.columns[index]
    return RejectedCell(file, plan.sheet, row, mapped.position, mapped.column.name, cause, value)
