"""An import without a table to write to: how many cells of each column stay as they are, change their form, or fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Self

from app.sheets.batches import Batch, Batches
from app.sheets.cells import Cell, Chunk
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.numbers import plain_number_text
from app.sheets.convert.rules import Rules
from app.sheets.convert.texts import shown
from app.sheets.frames import ConvertJob, Reject
from app.sheets.inspect.forms import FORMS, NULL_TEXT, ROUNDED
from app.sheets.rejects import SHOWN_ADDRESSES
from app.sheets.table import Column
from app.words import counted

MOST_CAUSES = 100  # that are told apart in one column
OTHER_CAUSES = "cannot be stored, for one of many more reasons"
QUOTED = ("text", "enum", "json")  # the kinds whose stored values are texts to those who read them


@dataclass
class Change:
    """Cells of a column that are stored in another form: how many; the first one's row, its value, and what it becomes.

    `largest` is the largest difference that rounding makes; None for other changes.
    """

    cells: int
    row: int
    before: str
    after: str
    largest: str | None = None


@dataclass
class Cause:
    """Cells of a column that cannot be stored for one cause: how many, and row and value of the first few."""

    cells: int
    first: list[tuple[int, str]]


@dataclass
class ColumnTrial:
    """What becomes of a column's cells, each of which counts once; keys that stand twice are not told of here.

    `changes` are by their kind, a key of `app.sheets.inspect.forms.CHANGES`; `causes` tell why the rejected ones are.
    """

    exact: int = 0
    blanks: int = 0
    rejected: int = 0
    changes: dict[str, Change] = field(default_factory=dict)
    causes: dict[str, Cause] = field(default_factory=dict)


@dataclass
class TrialResult:
    """What an import would do; all of it is JSON. `rejected` counts rows, `rejects` are those that were kept."""

    rows: int
    blank_rows: int
    rejected: int
    rejects: list[Reject]
    columns: list[ColumnTrial]

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Self:
        """Return what JSON has carried.

        Raises:
            KeyError, TypeError: it is none.
        """
        result = cls(**answer)
        result.rejects = [Reject(**reject) for reject in answer["rejects"]]
        result.columns = [
            ColumnTrial(
                column["exact"],
                column["blanks"],
                column["rejected"],
                {kind: Change(**change) for kind, change in column["changes"].items()},
                {cause: _cause(found) for cause, found in column["causes"].items()},
            )
            for column in answer["columns"]
        ]
        return result


def _cause(answer: dict[str, Any]) -> Cause:
    return Cause(answer["cells"], [(row, value) for row, value in answer["first"]])


class Trial:
    """Converts a sheet's rows as an import does, and compares what comes out with the cells."""

    def __init__(self, job: ConvertJob, is_text_file: bool = False) -> None:
        """Convert by the job's plan and rules."""
        self._batches = Batches(replace(job, sink=""), is_text_file=is_text_file)  # for none, in its own types
        self._positions = [mapped.position for mapped in job.plan.columns]
        self._columns = [_Comparison(mapped.column, job.rules) for mapped in job.plan.columns]

    def run(self, chunks: Iterable[Chunk], hidden_rows: set[int]) -> None:
        """Convert all rows; `hidden_rows` grows while they are read."""
        for batch in self._batches.of(chunks, hidden_rows):
            self._compare(batch)

    def result(self) -> TrialResult:
        """Return what came out."""
        summary = self._batches.summary
        columns = [column.found for column in self._columns]
        return TrialResult(summary.rows, summary.blank_rows, summary.rejected, summary.rejects, columns)

    def _compare(self, batch: Batch) -> None:
        blank: list[Cell] = [None] * len(batch.numbers)
        for position, column, stored in zip(self._positions, self._columns, batch.columns, strict=True):
            column.add(batch.numbers, batch.rows.columns.get(position, blank), stored)


class _Comparison:
    """Compares the cells of one column with what is stored of them."""

    def __init__(self, column: Column, rules: Rules) -> None:
        self.found = ColumnTrial()
        self._rules = rules
        self._forms = FORMS[column.kind]
        self._convert = ColumnConverter(column, rules)
        self._is_required = column.is_required
        self._is_not_text = column.kind not in QUOTED
        self._rounds = rules.rounds and column.kind == "decimal"

    def add(self, numbers: Sequence[int], cells: Sequence[Cell], stored: Sequence[Any]) -> None:
        """Take more cells into account, with what is stored of each; None is blank, or cannot be stored."""
        types = list(map(type, cells))
        for type_, count in Counter(types).items():
            if type_ is type(None) and not self._is_required:
                self.found.blanks += count
            elif type_ not in self._forms and not self._rounds and None not in stored:
                self.found.exact += count
            else:
                for place in (place for place, of_cell in enumerate(types) if of_cell is type_):
                    self._add_one(numbers[place], cells[place], stored[place])

    def _add_one(self, row: int, cell: Cell, stored: Any) -> None:
        if stored is None and (self._is_required or not isinstance(cell, str) or cell not in self._rules.nulls):
            self._reject(row, cell)
            return
        kind = NULL_TEXT if stored is None else self._change_of(cell, stored)
        if kind is None:
            self.found.exact += 1
            return
        change = self.found.changes.get(kind)
        if change is None:
            change = self.found.changes[kind] = Change(0, row, shown(cell), self._spelled(stored))
        change.cells += 1
        if kind == ROUNDED:
            change.largest = max(change.largest or "0", f"{abs(Decimal(stored) - self._exact(cell)):f}", key=Decimal)

    def _reject(self, row: int, cell: Cell) -> None:
        self.found.rejected += 1
        try:
            self._convert(cell)
        except BadCell as error:
            causes = self.found.causes
            name = error.cause if error.cause in causes or len(causes) < MOST_CAUSES else OTHER_CAUSES
            cause = causes.setdefault(name, Cause(0, []))
            cause.cells += 1
            if len(cause.first) < SHOWN_ADDRESSES:
                cause.first.append((row, error.beside(shown(cell))))

    def _change_of(self, cell: Cell, stored: Any) -> str | None:
        if self._rounds and Decimal(stored) != self._exact(cell):
            return ROUNDED
        form = self._forms.get(type(cell))
        return form(cell, self._rules) if form is not None else None

    def _spelled(self, stored: Any) -> str:
        if isinstance(stored, bytes):
            return counted(len(stored), "byte")
        return stored if isinstance(stored, str) and self._is_not_text else shown(stored)

    def _exact(self, cell: Any) -> Decimal:
        """Return the number that a cell of a decimal column stands for."""
        if isinstance(cell, str):
            return Decimal(plain_number_text(cell, self._rules))
        return Decimal(int(cell)) if isinstance(cell, int) else Decimal(repr(cell))
