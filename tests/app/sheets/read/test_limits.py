"""Every limit on what a file holds, by the setting that its message names."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from app.config import Base
from app.sheets.problems import DamagedFile, RefusedFile
from app.sheets.read.archive import Archive
from app.sheets.read.limits import DEFAULT_LIMITS, ReadLimits
from app.sheets.read.opening import open_workbook
from app.sheets.read.options import ReadOptions
from tests.workbooks import addressed, encrypted, write_xlsx, zipped

NAMES = {
    "inflated_mb": "IMPORT_MAX_INFLATED_MB",
    "ratio": "IMPORT_MAX_RATIO",
    "parts": "IMPORT_MAX_PARTS",
    "strings": "IMPORT_MAX_STRINGS",
    "columns": "IMPORT_MAX_COLUMNS",
}
ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Sheet1">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)
VALUE = 'office:value-type="float" office:value="1"'


def read(path: Path, limits: ReadLimits = DEFAULT_LIMITS) -> dict[str, object]:
    """Return the cells of the first sheet."""
    book = open_workbook(path, limits=limits)
    try:
        return addressed(book.rows(book.sheets[0].name))
    finally:
        book.close()


def ods(path: Path, rows: str) -> Path:
    """Write an ods file with the inside of its only table."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    path.write_bytes(zipped({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": ODS.format(rows)}))
    return path


def test_limits_are_those_of_the_settings() -> None:
    settings = {name: number for number, name in enumerate(NAMES.values(), 1)}
    limits = ReadLimits.of(settings)
    for field, name in NAMES.items():
        assert getattr(limits, field) == settings[name]
        assert getattr(DEFAULT_LIMITS, field) == getattr(Base, name)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (ReadLimits(parts=6), r"The file has 7 parts; the most is 6 \(IMPORT_MAX_PARTS\)"),
        (ReadLimits(strings=2), r"at least 3 shared strings; the most is 2 \(IMPORT_MAX_STRINGS\)"),
        (ReadLimits(columns=2), r"a cell in column C, number 3; the most is 2 \(IMPORT_MAX_COLUMNS\)"),
    ],
)
def test_workbook_beyond_a_limit_is_refused_by_its_setting(tmp_path: Path, limits: ReadLimits, message: str) -> None:
    row = "".join(f'<c r="{letter}1" t="s"><v>{place}</v></c>' for place, letter in enumerate("ABC"))
    path = write_xlsx(tmp_path / "book.xlsx", f'<row r="1">{row}</row>', ["<t>a</t>", "<t>b</t>", "<t>c</t>"])
    within = ReadLimits(parts=7, strings=3, columns=3)
    assert read(path, within) == {"A1": "a", "B1": "b", "C1": "c"}
    with pytest.raises(RefusedFile, match=rf"{message}\. Raise IMPORT_MAX_\w+ in \.env if you trust the file"):
        read(path, limits)


def test_part_beyond_the_ratio_is_refused_by_its_setting(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.xml", "w") as part:
        for _ in range(65):
            part.write(bytes(1 << 20))
    path = tmp_path / "book.xlsx"
    path.write_bytes(packed.getvalue())
    Archive(path, ReadLimits(ratio=1100)).close()
    with pytest.raises(
        RefusedFile, match=r"1,\d+ times; the most is 900 \(IMPORT_MAX_RATIO\)\. Raise IMPORT_MAX_RATIO"
    ):
        Archive(path, ReadLimits(ratio=900))


@pytest.mark.parametrize("name", ["xl/a.xml", "XL/A.xml", "/xl/a.xml", "xl\\a.xml"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_part_that_stands_twice_is_damage(tmp_path: Path, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/a.xml", "one")
        archive.writestr(name, "two")
    path = tmp_path / "book.xlsx"
    path.write_bytes(packed.getvalue())
    with pytest.raises(DamagedFile, match="stands twice in the file"):
        Archive(path)


def test_parts_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.xml": bytes(100_000), "b.xml": bytes(100_000)}))
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)  # where its local header is: that of the first
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    with pytest.raises(RefusedFile, match="overlaps another one: the file may be an attack"):
        Archive(path)


def test_part_that_encloses_the_next_ones_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.xml": b"x" * 100, "b.xml": bytes(100_000)}))
    first = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, first + 20, first - 35)  # compressed size: up to the directory
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    with pytest.raises(RefusedFile, match="overlaps another one"):
        Archive(path)


@pytest.mark.parametrize("said", [0, 1, 1000, (1 << 20) - 1, (1 << 20) + 1])
def test_part_never_gives_more_than_the_directory_says(tmp_path: Path, said: int) -> None:
    data = bytearray(zipped({"a.xml": bytes(1 << 20)}))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, said)
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    archive = Archive(path)
    taken = 0
    with pytest.raises(DamagedFile, match=r"The part a\.xml is damaged"), archive.open("a.xml") as stream:
        while chunk := stream.read(1 << 14):
            taken += len(chunk)
            assert taken <= said + (1 << 14)
    archive.close()


def test_size_that_lies_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.xml": b"abc"}))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 0xFFFF_FFF0)
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    with pytest.raises(RefusedFile, match=r"inflate to 4,096 MiB; the most is 1,024 \(IMPORT_MAX_INFLATED_MB\)"):
        Archive(path, ReadLimits(inflated_mb=1024))


def test_ods_with_repeated_blanks_is_read(tmp_path: Path) -> None:
    rows = (
        f'<table:table-row><table:table-cell {VALUE}/><table:table-cell table:number-columns-repeated="16383"/>'
        '</table:table-row><table:table-row table:number-rows-repeated="1048575"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert read(ods(tmp_path / "book.ods", rows)) == {"A1": 1}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            f'<table:table-row><table:table-cell table:number-columns-repeated="200000000" {VALUE}/></table:table-row>',
            "more columns than Excel allows",
        ),
        (
            '<table:table-row><table:table-cell table:number-columns-repeated="16384"/>'
            f"<table:table-cell {VALUE}/></table:table-row>",
            "more columns than Excel allows",
        ),
        (
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell/></table:table-row>'
            f"<table:table-row><table:table-cell {VALUE}/></table:table-row>",
            "more rows than Excel allows",
        ),
        (
            f'<table:table-row table:number-rows-repeated="900000000"><table:table-cell {VALUE}/></table:table-row>',
            "more rows than Excel allows",
        ),
    ],
)
def test_ods_that_repeats_values_beyond_a_sheet_is_refused_before_it_is_read(
    tmp_path: Path, rows: str, message: str
) -> None:
    with pytest.raises(RefusedFile, match=message):
        read(ods(tmp_path / "book.ods", rows))


def test_ods_beyond_the_limits_of_its_parts_is_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "book.ods", f"<table:table-row><table:table-cell {VALUE}/></table:table-row>")
    with pytest.raises(RefusedFile, match="IMPORT_MAX_PARTS"):
        read(path, ReadLimits(parts=1))


def test_limits_hold_for_what_is_encrypted(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "book.xlsx", "<row><c><v>1</v></c></row>")
    with pytest.raises(RefusedFile, match="IMPORT_MAX_PARTS"):
        open_workbook(encrypted(path, "apples"), ReadOptions("apples"), ReadLimits(parts=2))
