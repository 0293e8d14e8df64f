"""The workbook of rejects, written and read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell import WriteOnlyCell

from app.sheets.batches import OVERLONG
from app.sheets.cells import Cell, Imprecise, Padded, Unusable
from app.sheets.process import Limits, Reader
from app.sheets.read.numbers import to_15_digits
from app.sheets.read.xlsx.serials import DateShape, Shape, duration
from app.sheets.rejects import RejectedCell
from app.sheets.rejects_book import RejectsSheet, write_rejects_book
from app.sheets.source_contents import source_content
from tests.workbooks import read_cells, write_xlsx

LIMITS = Limits(memory_mb=1024, seconds=60)


def rejected(row: int, position: int, column: str = "n", cause: str = "is bad", value: str = "") -> RejectedCell:
    """Return a reject of the file that a test reads."""
    return RejectedCell("source", "Sheet1", row, position, column, cause, value)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Give the path of the file of rejects."""
    return tmp_path / "rejects.xlsx"


def write(source: Path, target: Path, cells: Sequence[RejectedCell], **options: Any) -> int:
    """Write the rejects of a file's first sheet."""
    header_row = options.pop("header_row", None)
    with Reader(source, LIMITS) as reader:
        head = reader.head(None, header_row)
        return write_rejects_book(target, [RejectsSheet(reader, head, head.sheet, cells, **options)])


def text(value: str) -> str:
    """Return a cell's XML."""
    return f"<c t='str'><v>{value}</v></c>"


def row(*values: str) -> str:
    """Return a row of texts."""
    return f"<row>{''.join(map(text, values))}</row>"


def test_the_rows_stand_as_in_the_source_with_number_and_error(tmp_path: Path, target: Path) -> None:
    dated = (
        "<row r='4'><c r='A4' t='str'><v>d</v></c><c r='B4' s='1'><v>45453</v></c><c r='C4' t='e'><v>#N/A</v></c></row>"
    )
    source = write_xlsx(tmp_path / "june.xlsx", row("name", "made", "n") + row("a", "b", "c") + dated, formats=[14])
    cells = [rejected(4, 2, cause="shows #N/A"), rejected(4, 1, "made", "has no time"), rejected(2, 2)]
    assert write(source, target, cells) == 2
    assert read_cells(target) == {
        **dict(zip(["A1", "B1", "C1", "D1", "E1"], ["name", "made", "n", "_row", "_error"], strict=True)),
        **dict(zip(["A2", "B2", "C2", "D2", "E2"], ["a", "b", "c", 2, "n: is bad"], strict=True)),
        **{"A3": "d", "B3": date(2024, 6, 10), "C3": Unusable("shows #N/A"), "D3": 4},
        "E3": "n: shows #N/A; made: has no time",
    }


def test_bad_cells_are_marked_and_say_why_blank_ones_too(tmp_path: Path, target: Path) -> None:
    source = write_xlsx(tmp_path / "june.xlsx", row("name", "n") + row("good") + row("a", "b"))
    write(source, target, [rejected(2, 1, cause="is required"), rejected(3, 1, cause="is odd", value='"b"')])
    sheet = openpyxl.load_workbook(target)["Sheet1"]
    assert [(sheet[cell].fill.fill_type, sheet[cell].comment) for cell in ("A2", "A3")] == [(None, None)] * 2
    assert [sheet[cell].comment.text for cell in ("B2", "B3")] == ["n is required", 'n is odd "b"']
    assert {sheet[cell].fill.start_color.rgb for cell in ("B2", "B3")} == {"FFFFC7CE"}


def test_headers_stand_in_the_row_in_which_they_stood(tmp_path: Path, target: Path) -> None:
    source = write_xlsx(tmp_path / "june.xlsx", row("A title") + "<row/>" + row("name", "n") + row("a", "b"))
    write(source, target, [rejected(4, 1)], header_row=3)
    assert {key: value for key, value in read_cells(target).items() if key[0] in "AC"} == {
        "A3": "name",
        "C3": "_row",
        "A4": "a",
        "C4": 4,
    }


def test_columns_without_a_header_are_left_out(tmp_path: Path, target: Path) -> None:
    source = write_xlsx(
        tmp_path / "june.xlsx", "<row>" + text("name") + "<c/>" + text("n") + "</row>" + row("a", "b", "c")
    )
    write(source, target, [rejected(2, 2)])
    assert read_cells(target)["B2"] == "c"


def test_a_file_of_rejects_of_a_file_of_rejects_has_its_columns_once(tmp_path: Path, target: Path) -> None:
    source = write_xlsx(tmp_path / "r.xlsx", row("name", "_row", "_error", "n") + row("good") + row("a", "7", "x", "b"))
    write(source, target, [rejected(3, 3)])
    assert list(read_cells(target).values()) == ["name", "n", "_row", "_error", "a", "b", 3, "n: is bad"]


def test_columns_of_the_table_that_are_called_like_that_are_its_own(tmp_path: Path, target: Path) -> None:
    source = write_xlsx(tmp_path / "r.xlsx", row("name", "_row") + row("a", "7"))
    write(source, target, [rejected(2, 0)], own=frozenset({"name", "_row"}))
    assert list(read_cells(target).values()) == ["name", "_row", "_error", "a", "7", "n: is bad"]


def test_fields_behind_the_headers_of_a_text_file_are_not_lost(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "june.csv"
    source.write_text("name,n\na,b,c,,e\nf,g\nh,i,j\n")
    write(source, target, [rejected(2, 1, cause=OVERLONG), rejected(4, 1, cause=OVERLONG)])
    cells = list(read_cells(target, "june").values())
    assert cells[:7] == ["name", "n", "(field 3)", "(field 4)", "(field 5)", "_row", "_error"]
    assert cells[7:12] == ["a", "b", "c", "e", 2]
    assert cells[13:17] == ["h", "i", "j", 4]


def test_what_no_cell_holds_is_an_error_cell_that_says_so(tmp_path: Path, target: Path) -> None:
    source = tmp_path / "june.csv"
    source.write_text(f"name,n,\ufffe\n{'x' * 32_768},b\ufffe,\n")
    write(source, target, [rejected(2, 1, cause="is not \ufffe"), rejected(2, 0, "name", "is too long")])
    assert read_cells(target, "june")["A2"] == Unusable("shows #N/A")
    comment = openpyxl.load_workbook(target)["june"]["A2"].comment.text
    assert comment == "name is too long\nhas 32,768 characters; a cell holds 32,767; take it from the source"


def test_a_formula_without_a_value_is_an_error_cell_so_that_no_import_takes_it_for_blank(
    tmp_path: Path, target: Path
) -> None:
    source = write_xlsx(tmp_path / "june.xlsx", row("name", "n") + "<row><c><f>1+1</f></c>" + text("b") + "</row>")
    write(source, target, [rejected(2, 1)])
    assert read_cells(target)["A2"] == Unusable("shows #N/A")
    assert "never calculated" in openpyxl.load_workbook(target)["Sheet1"]["A2"].comment.text


def test_no_temporary_file_is_left_where_the_source_cannot_be_read_again(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    source = write_xlsx(tmp_path / "june.xlsx", row("name", "n") + row("a", "b"))
    with Reader(source, LIMITS) as reader:
        head = reader.head(None, None)

        def sheets() -> Iterator[RejectsSheet]:
            yield RejectsSheet(reader, head, "June", [rejected(2, 1)])
            raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            write_rejects_book(target, sheets())
    assert list(folder.iterdir()) == []
    assert not target.exists()


def as_read(value: float) -> Cell:
    """Return a number as a reader gives it."""
    return to_15_digits(value, repr(value))


def serials(first: float, last: float, shape: Shape) -> st.SearchStrategy[Cell]:
    """Give what a reader makes of numbers, each to its last digit, shown by one format."""
    return st.floats(first, last).map(lambda serial: shape(serial, repr(serial)))


SOURCE_CELLS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(-1.7e308, 1.7e308).map(as_read),
    st.integers(10**15, 10**300).map(float).map(as_read),
    st.booleans(),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1),
    st.text("=+-@_x00041D \n\r\t", min_size=1),
    serials(61, 2_958_465, DateShape(is_1904=False, has_date=True, has_time=True)),
    serials(0, 59, DateShape(is_1904=False, has_date=False, has_time=True)),
    serials(1, 50_000, DateShape(is_1904=True, has_date=True, has_time=False)),
    serials(-10_000, 10_000, duration),
    st.integers(61, 2_958_465).map(lambda serial: DateShape(False, True, False)(serial, str(serial))),
    st.integers(0, 999_999).map(lambda number: Padded(number, f"{number:08}")),
    st.sampled_from(["shows #N/A", "shows #DIV/0!", "shows #REF!"]).map(Unusable),
)


@settings(max_examples=40, deadline=None)
@given(cells=st.lists(SOURCE_CELLS, min_size=1, max_size=30))
def test_every_cell_is_read_again_as_it_was(cells: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("cells") / "cells.xlsx"
    book = openpyxl.Workbook(write_only=True)
    sheet: Any = book.create_sheet("Sheet1")
    for cell in cells:
        content, remark = source_content(cell)
        assert content is not None
        assert not remark
        written: Any = WriteOnlyCell(sheet)
        written.value, written.data_type = content.value, content.kind
        written.number_format = content.format
        sheet.append([written])
    book.save(path)
    found = read_cells(path)
    back = [found[f"A{number}"] for number in range(1, len(cells) + 1)]
    for before, after in zip(cells, back, strict=True):
        assert (type(after), after) == (type(before), before)
        assert getattr(after, "shown", "") == getattr(before, "shown", "")


def test_a_number_that_has_lost_digits_is_still_known_for_one(tmp_path: Path, target: Path) -> None:
    source = write_xlsx(tmp_path / "june.xlsx", row("n") + "<row><c><v>1234567890123456789</v></c></row>")
    write(source, target, [rejected(2, 0)])
    found = read_cells(target)["A2"]
    assert isinstance(found, Imprecise)
    assert found == 1.23456789012346e18


def test_days_before_the_one_that_never_was_keep_their_place(tmp_path: Path, target: Path) -> None:
    cells = "".join(f"<row><c s='1'><v>{serial}</v></c><c s='2'><v>{serial}.5</v></c></row>" for serial in (1, 59, 61))
    source = write_xlsx(tmp_path / "june.xlsx", row("d", "t") + cells, formats=[14, 22])
    write(source, target, [rejected(number, 0) for number in (2, 3, 4)])
    found = read_cells(target)
    assert [found[f"A{number}"] for number in (2, 3, 4)] == [date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1)]
    assert found["B3"] == datetime.combine(date(1900, 2, 28), time(12))
