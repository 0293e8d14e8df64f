"""xlsb, xls and ods files: the same cells as in an xlsx, where their reader tells them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from app.sheets.cells import Cell
from app.sheets.problems import DamagedFile, EncryptedFile
from app.sheets.read.opening import open_workbook
from app.sheets.read.workbook import SheetName
from tests.conftest import SHARED_DATA
from tests.workbooks import read_cells, zipped

ODD = SHARED_DATA / "odd" / "calamine"
beside = pytest.mark.skipif(not ODD.is_dir(), reason="the odd workbooks of other projects are not beside this one")

MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def write_ods(path: Path, rows: str, name: str = "Sheet1") -> Path:
    """Write an ods file with one sheet of these rows."""
    content = (
        f'<office:document-content xmlns:office="{OFFICE}" xmlns:table="{TABLE}" xmlns:text="{TEXT}">'
        f'<office:body><office:spreadsheet><table:table table:name="{name}">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    path.write_bytes(zipped({"mimetype": kind, "META-INF/manifest.xml": MANIFEST, "content.xml": content}))
    return path


def cell(kind: str, value: str = "", text: str = "") -> str:
    """Return a cell of an ods file."""
    name = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    attribute = f' office:{name}="{value}"' if value else ""
    return f'<table:table-cell office:value-type="{kind}"{attribute}><text:p>{text}</text:p></table:table-cell>'


def row(*cells: str) -> str:
    """Return a row of an ods file."""
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        (cell("float", "5"), 5),
        (cell("float", "71053.0"), 71053),
        (cell("float", "0.30000000000000004"), 0.3),
        (cell("percentage", "0.25"), 0.25),
        (cell("currency", "1.5"), 1.5),
        (cell("boolean", "true"), True),
        (cell("string", text=" a&lt;é "), " a<é "),
        (cell("date", "2024-06-10"), date(2024, 6, 10)),
        (cell("date", "2024-06-10T12:30:00"), datetime(2024, 6, 10, 12, 30)),
        (cell("time", "PT12H30M15S"), time(12, 30, 15)),
    ],
)
def test_a_cell_of_an_ods_file_is_its_value(tmp_path: Path, xml: str, value: Cell) -> None:
    cells = read_cells(write_ods(tmp_path / "book.ods", row(xml)))
    assert cells == {"A1": value}
    assert type(cells["A1"]) is type(value)


def test_cells_have_their_addresses_behind_blank_rows_and_columns(tmp_path: Path) -> None:
    blank = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    gap = '<table:table-cell table:number-columns-repeated="2"/>'
    rows = blank + row(gap, cell("float", "1")) + blank + row(gap, cell("float", "2"), gap, cell("string", text="x"))
    assert read_cells(write_ods(tmp_path / "book.ods", rows)) == {"C4": 1, "C8": 2, "F8": "x"}


def test_an_empty_sheet_has_no_cells(tmp_path: Path) -> None:
    assert read_cells(write_ods(tmp_path / "book.ods", "")) == {}


def test_what_cannot_be_told_of_such_a_file_is_said(tmp_path: Path) -> None:
    book = open_workbook(write_ods(tmp_path / "book.ods", row(cell("float", "1"))))
    assert "In ods files error cells" in book.blind_spots
    assert book.findings().hidden_rows == set()
    book.close()


@pytest.mark.parametrize("content", ["", "<a/>", "<office:x/>", "no xml"])
def test_a_damaged_ods_file_is_told_as_such(tmp_path: Path, content: str) -> None:
    path = tmp_path / "book.ods"
    path.write_bytes(zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}))
    try:
        assert read_cells(path) == {}
    except DamagedFile as error:
        assert "content.xml" in str(error) or "cannot be read" in str(error)  # noqa: PT017 - both are right


@beside
@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_dates_of_the_1904_system_are_those_of_the_xlsx(kind: str) -> None:
    wanted = read_cells(ODD / "date_1904.xlsx")
    assert read_cells(ODD / f"date_1904.{kind}") == wanted
    assert wanted["A3"] == timedelta(hours=255, minutes=10, seconds=10)


@beside
@pytest.mark.parametrize("name", ["issues", "date", "issue127"])
@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_the_same_workbook_has_the_same_cells_in_every_kind(name: str, kind: str) -> None:
    if not (ODD / f"{name}.{kind}").exists() or not (ODD / f"{name}.xlsx").exists():
        pytest.skip(f"{name} is not there as {kind}")
    assert read_cells(ODD / f"{name}.{kind}") == read_cells(ODD / f"{name}.xlsx")


@beside
@pytest.mark.parametrize("kind", ["xls", "xlsb", "ods", "xlsx"])
def test_hidden_sheets_are_told_in_every_kind(kind: str) -> None:
    book = open_workbook(ODD / f"any_sheets.{kind}")
    assert SheetName("Visible", True) in book.sheets
    assert SheetName("Hidden", False) in book.sheets
    book.close()


@beside
@pytest.mark.parametrize("kind", ["xlsb", "xlsx", "ods"])
def test_encrypted_files_are_told_as_such(kind: str) -> None:
    with pytest.raises(EncryptedFile, match="encrypted"):
        open_workbook(ODD / f"pass_protected.{kind}")
