"""Hostile grids: cells at the ends of the sheet and beyond them, lies about sizes and styles, repeated cells."""

from __future__ import annotations

import struct

from app.sheets.cells import LAST_COLUMN, LAST_ROW, column_letters
from tests.fuzz.archives import SHEET
from tests.fuzz.attack import Attack, changed, legal
from tests.fuzz.markup import row, sheet
from tests.fuzz.samples import DATA, ROWS, Rows, packed
from tests.workbooks import relationships, worksheet

CORNER = f"XFD{LAST_ROW}"
OFFICE, TABLE, TEXT = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text"))
LARGEST = 99_999_999_999_999_999_999


def wide(columns: int) -> Attack:
    """Return a file of a header and one row of so many columns."""
    letters = [column_letters(column) for column in range(columns)]
    header = "".join(f'<c r="{name}1" t="str"><v>h{name}</v></c>' for name in letters)
    values = "".join(f'<c r="{name}2"><v>{number}</v></c>' for number, name in enumerate(letters))
    rows: Rows = {1: tuple(f"h{name}" for name in letters), 2: tuple(map(str, range(columns)))}
    return legal(lambda: sheet(f'<row r="1">{header}</row><row r="2">{values}</row>'), rows)


def styled(style: str) -> bytes:
    """Return the small file with another style of a cell."""
    return sheet(DATA.replace('s="1"', f's="{style}"'))


def dimensioned(reference: str) -> Attack:
    """Return the small file that says to have other dimensions."""
    return legal(lambda: sheet(DATA, f'<dimension ref="{reference}"/>'))


def ods(rows: str) -> bytes:
    """Return an ods file with the inside of its only table."""
    content = (
        f'<office:document-content xmlns:office="{OFFICE}" xmlns:table="{TABLE}" xmlns:text="{TEXT}"><office:body>'
        f'<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


def repeated(rows: object, columns: object, cell: str = "<text:p>h</text:p>") -> bytes:
    """Return an ods file with one cell that is repeated."""
    value = f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string">{cell}'
    return ods(f'<table:table-row table:number-rows-repeated="{rows}">{value}</table:table-cell></table:table-row>')


def xlsb(*cells: tuple[int, int, float], dimensions: tuple[int, int, int, int] = (0, 0, 0, 0)) -> bytes:
    """Return an xlsb file of numbers by row and column, from 0 (MS-XLSB 2.1.4 and 2.4)."""
    data = record(148, struct.pack("<4I", *dimensions)) + record(145)
    for number, column, value in cells:
        data += record(0, struct.pack("<I", number) + bytes(13)) + record(5, struct.pack("<IId", column, 0, value))
    book = record(156, struct.pack("<II", 0, 1) + wide_string("rId1") + wide_string("S")) + record(144)
    return packed(
        {
            "_rels/.rels": relationships(("rId1", "officeDocument", "xl/workbook.bin")),
            "xl/_rels/workbook.bin.rels": relationships(("rId1", "worksheet", "worksheets/sheet1.bin")),
            "xl/workbook.bin": record(131) + book + record(132),
            "xl/worksheets/sheet1.bin": record(129) + data + record(146) + record(130),
        }
    )


def record(kind: int, data: bytes = b"") -> bytes:
    """Return a record of an xlsb: its kind and length in groups of 7 bits, and its data."""
    numbers = (bytes([n]) if n < 128 else bytes([n & 127 | 128, n >> 7]) for n in (kind, len(data)))
    return b"".join(numbers) + data


def wide_string(text: str) -> bytes:
    """Return an XLWideString."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


# What is repeated beyond the last row or column of a sheet is cut off there, as LibreOffice does it.
FULL_COLUMN: Rows = dict.fromkeys(range(1, LAST_ROW + 1), ("h",))
FULL_ROW: Rows = {1: ("h",) * LAST_COLUMN}
REFUSED = "IMPORT_MAX|memory|more rows or columns|more columns|cannot be read|damaged|is made to"

GRIDS = {
    "cell in the last corner": legal(
        lambda: sheet(f'<row r="{LAST_ROW}"><c r="{CORNER}" t="str"><v>x</v></c></row>'), {LAST_ROW: ("x",)}
    ),
    "cells in both corners": legal(
        lambda: sheet(
            f'<row r="1"><c r="A1" t="str"><v>h</v></c></row><row r="{LAST_ROW}"><c r="{CORNER}"><v>1</v></c></row>'
        ),
        {1: ("h",)},
    ),
    "row below the last": row(f'<row r="{LAST_ROW + 1}"><c r="A{LAST_ROW + 1}"><v>1</v></c></row>', "row"),
    "row zero": row('<row r="0"><c r="A0"><v>1</v></c></row>', "row"),
    "row minus one": row('<row r="-1"/>', "A row has the number"),
    "row of a huge number": row(f'<row r="{LARGEST}"/>', "A row has the number"),
    "row of no number": row('<row r="x"/>', "A row has the number"),
    "column right of the last": row('<row r="9"><c r="XFE9"><v>1</v></c></row>', "which Excel does not have"),
    "cell of another row": row('<row r="9"><c r="A10"><v>1</v></c></row>', "stands in row 9"),
    "10,000 columns": wide(10_000),
    "row of 16,384 cells": wide(LAST_COLUMN),
    "row of 16,385 cells": row(f'<row r="9">{"<c><v>1</v></c>" * (LAST_COLUMN + 1)}</row>', "more columns than Excel"),
    "style that is not there": legal(lambda: styled("4294967295"), ROWS | {2: ("rich 文", "1.5", "45453")}),
    **{
        f"style {style[:5]}": Attack(lambda style=style: styled(style), error="A cell has the style")
        for style in ("-1", "x", str(LARGEST), "٣")
    },
    **{
        f"dimensions {reference[:12]}": dimensioned(reference)
        for reference in ("A1", "A1:" + CORNER, "B2:A1", "ZZZZ99999999", "", f"A1:C{LARGEST}", "x" * 1_000_000)
    },
    "text that is not in the table": legal(
        lambda: sheet(DATA + '<row r="5"><c r="A5" t="s"><v>4294967295</v></c></row>'),
        {1: ROWS[1], 5: ("[refers to a text that is missing in the file]",)},
    ),
    "million rows without a cell": legal(changed(SHEET, worksheet(DATA + "<row/>" * (LAST_ROW - 4)))),
    "million and one rows without numbers": row("<row/>" * LAST_ROW, "row"),
    "ods of one cell for all": Attack(lambda: repeated(LAST_ROW, LAST_COLUMN), error=REFUSED, suffix=".ods"),
    "ods of cells in both corners": Attack(
        lambda: ods(
            '<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
            f'<table:table-row table:number-rows-repeated="{LAST_ROW - 2}"/><table:table-row>'
            f'<table:table-cell table:number-columns-repeated="{LAST_COLUMN - 1}"/>'
            '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
        ),
        error=REFUSED,
        suffix=".ods",
    ),
    **{
        f"ods of {count} rows": Attack(lambda count=count: repeated(count, 1), FULL_COLUMN, REFUSED, ".ods")
        for count in (4_294_967_295, 2_000_000_000)
    },
    **{
        f"ods of {count} columns": Attack(lambda count=count: repeated(1, count), FULL_ROW, REFUSED, ".ods")
        for count in (4_294_967_295, 2_000_000_000, 20_000)
    },
    "ods of no number of rows": Attack(lambda: repeated("x", 1), error=REFUSED, suffix=".ods"),
    "ods of a number of columns that no number holds": Attack(
        lambda: repeated(1, LARGEST), error=REFUSED, suffix=".ods"
    ),
    "ods of blank cells to the end": Attack(
        lambda: ods(
            '<table:table-row><table:table-cell office:value-type="string"><text:p>h</text:p></table:table-cell>'
            f'<table:table-cell table:number-columns-repeated="{LAST_COLUMN - 1}"/></table:table-row>'
            f'<table:table-row table:number-rows-repeated="{LAST_ROW - 1}"><table:table-cell'
            f' table:number-columns-repeated="{LAST_COLUMN}"/></table:table-row>'
        ),
        {1: ("h",)},
        suffix=".ods",
    ),
    "small xlsb": Attack(lambda: xlsb((0, 0, 1), (1, 0, 2)), {1: ("1",), 2: ("2",)}, suffix=".xlsb"),
    "xlsb of a cell in the last corner": Attack(
        lambda: xlsb((LAST_ROW - 1, LAST_COLUMN - 1, 1)), {LAST_ROW: ("1",)}, REFUSED, ".xlsb"
    ),
    "xlsb of cells in both corners": Attack(
        lambda: xlsb((0, 0, 1), (LAST_ROW - 1, LAST_COLUMN - 1, 2)), error=REFUSED, suffix=".xlsb"
    ),
    "xlsb of cells beyond the corner": Attack(
        lambda: xlsb((0, 0, 1), (0xFFFFFFFF, 0xFFFFFFFF, 2)), {1: ("1",)}, REFUSED, ".xlsb"
    ),
    "xlsb that lies about its dimensions": Attack(
        lambda: xlsb((0, 0, 1), (1, 0, 2), dimensions=(0, 0xFFFFFFFF, 0, 0xFFFFFFFF)),
        {1: ("1",), 2: ("2",)},
        REFUSED,
        ".xlsb",
    ),
}
