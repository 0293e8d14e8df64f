"""Small xlsx files made of hand-written XML, for what no program writes on request."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from msoffcrypto.format.ooxml import OOXMLFile

from app.sheets.cells import Cell, Chunk, column_letters
from app.sheets.read.opening import open_workbook
from app.sheets.read.workbook import choose_sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def worksheet(rows: str, before: str = "", after: str = "") -> str:
    """Return a worksheet's XML around the inside of its `<sheetData>`."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def shared_strings(*items: str) -> str:
    """Return a table of shared strings; each item is the inside of an `<si>`."""
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def styles(*formats: int | str) -> str:
    """Return styles: style 0 is General, those that follow have the built-in or own formats given."""
    own = {code: 164 + number for number, code in enumerate(code for code in formats if isinstance(code, str))}
    declared = "".join(f'<numFmt numFmtId="{n}" formatCode={quoteattr(code)}/>' for code, n in own.items())
    numbers = [0, *(code if isinstance(code, int) else own[code] for code in formats)]
    used = "".join(f'<xf numFmtId="{number}"/>' for number in numbers)
    return f'<styleSheet xmlns="{MAIN}"><numFmts>{declared}</numFmts><cellXfs>{used}</cellXfs></styleSheet>'


def workbook(names: Sequence[str], before: str = "", after: str = "", states: Mapping[str, str] | None = None) -> str:
    """Return a workbook's XML with these sheets, whose relationships are rId1 and so on."""
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" state="{(states or {}).get(name, "visible")}" r:id="rId{n}"/>'
        for n, name in enumerate(names, 1)
    )
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONSHIPS}">{before}<sheets>{sheets}</sheets>{after}</workbook>'


def relationships(*links: tuple[str, str, str]) -> str:
    """Return relationships: each is its id, the last word of its type, and its target."""
    inside = "".join(
        f'<Relationship Id="{id_}" Type="{RELATIONSHIPS}/{kind}" Target="{escape(target)}"/>'
        for id_, kind, target in links
    )
    return f'<Relationships xmlns="{PACKAGE}">{inside}</Relationships>'


def parts_of(
    sheets: str | Mapping[str, str],
    strings: Sequence[str] = (),
    formats: Sequence[int | str] = (),
    book: str | None = None,
) -> dict[str, str | bytes]:
    """Return the parts of an xlsx file.

    Args:
        sheets: the inside of the only sheet's `<sheetData>`, or whole worksheets by name.
        strings: the insides of the shared strings.
        formats: of styles 1 and up.
        book: the workbook's XML, where it is to say more than the names.
    """
    if isinstance(sheets, str):
        sheets = {"Sheet1": worksheet(sheets)}
    count = len(sheets)
    links = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, count + 1)]
    links += [("rIdT", "sharedStrings", "sharedStrings.xml"), ("rIdS", "styles", "styles.xml")]
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relationships(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": book or workbook(list(sheets)),
        "xl/_rels/workbook.xml.rels": relationships(*links),
        "xl/sharedStrings.xml": shared_strings(*strings),
        "xl/styles.xml": styles(*formats),
        **{f"xl/worksheets/sheet{n}.xml": xml for n, xml in enumerate(sheets.values(), 1)},
    }


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return the parts as a ZIP file."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def write_xlsx(
    path: Path,
    sheets: str | Mapping[str, str],
    strings: Sequence[str] = (),
    formats: Sequence[int | str] = (),
    book: str | None = None,
    **changed: str | bytes | None,
) -> Path:
    """Write an xlsx file; see `parts_of`. `changed` are parts to replace or, if None, to leave out."""
    parts = parts_of(sheets, strings, formats, book) | changed
    path.write_bytes(zipped({name: content for name, content in parts.items() if content is not None}))
    return path


def encrypted(path: Path, password: str) -> Path:
    """Encrypt a workbook as Excel does today (MS-OFFCRYPTO, "agile"), and return the path of that file.

    The workbook gets a part that makes it longer: msoffcrypto-tool writes none below 4,096 bytes that can be read.
    """
    target = path.with_name(f"encrypted_{path.name}")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("padding.bin", bytes(1 << 13))
    with path.open("rb") as plain, target.open("wb") as file:
        OOXMLFile(plain).encrypt(password, file)
    return target


def addressed(rows: Iterator[Chunk]) -> dict[str, Cell]:
    """Return cells by their addresses, as A1."""
    return {
        f"{column_letters(column)}{number}": cell
        for chunk in rows
        for number, cells in chunk.rows()
        for column, cell in cells.items()
    }


def read_cells(path: Path, sheet: str | None = None) -> dict[str, Cell]:
    """Return a sheet's cells by their addresses, as A1, whatever the kind of the file."""
    book = open_workbook(path)
    try:
        return addressed(book.rows(choose_sheet(book, sheet)))
    finally:
        book.close()
