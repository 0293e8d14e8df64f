"""Hostile parts beside the worksheet's cells: relationships that lead astray, odd encodings, document types, tables
that lie about themselves."""

from __future__ import annotations

import re

from tests.fuzz.archives import SHEET
from tests.fuzz.attack import NO_MEMORY, Attack, changed, legal
from tests.fuzz.samples import DATA, FORMATS, PARTS, ROWS, STRINGS, packed
from tests.workbooks import (
    MAIN,
    RELATIONSHIPS,
    relationships,
    shared_strings,
    styles,
    workbook,
    worksheet,
)

BOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
TEXTS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
WHOLE = worksheet(DATA)
ALL_LINKS = (("rIdT", "sharedStrings", "sharedStrings.xml"), ("rIdS", "styles", "styles.xml"))
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
FOREIGN = '<!DOCTYPE x SYSTEM "file:///etc/passwd">'
A_TYPE = "declares a document type"


def leads_to(target: str, more: str = "") -> Attack:
    """Return a file whose sheet is somewhere it cannot be."""
    return Attack(changed(LINKS, linked(target, more)), error="is missing in the file")


def linked(target: str, more: str = "") -> str:
    """Return relationships of which the sheet's leads to a target."""
    sheet = f'<Relationship Id="rId1" Type="{RELATIONSHIPS}/worksheet" Target="{target}"{more}/>'
    return relationships(*ALL_LINKS).replace("</Relationships>", sheet + "</Relationships>")


def renamed(name: str, other: str) -> Attack:
    """Return the small file with another spelling of a part's name."""
    return legal(lambda: packed({other if part == name else part: content for part, content in PARTS.items()}))


def without(part: str, error: str) -> Attack:
    """Return the small file without a part that it needs."""
    return Attack(lambda: packed({name: content for name, content in PARTS.items() if name != part}), error=error)


def encoded(text: str, encoding: str, declared: str) -> bytes:
    """Return a part in an encoding, which it declares or does not."""
    return f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding)


def counted(count: str) -> str:
    """Return the shared strings with another number of them."""
    return shared_strings(*STRINGS).replace("<sst ", f'<sst count="{count}" uniqueCount="{count}" ')


def many_styles(count: int, code: str) -> str:
    """Return styles, each with a number format of its own of which `code` is the beginning."""
    declared = "".join(f'<numFmt numFmtId="{n}" formatCode="{code}{n}"/>' for n in range(200, 200 + count))
    used = "".join(f'<xf numFmtId="{n}"/>' for n in range(200, 200 + count))
    inside = f'<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/>{used}'
    return f'<styleSheet xmlns="{MAIN}"><numFmts>{declared}</numFmts><cellXfs>{inside}</cellXfs></styleSheet>'


SAME_SHEET = linked("worksheets/sheet1.xml")
MANY_SHEETS = re.sub(r"rId\d+", "rId1", workbook([f"Sheet{n}" for n in range(1, 50_001)]))

PACKAGES = {
    "sheet that is a web page": leads_to("https://example.com/sheet1.xml", ' TargetMode="External"'),
    "sheet that is a file of the machine": leads_to("file:///etc/passwd", ' TargetMode="External"'),
    "sheet above the archive": leads_to("../../../../etc/passwd"),
    "sheet on a share": leads_to(r"\\\\server\\share\\sheet1.xml"),
    "sheet of no name": leads_to(""),
    "sheet that is the folder": leads_to("."),
    "sheet by a way about": legal(changed(LINKS, linked("../xl/./worksheets/../worksheets/sheet1.xml"))),
    "sheet that is the workbook": Attack(changed(LINKS, linked("workbook.xml")), error="has nothing|is no worksheet"),
    "sheet that is its own relationships": Attack(
        changed(LINKS, linked("_rels/workbook.xml.rels")), error="has nothing|is no worksheet"
    ),
    "workbook that is its own relationships": Attack(
        changed("_rels/.rels", relationships(("rId1", "officeDocument", "_rels/.rels"))), error="holds no workbook"
    ),
    "workbook that is the sheet": Attack(
        changed("_rels/.rels", relationships(("rId1", "officeDocument", SHEET))), error="holds no workbook"
    ),
    "relationships without end": legal(
        changed(LINKS, SAME_SHEET.replace("</Relationships>", '<Relationship Id="x"/>' * 500_000 + "</Relationships>"))
    ),
    "part names in odd capitals": renamed(SHEET, "XL/WorkSheets/SHEET1.XML"),
    "part names with backslashes": renamed(SHEET, SHEET.replace("/", "\\")),
    "part names from the root": renamed(SHEET, "/" + SHEET),
    "styles that are missing": without(STYLES, "is missing in the file"),
    "shared strings that are missing": Attack(
        without(TEXTS, "").make, {1: (), 2: ("[refers to a text that is missing in the file]",)}, "has no headers"
    ),
    "content types of a million lines": legal(changed("[Content_Types].xml", "<x>" * 1_000_000)),
    **{
        f"{what} in {part.rpartition('/')[2]}": Attack(changed(part, kind + str(PARTS[part])), error=A_TYPE)
        for part in (SHEET, TEXTS, STYLES, BOOK, LINKS, "_rels/.rels")
        for what, kind in {"entity bomb": BOMB, "document type from elsewhere": FOREIGN}.items()
    },
    "sheet in UTF-16": legal(changed(SHEET, WHOLE.encode("utf-16"))),
    "sheet in UTF-16, big end first": legal(changed(SHEET, b"\xfe\xff" + WHOLE.encode("utf-16-be"))),
    "strings in UTF-16": legal(changed(TEXTS, encoded(shared_strings(*STRINGS), "utf-16", "UTF-16"))),
    "entity bomb in UTF-16": Attack(changed(SHEET, (BOMB + WHOLE).encode("utf-16")), error=A_TYPE),
    "UTF-16 that is half a byte short": Attack(changed(SHEET, WHOLE.encode("utf-16")[:-1]), error="not well-formed"),
    "sheet in Latin-1": legal(changed(SHEET, encoded(WHOLE, "latin-1", "iso-8859-1"))),
    "UTF-8 that says to be UTF-16": Attack(changed(SHEET, encoded(WHOLE, "utf-8", "utf-16")), error="not well-formed"),
    **{
        f"encoding {name}": Attack(changed(SHEET, encoded(WHOLE, "utf-8", name)), error="not well-formed")
        for name in ("x-none", "utf-7", "gb18030", "zlib_codec", "rot13", "idna", "a" * 100_000)
    },
    "half of a character": Attack(
        changed(TEXTS, shared_strings(*STRINGS).encode() + b"\xe6\x96"), error="not well-formed"
    ),
    "NUL in the sheet": Attack(changed(SHEET, WHOLE.replace("name", "n\0me") + "\0"), error="not well-formed"),
    "NUL in the strings": Attack(changed(TEXTS, shared_strings("<t>a\0b</t>")), error="not well-formed"),
    "nothing in the sheet": Attack(changed(SHEET, b""), error="not well-formed"),
    "nothing in the strings": Attack(changed(TEXTS, b""), error="not well-formed"),
    "nothing in the styles": Attack(changed(STYLES, b""), error="not well-formed"),
    "nothing in the workbook": Attack(changed(BOOK, b""), error="not well-formed"),
    **{
        f"strings that say to be {count}": legal(changed(TEXTS, counted(count)))
        for count in ("0", "1", "4294967295", "-1", "99999999999999999999", "many")
    },
    "string of 50 MB": Attack(
        changed(TEXTS, shared_strings(*STRINGS[:3], f"<t>{'x' * 50_000_000}</t>")),
        ROWS | {2: ("x" * 50_000_000, "1.5", "2024-06-10")},
        NO_MEMORY,
    ),
    "hundreds of thousands of strings": Attack(
        changed(TEXTS, shared_strings(*STRINGS, *(f"<t>{n}</t>" for n in range(700_000)))), ROWS, NO_MEMORY
    ),
    "a million empty strings": Attack(changed(TEXTS, shared_strings(*STRINGS, *["<t/>"] * 1_000_000)), ROWS, NO_MEMORY),
    "hundreds of thousands of styles": Attack(changed(STYLES, styles(*FORMATS, *[0] * 500_000)), ROWS, NO_MEMORY),
    "thousands of formats that take time": legal(changed(STYLES, many_styles(30_000, "h" * 245))),
    "thousands of formats of brackets": legal(changed(STYLES, many_styles(30_000, "[" * 245))),
    "format of a megabyte": legal(changed(STYLES, styles(*FORMATS, "h" * 1_000_000))),
    "tens of thousands of sheets": legal(changed(BOOK, MANY_SHEETS)),
    "sheets of one name": Attack(
        changed(BOOK, workbook(["S", "S"]).replace("rId2", "rId1")), error='Two sheets are called "S"'
    ),
    "name of a megabyte": legal(changed(BOOK, workbook(["x" * 1_000_000]))),
}
