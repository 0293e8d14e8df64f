"""CSV and TSV files give the texts that were written, with the numbers of their records."""

from __future__ import annotations

import csv
import io
import resource
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sheets.cells import column_letters
from app.sheets.problems import DamagedFile, RefusedFile
from app.sheets.read.delimited import file as delimited
from app.sheets.read.limits import DEFAULT_LIMITS, ReadLimits
from app.sheets.read.opening import open_workbook
from app.sheets.read.options import ReadOptions
from tests.workbooks import read_cells


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the path of a file to write."""
    return tmp_path / "orders.csv"


def cells(file: Path, data: bytes | str) -> dict[str, object]:
    """Write a file and return its cells."""
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_cells(file)


def test_every_cell_is_text_as_it_stands(file: Path) -> None:
    assert cells(file, 'id,name\n007, x \n1e5,"a ""b"""\n=1+1,TRUE\n2024-01-01,\n') == {
        **{"A1": "id", "B1": "name", "A2": "007", "B2": " x ", "A3": "1e5", "B3": 'a "b"'},
        **{"A4": "=1+1", "B4": "TRUE", "A5": "2024-01-01"},
    }


def test_rows_are_records_and_not_lines(file: Path) -> None:
    data = 'a,b\r\n"one\r\ntwo",1\r\n\r\n,\r\nx,2\r\n'
    assert cells(file, data) == {"A1": "a", "B1": "b", "A2": "one\r\ntwo", "B2": "1", "A5": "x", "B5": "2"}


def test_line_that_names_the_delimiter_is_no_row(file: Path) -> None:
    assert cells(file, "\ufeffsep=;\r\na,x;b\r\n1;2\r\n") == {"A1": "a,x", "B1": "b", "A2": "1", "B2": "2"}


def test_records_may_be_of_different_lengths(file: Path) -> None:
    assert cells(file, "a,b,c\n1\n2,3,4\n5,6,7,8\n") == {
        **{"A1": "a", "B1": "b", "C1": "c", "A2": "1", "A3": "2", "B3": "3", "C3": "4"},
        **{"A4": "5", "B4": "6", "C4": "7", "D4": "8"},
    }


def test_quote_within_a_field_is_a_character(file: Path) -> None:
    assert cells(file, 'a,b\n5" pipe,it"s\n')["A2"] == '5" pipe'


def test_sheet_is_called_as_the_file_is_without_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "销售 2024.06.csv"
    path.write_text("a,b\n")
    assert [sheet.name for sheet in open_workbook(path).sheets] == ["销售 2024.06"]
    assert [sheet.name for sheet in open_workbook(path, ReadOptions(name="june.txt")).sheets] == ["june"]


def test_encoding_and_delimiter_that_are_named_hold(file: Path) -> None:
    file.write_bytes("é,à;b\n1,2;3\n".encode("cp1252"))
    book = open_workbook(file, ReadOptions(encoding="cp1252", delimiter=";"))
    assert (book.encoding, book.delimiter, book.blind_spots) == ("cp1252", ";", "")
    assert [chunk.columns for chunk in book.rows("orders")] == [{0: ["é,à", "1,2"], 1: ["b", "3"]}]


def test_gb18030_that_was_guessed_is_warned_of(file: Path) -> None:
    file.write_bytes("编码,名称\n".encode("gbk"))
    assert "GB18030" in open_workbook(file).blind_spots
    assert open_workbook(file, ReadOptions(encoding="gbk")).blind_spots == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a,b\n"x\ny",1\n2,"z\n3,4\n', r"The record from line 4 has a quote that is never closed\."),
        ('a,b\n"', "The record from line 2 has a quote"),
        ('a,b\n"x\ny"z,1\n', "Line 3 has text behind a quote"),
        ('sep=,\na,b\n"x" ,1\n', "Line 3 has text behind a quote"),
    ],
)
def test_quotes_that_do_not_match_are_named_by_their_line(file: Path, text: str, message: str) -> None:
    with pytest.raises(DamagedFile, match=message):
        cells(file, text)


def test_field_beyond_all_measure_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(str(cells(file, f"a,b\n{'x' * 500_000},1\n")["A2"])) == 500_000
    monkeypatch.setattr(delimited, "LONGEST_FIELD", 1000)
    before = csv.field_size_limit()
    with pytest.raises(DamagedFile, match="The record from line 2 has a field of more than 1,000 characters"):
        cells(file, f'a,b\n"{"x" * 1001}",1\n')
    csv.field_size_limit(before)


def test_record_wider_than_the_limit_is_refused_by_its_setting(file: Path) -> None:
    assert cells(file, f"{'x,' * 16_383}x\n")["XFD1"] == "x"
    with pytest.raises(RefusedFile, match="more columns than Excel allows"):
        cells(file, f"{'x,' * 16_384}x\n")
    file.write_text("a,b,c\n")
    with pytest.raises(RefusedFile, match="column C, number 3; the most is 2"):
        list(open_workbook(file, limits=ReadLimits(columns=2)).rows("orders"))


def test_record_after_a_million_keeps_its_number(file: Path) -> None:
    with file.open("w") as out:
        out.write("a,b\n" + "1,2\n" * 1_048_600)
    numbers = [chunk.numbers[-1] for chunk in open_workbook(file).rows("orders")]
    assert numbers[-1] == 1_048_601


def test_narrow_and_wide_records_take_flat_memory(file: Path) -> None:
    with file.open("w") as out:
        for _ in range(40):
            out.write("1,2\n" * 3000 + "," * 16_000 + "x\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = sum(len(chunk.numbers) for chunk in open_workbook(file).rows("orders"))
    assert rows == 40 * 3001
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


FIELDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs", "Co", "Cn"]), max_size=8)
RECORDS = st.lists(st.lists(FIELDS, min_size=2, max_size=4), min_size=1, max_size=8)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030")


@given(RECORDS, st.sampled_from(ENCODINGS), st.sampled_from(",;\t|"), st.sampled_from(["\r\n", "\n"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(file: Path, records: list[list[str]], encoding: str, delimiter: str, end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(records)
    file.write_bytes(text.getvalue().encode(encoding))
    book = open_workbook(file, ReadOptions(encoding=encoding, delimiter=delimiter), DEFAULT_LIMITS)
    read = {
        f"{column_letters(column)}{number}": cell
        for chunk in book.rows("orders")
        for number, row in chunk.rows()
        for column, cell in row.items()
    }
    assert read == {
        f"{column_letters(column)}{number}": field
        for number, record in enumerate(records, 1)
        for column, field in enumerate(record)
        if field
    }


@given(
    st.lists(st.tuples(st.integers(0, 99), st.sampled_from(["苹果", "一、上海", 'a"b', "x\ny", "é"])), min_size=1),
    st.sampled_from(ENCODINGS),
    st.sampled_from(",;\t|"),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_program_writes_is_found(
    file: Path, records: list[tuple[int, str]], encoding: str, delimiter: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([("编号", "名称"), *records])
    file.write_bytes(text.getvalue().encode(encoding))
    found = read_cells(file)
    assert [found[f"A{row}"] for row in range(2, len(records) + 2)] == [str(number) for number, _ in records]
    assert [found[f"B{row}"] for row in range(2, len(records) + 2)] == [name for _, name in records]
