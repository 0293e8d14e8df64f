"""Rows into batches: what is skipped, counted, rejected, and added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.batches import Batch, Batches
from app.sheets.cells import Cell, Chunk, Row, Unusable
from app.sheets.convert.rules import Rules
from app.sheets.frames import COLUMNS, ConvertJob, Reject
from app.sheets.plan import MappedColumn, Plan
from app.sheets.table import Column, Key, Table

NAME = Column("name", "text", "varchar(5)", length=5)
AMOUNT = Column("amount", "integer", "bigint", minimum=-(2**63), maximum=2**63 - 1)


def job_for(columns: Sequence[Column] = (NAME, AMOUNT), keys: Sequence[Key] = (), **options: Any) -> ConvertJob:
    """Return a job for a sheet with a header in row 1 whose columns A, B and so on fill these."""
    table = Table("things", tuple(columns), tuple(keys))
    mapped = tuple(MappedColumn(place, column.name, column, "name") for place, column in enumerate(columns))
    return ConvertJob(Plan("Sheet1", 1, table, mapped), COLUMNS, **options)


def batched(
    job: ConvertJob, *chunks: list[Row], hidden: frozenset[int] = frozenset(), ignored: frozenset[int] = frozenset()
) -> tuple[Batches, list[Batch]]:
    """Return what has become of chunks of rows."""
    batches = Batches(job, ignored)
    return batches, list(batches.of(map(Chunk.of, chunks), set(hidden)))


def rows(*values: Sequence[Cell], first: int = 2) -> list[Row]:
    """Return rows below the header."""
    return [
        (number, {place: cell for place, cell in enumerate(cells) if cell is not None})
        for number, cells in enumerate(values, first)
    ]


def test_rows_become_columns_with_the_numbers_of_their_rows() -> None:
    batches, (first, second) = batched(job_for(), rows(("a", 1), ("b", 2)), rows(("c", 3), first=9))
    assert (list(first.numbers), first.columns) == ([2, 3], [["a", "b"], [1, 2]])
    assert (list(second.numbers), second.columns) == ([9], [["c"], [3]])
    assert batches.summary.rows == 3


def test_rows_up_to_the_header_are_passed_over() -> None:
    job = job_for()
    job = replace(job, plan=replace(job.plan, header_row=3))
    _, (batch,) = batched(job, rows(("title",), ("name", "amount"), ("a", 1), first=2))
    assert list(batch.numbers) == [4]


def test_blank_rows_are_skipped_and_counted_also_those_that_the_file_leaves_out() -> None:
    batches, (batch,) = batched(job_for(), [*rows(("a", 1), (None, None), ("b", 2)), (8, {0: "c"}), (9, {})])
    assert list(batch.numbers) == [2, 4, 8]
    assert batches.summary.blank_rows == 4


def test_blank_rows_between_chunks_are_counted_and_those_behind_the_last_row_are_not() -> None:
    chunks: list[list[Row]] = [[(1, {0: "name"}), (4, {0: "a"})], [(6, {}), (8, {0: "b"})], [(9, {}), (1000, {})]]
    batches, _ = batched(job_for(), *chunks)
    assert batches.summary.rows == 2
    assert batches.summary.blank_rows == 5


def test_a_row_is_blank_when_its_mapped_cells_are() -> None:
    batches, found = batched(job_for(), [(2, {7: "note"})])
    assert found == []
    assert batches.summary.rows == 0
    assert batches.strays() == ["Columns without a header were not read: H (1 cell)."]


def test_a_row_of_texts_that_count_as_blank_is_blank() -> None:
    rules = Rules(nulls=frozenset({"-", "N/A"}))
    required = replace(NAME, nullable=False)
    job = job_for((required, AMOUNT), rules=rules)
    batches, (batch,) = batched(job, rows(("a", 1), ("-", "N/A"), ("-", None), ("b", "-")))
    assert list(batch.numbers) == [2, 5]
    assert batches.summary.rejected == 0
    assert batches.summary.blank_rows == 2


def test_cells_without_a_header_are_counted_but_for_those_left_out() -> None:
    chunk: list[Row] = [(2, {0: "a", 4: 1, 5: 2}), (3, {0: "b", 5: 3, 26: 4})]
    batches, _ = batched(job_for(), chunk, ignored=frozenset({4}))
    assert batches.strays() == ["Columns without a header were not read: F, AA (3 cells)."]


def test_hidden_rows_are_read_unless_they_are_to_be_left_out() -> None:
    chunk = rows(("a", 1), ("b", 2), ("c", 3))
    _, (batch,) = batched(job_for(), chunk, hidden=frozenset({3}))
    assert list(batch.numbers) == [2, 3, 4]
    batches, (batch,) = batched(job_for(skip_hidden=True), chunk, hidden=frozenset({3}))
    assert list(batch.numbers) == [2, 4]
    assert batches.summary.blank_rows == 0


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 5, 6, 100])
def test_no_more_rows_than_the_limit_are_read(limit: int) -> None:
    chunks = [rows(("a", 1), ("b", 2)), rows(("c", 3), ("d", 4), first=4), rows(("e", 5), first=6)]
    batches, found = batched(job_for(limit=limit), *chunks)
    assert sum(len(batch.numbers) for batch in found) == min(limit, 5)
    assert batches.summary.rows == min(limit, 5)


def test_a_cell_that_cannot_be_stored_is_rejected_with_its_place_and_value() -> None:
    chunk = rows(("a", 1), ("abcdef", "x"), ("b", Unusable("shows #N/A")))
    batches, (batch,) = batched(job_for(), chunk)
    assert batches.summary.rejected == 2
    assert batches.summary.rejects == [
        Reject(3, 0, "is longer than 5 characters", '"abcdef" (6 characters)'),
        Reject(3, 1, "takes whole numbers", '"x"'),
        Reject(4, 1, "shows #N/A", ""),
    ]
    assert batch.columns == [["a", None, "b"], [1, None, None]]


def test_no_more_rejects_than_wanted_are_kept_but_all_are_counted() -> None:
    batches, _ = batched(job_for(max_rejects=3), rows(*[("a", "x")] * 10))
    assert len(batches.summary.rejects) == 3
    assert batches.summary.rejected == 10


def test_two_rows_with_one_key_are_both_named() -> None:
    job = job_for(keys=[Key("PRIMARY", ("name",))])
    batches, _ = batched(job, rows(("a", 1), ("b", 2), ("a", 3)), rows(("a", 4), first=9))
    assert batches.summary.rejects == [
        Reject(4, 0, "stands twice in the sheet (key PRIMARY)", '"a", first in A2'),
        Reject(9, 0, "stands twice in the sheet (key PRIMARY)", '"a", first in A2'),
    ]


def test_a_key_of_two_columns_is_one_value() -> None:
    job = job_for(keys=[Key("pair", ("name", "amount"))])
    batches, _ = batched(job, rows(("a", 1), ("a", 2), ("b", 1), ("a", 1.0), ("a", "1")))
    assert [(reject.row, reject.value) for reject in batches.summary.rejects] == [
        (5, '"a, 1", first in A2'),
        (6, '"a, 1", first in A2'),
    ]


def test_a_key_with_a_blank_in_it_equals_no_other() -> None:
    job = job_for(keys=[Key("pair", ("name", "amount")), Key("name", ("name",))])
    batches, _ = batched(job, rows((None, 1), (None, 1), ("a", None)))
    assert batches.summary.rejects == []


def test_a_key_that_the_sheet_does_not_fill_whole_is_left_to_the_database() -> None:
    job = job_for(keys=[Key("other", ("name", "missing"))])
    batches, _ = batched(job, rows(("a", 1), ("a", 1)))
    assert batches.summary.rejects == []


def test_values_of_a_key_are_shown_short_and_harmless() -> None:
    job = job_for([Column("name", "text", "text")], keys=[Key("PRIMARY", ("name",))])
    batches, _ = batched(job, rows(("x\x1b\n" * 1000,), ("x\x1b\n" * 1000,)))
    (reject,) = batches.summary.rejects
    assert len(reject.value) < 80
    assert "\x1b" not in reject.value
    assert "\n" not in reject.value


def test_filled_cells_are_counted_and_added_up_by_column() -> None:
    decimal = Column("price", "decimal", "decimal(10,2)", precision=10, scale=2)
    batches, _ = batched(job_for([decimal, AMOUNT]), rows((1.5, 1), (None, 2)), rows((-0.25, None), first=9))
    assert batches.summary.filled == [2, 2]
    assert batches.summary.sums[0] == 150 - 25


@given(st.lists(st.lists(st.sampled_from([None, "a", "abcdef", 1, 1.5, True, Unusable("shows #N/A")]), max_size=3)))
def test_every_row_is_read_blank_or_rejected(values: list[list[Cell]]) -> None:
    chunk = rows(*values)
    batches, found = batched(job_for(), chunk)
    filled = [number for number, cells in chunk if 0 in cells or 1 in cells]
    assert [number for batch in found for number in batch.numbers] == filled
    assert batches.summary.rows == len(filled)
    assert batches.summary.blank_rows == (max(filled) - 1 if filled else 0) - len(filled)
    assert len({reject.row for reject in batches.summary.rejects}) == batches.summary.rejected
