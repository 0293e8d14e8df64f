"""Which reader reads a file, decided by its content; which sheet is meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sheets.cells import Row
from app.sheets.problems import DamagedFile, EncryptedFile, NoSuchSheet, NotASpreadsheet, RefusedFile
from app.sheets.read.findings import Findings
from app.sheets.read.opening import open_workbook
from app.sheets.read.workbook import SheetName, choose_sheet
from tests.workbooks import parts_of, relationships, write_xlsx, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Book:
    """A workbook with these sheets, and nothing in them."""

    kind = "xlsx"
    blind_spots = ""

    def __init__(self, *sheets: SheetName) -> None:
        self.sheets = list(sheets)

    def rows(self, sheet: str) -> Iterator[list[Row]]:
        """Yield no rows."""
        return iter([[]] * len([name for name in self.sheets if name.name == sheet]))

    def findings(self) -> Findings:
        """Return nothing."""
        return Findings()

    def close(self) -> None:
        """Do nothing."""


BOOK = Book(SheetName("Notes", False), SheetName("Orders", True), SheetName("3", True), SheetName("订单", True))


@pytest.mark.parametrize(
    ("wanted", "sheet"),
    [
        (None, "Orders"),
        ("订单", "订单"),
        ("Notes", "Notes"),
        ("1", "Notes"),
        ("2", "Orders"),
        ("3", "3"),
        ("4", "订单"),
    ],
)
def test_a_sheet_is_chosen_by_name_then_by_number_else_the_first_visible_one(wanted: str | None, sheet: str) -> None:
    assert choose_sheet(BOOK, wanted) == sheet


@pytest.mark.parametrize("wanted", ["0", "5", "-1", "orders ", "", "²", "٢", "1_0", "9" * 5000])
def test_a_sheet_that_is_not_there_is_told_with_those_that_are(wanted: str) -> None:
    with pytest.raises(NoSuchSheet) as error:
        choose_sheet(BOOK, wanted)
    assert error.value.hint == "The workbook has: Notes, Orders, 3, 订单."


def test_names_of_sheets_are_told_as_a_terminal_may_show_them() -> None:
    with pytest.raises(NoSuchSheet) as error:
        choose_sheet(Book(SheetName("a\x9b1m\nError: b", True)), "c\x1b")
    assert str(error.value) == 'There is no sheet "c�". The workbook has: a�1m⏎Error: b.'


def test_of_hidden_sheets_alone_the_first_is_read() -> None:
    assert choose_sheet(Book(SheetName("A", False), SheetName("B", False)), None) == "A"


def test_a_workbook_without_sheets_is_told() -> None:
    with pytest.raises(NoSuchSheet, match="no worksheet"):
        choose_sheet(Book(), None)


@pytest.mark.parametrize("name", ["book.xls", "book.csv", "book"])
def test_the_name_of_a_file_does_not_matter(tmp_path: Path, name: str) -> None:
    book = open_workbook(write_xlsx(tmp_path / name, "<row><c><v>1</v></c></row>"))
    assert book.kind == "xlsx"
    book.close()


@pytest.mark.parametrize("data", [b"<html><table></table></html>", b"%PDF-1.7", b"\x00" * 600, b"{}"])
def test_what_is_no_spreadsheet_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    with pytest.raises(NotASpreadsheet, match="This is not a spreadsheet"):
        open_workbook(path)


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.touch()
    with pytest.raises(NotASpreadsheet, match="empty"):
        open_workbook(path)


def test_a_zip_of_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(zipped({"readme.txt": "hello"}))
    with pytest.raises(NotASpreadsheet, match="holds no workbook"):
        open_workbook(path)


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 100, b"PK\x05\x06" + b"\0" * 17])
def test_a_zip_that_breaks_off_is_damaged(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    with pytest.raises(DamagedFile):
        open_workbook(path)


def test_an_encrypted_package_that_is_not_whole_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(OLE + b"\0" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100)
    with pytest.raises(DamagedFile, match="cannot be read"):
        open_workbook(path)


@pytest.mark.parametrize("data", [OLE + b"\0" * 2000, OLE, b"\x09\x08" + b"\xff" * 100, b"\x09\x00\x04\x00"])
def test_a_damaged_xls_file_is_told_as_such(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "book.xls"
    path.write_bytes(data)
    with pytest.raises(DamagedFile, match="cannot be read"):
        open_workbook(path)


def test_a_damaged_xlsb_file_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsb"
    links = relationships(("rId1", "officeDocument", "xl/workbook.bin"))
    path.write_bytes(zipped({**parts_of(""), "_rels/.rels": links, "xl/workbook.bin": b"\xff" * 50}))
    with pytest.raises(DamagedFile, match="cannot be read"):
        open_workbook(path)


def test_an_encrypted_ods_file_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    manifest = '<m:manifest xmlns:m="urn:m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    path.write_bytes(zipped({"mimetype": "x", "META-INF/manifest.xml": manifest, "content.xml": b"\xff"}))
    with pytest.raises(EncryptedFile, match="encrypted"):
        open_workbook(path)


def test_a_document_type_in_an_ods_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.ods"
    path.write_bytes(zipped({"mimetype": "x", "content.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}))
    with pytest.raises(RefusedFile, match="document type"):
        open_workbook(path)


def test_a_file_that_is_not_there_is_the_callers_matter(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_workbook(tmp_path / "none.xlsx")
