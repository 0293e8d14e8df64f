"""The header of a sheet, and what is said about the sheet as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sheets.frames import COLUMNS, ConvertJob, Head, HeadJob
from app.sheets.head import find_head, left_out_positions, sheet_warnings
from app.sheets.plan import MappedColumn, Plan
from app.sheets.problems import BlankSheet, EmptySheet, NoSuchSheet
from app.sheets.read.findings import Findings
from app.sheets.read.opening import open_workbook
from app.sheets.table import Column, Table
from tests.workbooks import worksheet, write_xlsx


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    return tmp_path / "book.xlsx"


def head_of(
    file: Path,
    rows: str,
    header_row: int | None = None,
    skip_hidden: bool = False,
    before: str = "",
    sheet: str | None = None,
) -> Head:
    """Return the head of a sheet with these rows."""
    book = open_workbook(write_xlsx(file, {"Orders": worksheet(rows, before)}, formats=[14]))
    try:
        return find_head(book, HeadJob(file, sheet, header_row, skip_hidden))
    finally:
        book.close()


def texts(row: int, *values: str) -> str:
    """Return a row of texts."""
    cells = "".join(f'<c t="str"><v>{value}</v></c>' for value in values)
    return f'<row r="{row}">{cells}</row>'


def test_the_header_is_the_first_row_that_is_not_blank(file: Path) -> None:
    head = head_of(file, '<row r="1"/><row r="2"><c/></row>' + texts(4, "name", "", "amount"))
    assert (head.sheet, head.header_row, head.headers) == ("Orders", 4, [(0, "name"), (2, "amount")])


def test_the_operator_may_say_which_row_it_is(file: Path) -> None:
    assert head_of(file, texts(1, "Report of June") + texts(3, "name"), header_row=3).headers == [(0, "name")]


def test_headers_that_are_no_texts_are_what_they_show(file: Path) -> None:
    cells = '<c><v>2024</v></c><c s="1"><v>45453</v></c><c t="b"><v>1</v></c><c><v>0.5</v></c>'
    assert [text for _, text in head_of(file, f"<row>{cells}</row>").headers] == ["2024", "2024-06-10", "TRUE", "0.5"]


def test_headers_that_are_errors_or_spaces_are_none(file: Path) -> None:
    cells = '<c t="e"><v>#REF!</v></c><c t="str"><v> </v></c><c><f>A9</f></c><c t="str"><v> name </v></c>'
    assert head_of(file, f"<row>{cells}</row>").headers == [(3, " name ")]


@pytest.mark.parametrize("rows", ["", '<row r="1"/>', "<row><c/></row>"])
def test_a_sheet_with_nothing_in_it_is_told(file: Path, rows: str) -> None:
    with pytest.raises(BlankSheet, match='The sheet "Orders" has nothing'):
        head_of(file, rows)


def test_a_header_row_that_is_not_there_is_told(file: Path) -> None:
    with pytest.raises(EmptySheet, match='The sheet "Orders" has nothing in row 7') as error:
        head_of(file, texts(1, "name"), header_row=7)
    assert not isinstance(error.value, BlankSheet)


def test_a_header_row_without_headers_is_told(file: Path) -> None:
    with pytest.raises(EmptySheet, match='Row 1 of sheet "Orders" has no headers'):
        head_of(file, '<row r="1"><c t="e"><v>#REF!</v></c></row>')
    with pytest.raises(EmptySheet, match='Row 2 of sheet "Orders" has no headers'):
        head_of(file, texts(1, "title") + '<row r="2"/>', header_row=2)


def test_a_sheet_that_is_not_there_is_told(file: Path) -> None:
    with pytest.raises(NoSuchSheet, match='There is no sheet "Order"'):
        head_of(file, texts(1, "name"), sheet="Order")


def test_hidden_columns_have_no_header_where_they_are_left_out(file: Path) -> None:
    cols = '<cols><col min="2" max="2" hidden="1"/></cols>'
    assert head_of(file, texts(1, "a", "b", "c"), before=cols).headers == [(0, "a"), (1, "b"), (2, "c")]
    assert head_of(file, texts(1, "a", "b", "c"), before=cols, skip_hidden=True).headers == [(0, "a"), (2, "c")]


def job(skip_hidden: bool = False) -> ConvertJob:
    """Return a job for a sheet with a header in row 1, whose column A is read and B is left out."""
    column = Column("name", "text", "text")
    mapped = (MappedColumn(0, "name", column, "name"), MappedColumn(2, "more", column, "name"))
    return ConvertJob(Plan("S", 1, Table("t", (column,)), mapped, ((1, "note"),)), COLUMNS, skip_hidden=skip_hidden)


def test_columns_that_are_left_out_are_those_of_the_plan_and_hidden_ones() -> None:
    findings = Findings(hidden_columns={5})
    assert left_out_positions(job(), findings) == {1}
    assert left_out_positions(job(skip_hidden=True), findings) == {1, 5}


def test_nothing_is_said_of_a_plain_sheet() -> None:
    assert sheet_warnings(job(), Findings(declared_end="B9")) == []


def test_hidden_rows_and_columns_are_counted_in_one_warning() -> None:
    findings = Findings(hidden_rows={1, 3, 4}, hidden_columns={0, 1, 9})
    (read,) = sheet_warnings(job(), findings)
    (left_out,) = sheet_warnings(job(skip_hidden=True), findings)
    assert "2 hidden rows and 1 hidden column" in read
    assert "--skip-hidden leaves them out" in read
    assert "2 hidden rows and 3 hidden columns" in left_out
    assert "left out" in left_out


def test_merged_areas_below_the_header_are_warned_of_once() -> None:
    (warning,) = sheet_warnings(job(), Findings(merged=[(1, 1), (3, 4), (9, 9)]))
    assert warning.startswith("2 merged areas, the first in row 3")
    assert sheet_warnings(job(), Findings(merged=[(1, 1)])) == []
