"""Workbooks that are written: what an import reads back from them, and what Excel is told."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.sheets.write.book import WorkbookWriter
from tests.workbooks import read_cells

HEADERS = ("订单号", "金额", "备注")


def written(
    path: Path, rows: Sequence[Sequence[object]], headers: Sequence[str] = HEADERS, rows_per_sheet: int = 1000
) -> Path:
    with WorkbookWriter(path, "订单", headers, rows_per_sheet=rows_per_sheet) as book:
        book.add(rows)
    return path


def test_rows_come_back(tmp_path: Path) -> None:
    rows = [("A-1", Decimal("10.50"), "=1+1"), (10**16, None, " 备注\r\n")]
    cells = read_cells(written(tmp_path / "o.xlsx", rows), "订单")
    assert [cells.get(f"{letter}{row}") for row in (1, 2, 3) for letter in "ABC"] == [
        *HEADERS,
        *("A-1", 10.5, "=1+1"),
        *("10000000000000000", None, " 备注\r\n"),
    ]


# Excel's days end in 9999; of a time it keeps milliseconds.
MOMENTS = st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
TEXTS = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1
)
EXACT = st.decimals(-(10**9), 10**9, places=4, allow_nan=False)


@given(st.lists(st.tuples(TEXTS | MOMENTS, EXACT, TEXTS | st.integers(-(10**14), 10**14)), max_size=5))
def test_whatever_is_written_is_read(rows: list[tuple[object, Decimal, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cells = read_cells(written(Path(folder) / "o.xlsx", rows))
    read = [tuple(cells[f"{letter}{row}"] for letter in "ABC") for row in range(2, len(rows) + 2)]
    assert [(a, Decimal(str(b)), c) for a, b, c in read] == [(a, b.normalize(), c) for a, b, c in rows]


def test_excel_is_told_types_formats_and_widths(tmp_path: Path) -> None:
    values = ["=1+1", Decimal("1.50"), date(2024, 6, 10), datetime(2024, 6, 10, 8), time(8), timedelta(hours=30), True]
    book = openpyxl.load_workbook(written(tmp_path / "o.xlsx", [values], ["一" * 10, *"bcdefg"]))
    sheet = book.worksheets[0]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "d", "d", "d", "d", "b"]
    assert [cell.number_format for cell in sheet[2]] == [
        *("@", "0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "[h]:mm:ss", "General")
    ]
    assert [cell.font.b for cell in sheet[1]] == [True] * 7
    assert sheet.freeze_panes == "A2"
    assert [sheet.column_dimensions[letter].width for letter in "ABD"] == [22, 10, 21]
    assert book.properties.creator == "opsdesk"


def test_a_header_stays_without_rows(tmp_path: Path) -> None:
    assert read_cells(written(tmp_path / "o.xlsx", [])) == dict(zip(("A1", "B1", "C1"), HEADERS, strict=True))


def test_a_header_is_no_formula(tmp_path: Path) -> None:
    assert read_cells(written(tmp_path / "o.xlsx", [], ["=A1", "", "#N/A"])) == {"A1": "=A1", "C1": "#N/A"}


@pytest.mark.parametrize("count", [4, 5, 8, 9, 230])
def test_the_next_sheet_begins_where_rows_end(count: int, tmp_path: Path) -> None:
    rows = [(n, None, None) for n in range(count)]
    book = openpyxl.load_workbook(written(tmp_path / "o.xlsx", rows, rows_per_sheet=4))
    assert book.sheetnames == ["订单", *(f"订单 {n}" for n in range(2, (count + 3) // 4 + 1))]
    assert all(sheet["A1"].value == "订单号" for sheet in book)
    assert [row[0].value for sheet in book for row in sheet.iter_rows(min_row=2)] == list(range(count))


def test_a_long_name_leaves_room_for_the_number(tmp_path: Path) -> None:
    with WorkbookWriter(tmp_path / "o.xlsx", "a/b" * 20, ["n"], rows_per_sheet=1) as book:
        book.add([(1,), (2,)])
    assert openpyxl.load_workbook(tmp_path / "o.xlsx").sheetnames == ["a_b" * 10 + "a", "a_b" * 9 + "a_ 2"]


@pytest.mark.parametrize(("bad_row", "place"), [(1, "订单!C2"), (150, "'订单 2'!C51"), (1999, "'订单 20'!C100")])
def test_what_no_cell_holds_is_named(bad_row: int, place: str, tmp_path: Path) -> None:
    rows = [("A", 1, "字" * 32_768 if row == bad_row else "") for row in range(1, 2500)]
    with pytest.raises(Invalid) as error:
        written(tmp_path / "o.xlsx", rows, rows_per_sheet=100)
    where = f'row {bad_row:,}, column "备注" ({place})'
    assert error.value.message == f"The value of {where} has 32,768 characters; a cell holds 32,767."
    assert list(tmp_path.iterdir()) == []


def test_a_header_that_no_cell_holds_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"^The value of header 2 \(订单!B1\) has half of a character"):
        written(tmp_path / "o.xlsx", [], ["a", "b\ud83d"])
    assert list(tmp_path.iterdir()) == []


def test_more_columns_than_a_sheet_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="16,385 columns: a sheet has 16,384"):
        written(tmp_path / "o.xlsx", [], ["a"] * 16_385)


ODD = [
    (
        "text",
        ["a & b <c>", " blanks ", "a\nb", "=1+1", "00123", "😀", "]]>", "'quoted'", '"', "#N/A", "x" * 32_767],
    ),
    ("number", [0, -1, 10**14, 0.1, 1e300, -2.5e-10, Decimal("10.50")]),
    ("moment", [datetime(2024, 6, 10, 8, 30), datetime(1900, 3, 1, 12), datetime(9999, 12, 31, 23, 59, 59)]),
    ("truth", [True, False]),
]


@pytest.mark.parametrize(("kind", "values"), ODD)
def test_other_programs_read_the_same(kind: str, values: list[object], tmp_path: Path) -> None:
    path = written(tmp_path / "o.xlsx", [(value,) for value in values], [kind])
    ours = [read_cells(path)[f"A{row}"] for row in range(2, len(values) + 2)]
    by_openpyxl = [row[0].value for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2)]
    by_calamine = [row[0] for row in python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()[1:]]
    expected = [float(value) if isinstance(value, Decimal) else value for value in values]
    assert ours == by_openpyxl == by_calamine == expected


def test_a_text_like_a_formula_stays_one_when_somebody_edits_it(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path / "o.xlsx", [("=1+1", "a", None)]))
    assert [cell.quotePrefix for cell in book.worksheets[0][2]][:2] == [True, False]
    assert book.worksheets[0]["A2"].number_format == "@"
