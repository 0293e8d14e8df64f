"""Our cells are those of openpyxl and of calamine, but for the faults that are known of them."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from app.sheets.cells import Unusable
from app.sheets.read.opening import open_workbook
from app.sheets.read.xlsx.values import UNCALCULATED
from tests.app.sheets.read.generated import WRITERS, Book, books
from tests.app.sheets.read.known_differences import (
    ERRORS_AS_BLANKS,
    KNOWN,
    LEAVES_ESCAPES,
    TRIMS,
    UNCALCULATED_AS_BLANKS,
    Known,
    sorted_out,
)
from tests.app.sheets.read.oracles import (
    ORACLES,
    by_us,
    by_us_without_the_fast_path,
    common,
    differences,
    oracles_of,
    sheet_names,
)
from tests.conftest import SHARED_DATA
from tests.workbooks import read_cells, write_xlsx

ODD = SHARED_DATA / "odd"
RETAIL = SHARED_DATA / "online_retail.xlsx"
FILES = sorted(str(path.relative_to(ODD)) for path in ODD.rglob("*.*")) if ODD.exists() else []
PAIRS = [(file, oracle) for file in FILES for oracle in oracles_of(ODD / file)]

# One cell of everything that an oracle gets wrong, and the faults that it has for it, by the program that writes it.
SPOILED = Book(
    {
        "Sheet1": {
            (0, 0): Unusable("shows #N/A"),
            (1, 0): UNCALCULATED,
            (2, 0): "_x0041_\r",
            (3, 0): " \n",
            (4, 0): datetime(2024, 6, 10, 8, 34),
            (5, 0): time(23, 59, 59, 999_000),
            (6, 0): timedelta(hours=26),
            (7, 0): date(9999, 12, 31),
        }
    }
)
_CALAMINE = [Known(ERRORS_AS_BLANKS, "Sheet1", "A1"), Known(UNCALCULATED_AS_BLANKS, "Sheet1", "A2")]
_OPENPYXL = [Known(LEAVES_ESCAPES, "Sheet1", "A3")]
SPOILS = {
    "openpyxl": {"calamine": [*_CALAMINE, Known(TRIMS, "Sheet1", "A4")], "openpyxl": _OPENPYXL},
    "openpyxl in ISO": {"calamine": [*_CALAMINE, Known(TRIMS, "Sheet1", "A4")], "openpyxl": _OPENPYXL},
    "XlsxWriter": {"calamine": _CALAMINE, "openpyxl": _OPENPYXL},
    "XlsxWriter in line": {"calamine": _CALAMINE, "openpyxl": _OPENPYXL},
}

needs_odd_files = pytest.mark.skipif(not FILES, reason=f"the odd workbooks are not at {SHARED_DATA}")


@needs_odd_files
@pytest.mark.parametrize(("file", "oracle"), PAIRS)
def test_cells_of_an_odd_workbook_are_the_oracles_but_for_its_known_faults(file: str, oracle: str) -> None:
    ours, theirs = by_us(ODD / file), ORACLES[oracle](ODD / file)
    known = KNOWN.get(file, {}).get(oracle, [])
    explained, unexplained = sorted_out(differences(ours, theirs), [entry.fault for entry in known])
    assert unexplained == {}
    assert sorted(explained, key=str) == sorted(known, key=str), "what is listed is not what differs"
    in_both = set(sheet_names(ours)) & set(sheet_names(theirs))
    assert [name for name in sheet_names(ours) if name in in_both] == [
        name for name in sheet_names(theirs) if name in in_both
    ]


@needs_odd_files
@pytest.mark.parametrize("file", [file for file in FILES if "openpyxl" in oracles_of(ODD / file)])
def test_the_fast_path_gives_the_cells_that_expat_gives(file: str) -> None:
    assert by_us(ODD / file) == by_us_without_the_fast_path(ODD / file)


@needs_odd_files
@pytest.mark.parametrize(
    ("file", "address", "text", "told"),
    [  # read by xlrd, and from the XML
        ("calamine/biff5-rich-text-string.xls", "H3", "ri ■ s g •rM S ’", "texts in several fonts may come out wrong"),
        ("openspout/sheet_with_whitespaces_as_xml.ods", "A1", "Lorem  ipsum\tdolor sit amet", "tabulators in texts"),
    ],
)
def test_a_text_that_calamine_gets_wrong_is_told_of(file: str, address: str, text: str, told: str) -> None:
    assert by_us(ODD / file)["Sheet1", address] != common(text)
    assert told in open_workbook(ODD / file).blind_spots


@needs_odd_files
def test_a_text_with_zeros_in_it_is_unusable() -> None:
    cell = read_cells(ODD / "calamine/sheet_name_parsing.xls", "Sheet1")["A1"]
    assert isinstance(cell, Unusable)
    assert "save it as xlsx" in cell.reason


@needs_odd_files
def test_every_file_with_a_known_difference_is_there() -> None:
    assert {(file, oracle) for file, oracles in KNOWN.items() for oracle in oracles} <= set(PAIRS)


def check(book: Book, writer: str) -> None:
    """Write a workbook, and read it in every way."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        WRITERS[writer](book, path)
        ours = by_us(path)
        assert differences(ours, book.cells()) == {}
        assert by_us_without_the_fast_path(path) == ours
        for oracle, known in SPOILS[writer].items():
            theirs = ORACLES[oracle](path)
            assert sorted_out(differences(ours, theirs), [entry.fault for entry in known])[1] == {}, oracle
            assert sheet_names(theirs) == sheet_names(ours) == list(book.sheets)


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(book=books())
def test_a_generated_workbook_is_read_as_it_was_written_and_as_others_read_it(writer: str, book: Book) -> None:
    check(book, writer)


@pytest.mark.long
@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(book=books())
def test_many_generated_workbooks_are_read_as_they_were_written(writer: str, book: Book) -> None:
    check(book, writer)


@pytest.mark.parametrize("writer", WRITERS)
def test_the_oracles_still_have_the_faults_that_generated_workbooks_are_excused_by(writer: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    WRITERS[writer](SPOILED, path)
    ours = by_us(path)
    assert differences(ours, SPOILED.cells()) == {}
    for oracle, known in SPOILS[writer].items():
        found = differences(ours, ORACLES[oracle](path))
        assert sorted_out(found, [entry.fault for entry in known]) == (known, {})


@pytest.mark.parametrize("text", ["<v>3</v>", "<v>9</v>", "<v/>", ""])
@pytest.mark.parametrize("kind", ["s", "str", "n", "e", "b"])
def test_a_result_of_a_formula_is_the_same_on_both_paths(kind: str, text: str, tmp_path: Path) -> None:
    row = '<row r="{0}"><c r="A{0}" t="{1}"><f>B1</f>{2}</c></row>'
    rows = "".join(row.format(number, kind, text) for number in (1, 2))
    path = write_xlsx(tmp_path / "book.xlsx", rows, ["<t>zero</t>", "<t>1</t>", "<t>2</t>", "<t></t>"])
    assert by_us(path) == by_us_without_the_fast_path(path)


def test_a_formula_with_attributes_that_are_none_is_damage_on_both_paths(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "book.xlsx", '<row r="1"><c r="A1"><f t="shared"& si="0"/><v>3</v></c></row>')
    assert by_us(path) == by_us_without_the_fast_path(path)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.skipif(not RETAIL.exists(), reason=f"the real workbooks are not at {SHARED_DATA}")
def test_every_cell_of_online_retail_is_that_of_openpyxl() -> None:
    ours = open_workbook(RETAIL)
    theirs = openpyxl.load_workbook(RETAIL, read_only=True)
    theirs["Online Retail"].reset_dimensions()
    rows = (row for chunk in ours.rows("Online Retail") for row in chunk.rows())
    count = 0
    for row, found in zip_longest(rows, theirs["Online Retail"].iter_rows(values_only=True)):
        count += 1
        number, cells = row
        assert number == count
        assert {column: common(cell) for column, cell in cells.items()} == {
            column: common(cell) for column, cell in enumerate(found) if cell is not None
        }
    assert count == 541_910
    ours.close()
    theirs.close()
