"""An xlsx file as a whole: its parts by their relationships, its sheets by their names."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from app.sheets.cells import Cell, Chunk, Unusable
from app.sheets.problems import DamagedFile, EncryptedFile, NotASpreadsheet, RefusedFile
from app.sheets.read.archive import Archive
from app.sheets.read.opening import open_workbook
from app.sheets.read.workbook import SheetName
from app.sheets.read.xlsx.book import XlsxWorkbook
from tests.conftest import SHARED_DATA
from tests.workbooks import (
    MAIN,
    RELATIONSHIPS,
    STRICT_MAIN,
    parts_of,
    read_cells,
    relationships,
    shared_strings,
    workbook,
    worksheet,
    write_xlsx,
    zipped,
)

ONE = "<row><c><v>1</v></c></row>"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


def sheets_of(path: Path) -> list[SheetName]:
    """Return the names of a file's sheets."""
    book = open_workbook(path)
    book.close()
    return book.sheets


# Parts


def test_strings_styles_and_sheets_are_found_by_their_relationships(file: Path) -> None:
    write_xlsx(file, '<row><c t="s"><v>0</v></c><c s="1"><v>45453</v></c></row>', ["<t>text</t>"], [14])
    assert read_cells(file) == {"A1": "text", "B1": date(2024, 6, 10)}


def test_parts_may_be_named_and_placed_in_any_way(file: Path) -> None:
    parts = {
        "_rels/.RELS": relationships(("x", "officeDocument", "/Book/Main.XML")),
        "book/MAIN.xml": workbook(["One"]).replace("rId1", "sheet"),
        "book/_rels/main.xml.RELS": relationships(
            ("sheet", "worksheet", "/DATA/First.xml"), ("t", "sharedStrings", "../Texts.xml")
        ),
        "data/first.XML": worksheet('<row><c t="s"><v>0</v></c></row>'),
        "TEXTS.XML": shared_strings("<t>found</t>"),
        "[Content_Types].xml": "<Types/>",
    }
    file.write_bytes(zipped(parts))
    assert read_cells(file) == {"A1": "found"}


def test_targets_with_backslashes_are_followed(file: Path) -> None:
    links = relationships(("rId1", "worksheet", "worksheets\\sheet1.xml"))
    write_xlsx(file, ONE, **{"xl/_rels/workbook.xml.rels": links})
    assert read_cells(file) == {"A1": 1}


def test_strict_files_are_the_same(file: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    parts = {
        name: str(part).replace(MAIN, STRICT_MAIN).replace(RELATIONSHIPS, strict)
        for name, part in parts_of('<row><c t="s"><v>0</v></c></row>', ["<t>a</t>"]).items()
    }
    file.write_bytes(zipped(parts))
    assert read_cells(file) == {"A1": "a"}


def test_a_workbook_needs_neither_strings_nor_styles(file: Path) -> None:
    missing = {"xl/sharedStrings.xml": None, "xl/styles.xml": None}
    links = relationships(("rId1", "worksheet", "worksheets/sheet1.xml"))
    write_xlsx(file, '<row><c s="3"><v>1</v></c></row>', **missing, **{"xl/_rels/workbook.xml.rels": links})
    assert read_cells(file) == {"A1": 1}


def test_a_text_that_is_missing_in_the_file_is_unusable(file: Path) -> None:
    write_xlsx(file, '<row><c t="s"><v>0</v></c></row>', **{"xl/sharedStrings.xml": None})
    assert read_cells(file) == {"A1": Unusable("refers to a text that is missing in the file")}


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
)
def test_a_missing_part_that_holds_cells_is_damage(file: Path, part: str) -> None:
    write_xlsx(file, ONE, **{part: None})
    with pytest.raises(DamagedFile, match="missing"):
        read_cells(file)


@pytest.mark.parametrize(
    "target", ["../../../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1/x", "", "#", "../..", "\x7f"]
)
def test_a_sheet_outside_of_the_file_is_missing(file: Path, target: str) -> None:
    write_xlsx(file, ONE, **{"xl/_rels/workbook.xml.rels": relationships(("rId1", "worksheet", target))})
    with pytest.raises(DamagedFile, match='sheet "Sheet1" is missing'):
        read_cells(file)


@pytest.mark.parametrize("target", ["workbook.xml", "_rels/workbook.xml.rels", "styles.xml", "sharedStrings.xml"])
def test_a_sheet_that_is_another_part_has_no_cells(file: Path, target: str) -> None:
    write_xlsx(file, ONE, **{"xl/_rels/workbook.xml.rels": relationships(("rId1", "worksheet", target))})
    assert read_cells(file) == {}


@pytest.mark.parametrize("target", ["_rels/.rels", "xl/worksheets/sheet1.xml"])
def test_a_workbook_that_is_another_part_is_no_spreadsheet(file: Path, target: str) -> None:
    write_xlsx(file, ONE, **{"_rels/.rels": relationships(("rId1", "officeDocument", target))})
    with pytest.raises(NotASpreadsheet, match="holds no workbook"):
        read_cells(file)


def test_a_word_document_is_no_spreadsheet(file: Path) -> None:
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relationships(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": '<w:document xmlns:w="urn:w"/>',
    }
    file.write_bytes(zipped(parts))
    with pytest.raises(NotASpreadsheet, match="holds no workbook"):
        read_cells(file)


@pytest.mark.parametrize("part", ["_rels/.rels", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_document_type_is_refused_in_every_part(file: Path, part: str) -> None:
    xml = str(parts_of(ONE)[part])
    write_xlsx(file, ONE, **{part: f'<!DOCTYPE x [<!ENTITY a "b">]>{xml}'})
    with pytest.raises(RefusedFile, match="document type"):
        read_cells(file)


@pytest.mark.parametrize("part", ["_rels/.rels", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_part_that_is_no_xml_is_damage(file: Path, part: str) -> None:
    write_xlsx(file, ONE, **{part: "no xml"})
    with pytest.raises(DamagedFile, match="not well-formed"):
        read_cells(file)


def test_an_encrypted_part_is_told_as_such(file: Path) -> None:
    data = bytearray(zipped(parts_of(ONE)))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = -1
        while (start := data.find(signature, start + 1)) >= 0:
            data[start + place] |= 1
    file.write_bytes(data)
    with pytest.raises(EncryptedFile, match="encrypted"):
        read_cells(file)


# The workbook


def test_the_1904_system_is_read_from_the_workbook(file: Path) -> None:
    for flag in ("1", "true"):
        book = workbook(["Sheet1"], f'<workbookPr date1904="{flag}"/>')
        write_xlsx(file, '<row><c s="1"><v>0</v></c></row>', formats=[14], book=book)
        assert read_cells(file) == {"A1": date(1904, 1, 1)}


def test_the_1904_system_stays_when_an_extension_has_properties_of_the_same_name(file: Path) -> None:
    extension = (
        '<extLst><ext uri="{140A7094-0E35-4892-8432-C4D2E5EF3E09}">'
        '<x15:workbookPr xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"'
        ' chartTrackingRefBase="1"/></ext></extLst>'
    )
    book = workbook(["Sheet1"], '<workbookPr date1904="1"/>', extension)
    write_xlsx(file, '<row><c s="1"><v>0</v></c></row>', formats=[14], book=book)
    assert read_cells(file) == {"A1": date(1904, 1, 1)}


def test_sheets_come_in_their_order_with_their_visibility(file: Path) -> None:
    names = ["B", "A & <C>", "隐藏", "x" * 5000, " "]
    book = workbook(names, states={"B": "hidden", "隐藏": "veryHidden"})
    write_xlsx(file, dict.fromkeys(names, worksheet(ONE)), book=book)
    assert sheets_of(file) == [SheetName(name, name not in ("B", "隐藏")) for name in names]


def test_each_sheet_is_read_by_its_name(file: Path) -> None:
    write_xlsx(file, {name: worksheet(f"<row><c><v>{n}</v></c></row>") for n, name in enumerate("XYZ")})
    book = open_workbook(file)
    assert [next(book.rows(name)) for name in ("Z", "X", "Y")] == [Chunk([1], {0: [value]}) for value in (2, 0, 1)]
    book.close()


def test_two_sheets_of_one_name_are_damage(file: Path) -> None:
    book = workbook(["A", "A"])
    write_xlsx(file, {"A": worksheet(ONE), "B": worksheet(ONE)}, book=book)
    with pytest.raises(DamagedFile, match='Two sheets are called "A"'):
        read_cells(file)


@pytest.mark.parametrize("kind", ["chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"])
def test_sheets_of_charts_dialogs_and_macros_are_none(file: Path, kind: str) -> None:
    links = relationships(("rId1", kind, "worksheets/sheet1.xml"), ("rId2", "worksheet", "worksheets/sheet2.xml"))
    sheets = {"Chart": worksheet(""), "Data": worksheet(ONE)}
    write_xlsx(file, sheets, **{"xl/_rels/workbook.xml.rels": links})
    assert [sheet.name for sheet in sheets_of(file)] == ["Data"]
    assert read_cells(file) == {"A1": 1}


def test_a_workbook_without_sheets_has_none(file: Path) -> None:
    write_xlsx(file, {}, book=workbook([]))
    assert sheets_of(file) == []


def test_findings_are_those_of_the_sheet_that_is_read(file: Path) -> None:
    hidden = worksheet('<row r="1" hidden="1"><c><v>1</v></c></row>', '<dimension ref="A1:B9"/>')
    write_xlsx(file, {"A": hidden, "B": worksheet(ONE)})
    book = XlsxWorkbook(Archive(file))
    next(book.rows("A"))
    assert book.findings().hidden_rows == {1}
    assert book.findings().declared_end == "B9"
    next(book.rows("B"))
    assert book.findings().hidden_rows == set()
    book.close()


# What openpyxl writes

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=12)
CELLS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14),
    st.booleans(),
    # XML has no place for these characters, and openpyxl writes "=..." as a formula and "#N/A" as an error.
    TEXTS.filter(lambda text: not ILLEGAL_CHARACTERS_RE.search(text) and text[0] not in "=#" and "_x" not in text),
    st.dates(date(1900, 3, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(4600, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    st.timedeltas(timedelta(0), timedelta(days=9000)).map(
        lambda length: timedelta(seconds=length.total_seconds() // 1)
    ),
)


def as_read(value: Cell) -> Cell:
    """Return what the contract makes of a value."""
    if isinstance(value, float):
        short = float(f"{float(f'{value:.16g}'):.15g}")  # openpyxl writes 16 digits
        return int(short) if short.is_integer() else short
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")  # which XML does to a CR that openpyxl did not escape
    return value


def as_openpyxl_reads(value: object) -> object:
    """Return what our reader makes of a value that openpyxl has read.

    By design ours differs in that a date is a date, where openpyxl gives midnight, and numbers have 15 digits.
    """
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return as_read(value) if isinstance(value, str | float) else value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(st.none() | CELLS, min_size=1, max_size=5), min_size=1, max_size=5))
def test_what_openpyxl_writes_is_read_back(rows: list[list[Cell]], file: Path) -> None:
    written = openpyxl.Workbook()
    sheet = written.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    written.save(file)
    ours = read_cells(file)
    wanted = {
        cell.coordinate: as_read(value)
        for cells, row in zip(sheet.iter_rows(), rows, strict=True)
        for cell, value in zip(cells, row, strict=False)
        if value is not None
    }
    assert ours == wanted
    assert {place: type(value) for place, value in ours.items()} == {place: type(v) for place, v in wanted.items()}
    book = openpyxl.load_workbook(file)
    theirs = {
        cell.coordinate: as_openpyxl_reads(cell.value)
        for cells in book.worksheets[0].iter_rows()
        for cell in cells
        if cell.value is not None
    }
    midnights = {place for place, value in ours.items() if isinstance(value, datetime) and value.time() == time()}
    assert {k: v for k, v in theirs.items() if k not in midnights} == {
        k: v for k, v in ours.items() if k not in midnights
    }


def test_iso_dates_that_openpyxl_writes_are_read_back(file: Path) -> None:
    written = openpyxl.Workbook(iso_dates=True)
    sheet = written.active
    assert sheet is not None
    values = [date(2024, 6, 10), datetime(2024, 6, 10, 12, 30, 15), time(8, 15)]
    sheet.append(values)
    written.save(file)
    assert list(read_cells(file).values()) == values


# Files of other projects

XLSX = sorted((SHARED_DATA / "odd").glob("*/*.xls[xm]"))


@pytest.mark.skipif(not XLSX, reason="the odd workbooks of other projects are not beside this one")
def test_every_odd_workbook_is_read_or_says_why_not() -> None:
    refused = []
    for path in XLSX:
        try:
            book = open_workbook(path)
            for sheet in book.sheets:
                for chunk in book.rows(sheet.name):
                    assert all(isinstance(cell, Cell) for _, cells in chunk.rows() for cell in cells.values())
            book.close()
        except (DamagedFile, EncryptedFile, NotASpreadsheet, RefusedFile):
            refused.append(path.name)
    assert len(refused) < 15, refused


@pytest.mark.skipif(not XLSX, reason="the odd workbooks of other projects are not beside this one")
@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("calamine/date_1904.xlsx", {"A1": date(2021, 1, 1), "B1": 15, "A2": date(2021, 1, 2), "B2": 16}),
        ("calamine/has_x000D_.xlsx", None),
    ],
)
def test_odd_workbooks_hold_what_their_projects_say(name: str, cells: dict[str, Cell] | None) -> None:
    found = read_cells(SHARED_DATA / "odd" / name)
    if cells is None:
        assert any(isinstance(cell, str) and "\r" in cell for cell in found.values())
        return
    assert {place: found.get(place) for place in cells} == cells
