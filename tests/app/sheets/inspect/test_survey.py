"""What a sheet holds beside its cells, and how it comes out of the reading process."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.frames import COLUMNS, ConvertJob, ProfileJob
from app.sheets.inspect.survey import Survey, ranges, survey
from app.sheets.plan import MappedColumn, Plan
from app.sheets.read.opening import open_workbook
from app.sheets.table import Column, Table
from tests.workbooks import worksheet, write_xlsx

ROWS = (
    '<row r="2"><c r="B2" t="str"><v>n</v></c><c r="C2" t="str"><v>m</v></c></row>'
    '<row r="3"><c r="B3"><v>5</v></c></row>'
    '<row r="5" hidden="1"><c r="B5"><v>70</v></c></row>'
    '<row r="6" hidden="1"><c r="C6"><v>1</v></c></row>'
    '<row r="8"><c r="B8"><v>9</v></c><c r="E8"><v>1</v></c></row>'
    '<row r="9"><c r="B9" s="1"/></row>'
)
BEFORE = '<dimension ref="A1:C90"/><cols><col min="3" max="3" hidden="1"/><col min="6" max="8" hidden="1"/></cols>'
AFTER = "<mergeCells>" + "".join(f'<mergeCell ref="A{row}:B{row + 1}"/>' for row in range(1, 20, 2)) + "</mergeCells>"


def surveyed(path: Path, **options: object) -> Survey:
    """Return what the only sheet holds, whose header in row 2 has columns B and C."""
    book = open_workbook(path)
    try:
        return survey(book, ProfileJob("Sheet1", 2, (1, 2), **options), lambda _rows, _share: None)  # type: ignore[arg-type]
    finally:
        book.close()


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Give a sheet with all that there is to find beside cells."""
    return write_xlsx(tmp_path / "book.xlsx", {"Sheet1": worksheet(ROWS, BEFORE, AFTER)})


def test_a_sheet_is_surveyed(sheet: Path) -> None:
    found = surveyed(sheet)
    assert (found.rows, found.blank_rows) == (4, 2)
    assert found.used == (2, 1, 8, 4)
    assert found.declared_end == "C90"
    assert found.hidden_rows == [(5, 6)]
    assert found.hidden_columns == [(2, 2), (5, 7)]
    assert (found.merged, found.first_merged) == (10, ["A1:B2", "A3:B4", "A5:B6", "A7:B8", "A9:B10"])
    assert found.strays == [(4, 1)]
    assert [(column.blanks, sum(sighting.cells for sighting in column.types.values())) for column in found.columns] == [
        (1, 3),
        (3, 1),
    ]


@pytest.mark.parametrize(
    ("options", "rows", "blank_rows", "whole"),
    [({}, 4, 2, 2), ({"skip_hidden": True}, 2, 2, 1), ({"limit": 1}, 1, 0, 1), ({"limit": 2}, 2, 1, 2)],
)
def test_the_rows_are_those_that_an_import_would_take(
    sheet: Path, options: dict[str, object], rows: int, blank_rows: int, whole: int
) -> None:
    found = surveyed(sheet, **options)
    assert (found.rows, found.blank_rows, found.columns[0].whole_digits) == (rows, blank_rows, whole)


def test_hidden_columns_that_are_left_out_are_no_columns_without_a_header(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c t="str"><v>n</v></c><c t="str"><v>m</v></c></row><row r="2"><c><v>1</v></c><c><v>2</v></c></row>'
    )
    hidden = '<cols><col min="2" max="2" hidden="1"/></cols>'
    book = open_workbook(write_xlsx(tmp_path / "book.xlsx", {"Sheet1": worksheet(rows, hidden)}))
    assert survey(book, ProfileJob("Sheet1", 1, (0,)), lambda _rows, _share: None).strays == [(1, 1)]
    assert survey(book, ProfileJob("Sheet1", 1, (0,), skip_hidden=True), lambda _rows, _share: None).strays == []
    book.close()


def test_a_sheet_without_cells_has_no_used_range(tmp_path: Path) -> None:
    found = surveyed(write_xlsx(tmp_path / "book.xlsx", '<row r="7"><c r="B7" s="1"/></row>'))
    assert (found.used, found.rows, found.blank_rows) == (None, 0, 0)


@pytest.mark.parametrize("is_trial", [False, True])
def test_a_survey_comes_out_of_json_as_it_went_in(sheet: Path, is_trial: bool) -> None:
    column = Column("n", "boolean", "boolean")
    plan = Plan("Sheet1", 2, Table("t", (column,)), (MappedColumn(1, "n", column, "name"),))
    found = surveyed(sheet, trial=ConvertJob(plan, COLUMNS) if is_trial else None)
    assert (found.trial is not None) == is_trial
    assert Survey.of(json.loads(json.dumps(found.as_dict()))) == found


@given(st.sets(st.integers(1, 60)))
def test_ranges_hold_exactly_the_numbers(numbers: set[int]) -> None:
    found = ranges(numbers)
    assert {number for first, last in found for number in range(first, last + 1)} == numbers
    assert all(first[1] + 1 < then[0] for first, then in pairwise(found))


def test_the_used_range_is_that_of_rows_in_any_order(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in (1, 9, 2, 5))
    book = open_workbook(write_xlsx(tmp_path / "book.xlsx", rows))
    assert survey(book, ProfileJob("Sheet1", 1, (0,)), lambda _rows, _share: None).used == (1, 0, 9, 0)
    book.close()
