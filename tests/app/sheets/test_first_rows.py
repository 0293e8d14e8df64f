"""The first rows of a sheet as people see them."""

from __future__ import annotations

from pathlib import Path

from app.sheets.first_rows import ShownCell, first_rows
from app.sheets.frames import FirstRowsJob
from app.sheets.process import Limits, Reader
from app.sheets.read.opening import open_workbook
from tests.workbooks import write_xlsx

ROWS = (
    "<row r='2'><c r='A2' t='str'><v>name</v></c></row>"
    "<row r='4'><c r='A4' t='str'><v>one\nline</v></c><c r='C4'><v>1.50</v></c><c r='D4' t='e'><v>#N/A</v></c></row>"
    "<row r='5' hidden='1'><c r='A5' t='b'><v>1</v></c></row>"
    "<row r='6'><c r='Z6'><v>9</v></c></row>"
    "<row r='9'><c r='C9'><v>7</v></c></row>"
)


def test_blank_rows_are_passed_over_and_cells_say_what_they_are(tmp_path: Path) -> None:
    book = open_workbook(write_xlsx(tmp_path / "book.xlsx", ROWS))
    assert first_rows(book, FirstRowsJob("Sheet1", 2, (0, 2, 3), 5)) == [
        (4, [ShownCell("text", "one⏎line"), ShownCell("number", "1.5"), ShownCell("unusable", "shows #N/A")]),
        (5, [ShownCell("other", "TRUE"), ShownCell("blank", ""), ShownCell("blank", "")]),
        (9, [ShownCell("blank", ""), ShownCell("number", "7"), ShownCell("blank", "")]),
    ]
    book.close()


def test_they_come_from_the_reading_process_as_many_as_asked_for(tmp_path: Path) -> None:
    with Reader(write_xlsx(tmp_path / "book.xlsx", ROWS), Limits(1024, 60)) as reader:
        assert reader.first_rows(FirstRowsJob("Sheet1", 2, (2,), 1, skip_hidden=True)) == [
            (4, [ShownCell("number", "1.5")])
        ]
        assert [number for number, _ in reader.first_rows(FirstRowsJob("Sheet1", 2, (2, 0), 5, True))] == [4, 9]
        assert reader.head(None, 2).headers == [(0, "name")]
