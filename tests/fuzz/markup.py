"""Hostile XML of a worksheet: nesting, attributes, cells that contain what cells do not, text without end."""

from __future__ import annotations

from tests.fuzz.archives import SHEET
from tests.fuzz.attack import NO_MEMORY, Attack, changed, legal
from tests.fuzz.packages import BOOK, LINKS, STYLES, TEXTS
from tests.fuzz.samples import DATA, PARTS, ROWS, Rows
from tests.workbooks import MAIN, worksheet

DEEP = 100_000
MANY = 1_000_000


def sheet(rows: str, before: str = "", after: str = "") -> bytes:
    """Return the small xlsx with another worksheet: see `tests.workbooks.worksheet`."""
    return changed(SHEET, worksheet(rows, before, after))()


def behind(xml: str, rows: Rows = ROWS) -> Attack:
    """Return the small file with elements behind its data that change nothing, or do not fit into the memory."""
    return Attack(lambda: sheet(DATA, after=xml), rows, NO_MEMORY)


def cell(xml: str, value: str | None) -> Attack:
    """Return a file with one header and, in row 2, one cell, as legal as it is odd."""
    head = '<row r="1"><c r="A1" t="str"><v>h</v></c></row>'
    rows: Rows = {1: ("h",)} | ({} if value is None else {2: (value,)})
    return legal(lambda: sheet(f'{head}<row r="2">{xml}</row>'), rows)


def row(xml: str, error: str) -> Attack:
    """Return a file whose rows end with something that is wrong."""
    return Attack(lambda: sheet(DATA + xml), error=error)


def inside(part: str, xml: str) -> Attack:
    """Return the small file with elements before the end of a part that change nothing."""
    content = str(PARTS[part])
    end = content.rindex("</")
    return legal(changed(part, content[:end] + xml + content[end:]))


NEST = "<x>" * DEEP + "</x>" * DEEP
FORMULA = '<f t="shared" ref="A2:A9" si="0">1+1</f>'
ATTRIBUTES = " ".join(f'a{n}="{n}"' for n in range(MANY // 10))
NAMESPACES = " ".join(f'xmlns:a{n}="urn:{n}"' for n in range(MANY // 20))

MARKUP = {
    **{
        f"elements in elements in {part.rpartition('/')[2]}": inside(part, NEST)
        for part in (SHEET, TEXTS, STYLES, BOOK, LINKS)
    },
    "rows in rows": Attack(lambda: sheet('<row r="1">' * DEEP + "</row>" * DEEP), error="Row 1|row|has nothing"),
    "cells in cells": legal(lambda: sheet(DATA + '<row r="9">' + '<c r="A9">' * DEEP + "</c>" * DEEP + "</row>")),
    "texts in texts": legal(changed(TEXTS, str(PARTS[TEXTS]).replace("name", "name" + NEST.replace("x>", "y>")))),
    "elements that never end": Attack(lambda: sheet(DATA + "<x>" * MANY), error="not well-formed"),
    "attribute of 10 MB": Attack(
        lambda: sheet(DATA.replace('<row r="1"', f'<row r="1" x="{"y" * 10_000_000}"')), ROWS, NO_MEMORY
    ),
    "attribute of 10 MB behind the data": behind(f'<x y="{"z" * 10_000_000}"/>'),
    "address of 10 MB": row(f'<row r="9"><c r="{"A" * 10_000_000}9"><v>1</v></c></row>', "which Excel does not have"),
    "a hundred thousand attributes": behind(f"<x {ATTRIBUTES}/>"),
    "fifty thousand namespaces": behind(f"<x {NAMESPACES}/>"),
    "name of 10 MB": behind(f"<{'x' * 10_000_000}/>"),
    "comment of 20 MB": behind(f"<!--{'x' * 20_000_000}-->"),
    "comment that never ends": Attack(lambda: sheet(DATA + f"<!--{'x' * 10_000_000}"), error="not well-formed"),
    "tag that never ends": Attack(lambda: sheet(DATA + "<row " + "x" * 10_000_000), error="not well-formed"),
    "row that never ends": row('<row r="9">' + "<c><v>1</v></c>" * MANY, "more columns than Excel allows"),
    "row of blanks that never ends": Attack(
        lambda: sheet(DATA + '<row r="9">' + " " * 50_000_000), error="not well-formed"
    ),
    "text of 100 MB": row(f'<row r="9"><c r="A9" t="str"><v>{"x" * 100_000_000}</v></c></row>', "IMPORT_MAX_RATIO"),
    "text of 60 MB": Attack(
        lambda: sheet(DATA + f'<row r="9"><c r="A9" t="str"><v>{"x" * 60_000_000}</v></c></row>'),
        ROWS | {9: ("x" * 60_000_000, None, None)},
        NO_MEMORY,
    ),
    "text of millions of entities": Attack(
        lambda: sheet(DATA + f'<row r="9"><c r="A9" t="str"><v>{"&lt;" * 5_000_000}</v></c></row>'),
        ROWS | {9: ("<" * 5_000_000, None, None)},
        NO_MEMORY,
    ),
    "text of millions of escapes": Attack(
        lambda: sheet(DATA + f'<row r="9"><c r="A9" t="str"><v>{"_x0041_" * 5_000_000}</v></c></row>'),
        ROWS | {9: ("A" * 5_000_000, None, None)},
        NO_MEMORY,
    ),
    "number of a million digits": cell(f'<c r="A2"><v>{"9" * MANY}</v></c>', "[holds a number that is out of range]"),
    "fraction of a million digits": cell(f'<c r="A2"><v>0.{"3" * MANY}</v></c>', "0.333333333333333"),
    "a million merged areas": behind("<mergeCells>" + '<mergeCell ref="A5:B6"/>' * MANY + "</mergeCells>"),
    "a million hidden columns": Attack(
        lambda: sheet(DATA, "<cols>" + '<col min="1" max="16384" hidden="1"/>' * MANY + "</cols>"), ROWS
    ),
    "columns hidden to the end of time": legal(
        lambda: sheet(DATA, '<cols><col min="1" max="4294967295" hidden="1"/></cols>')
    ),
    "hundreds of thousands of hidden rows": Attack(
        lambda: sheet(DATA + "".join(f'<row r="{n}" hidden="1"/>' for n in range(5, 500_000))), ROWS, NO_MEMORY
    ),
    "comment in a number": cell('<c r="A2"><v>1<!-- 5 -->2</v></c>', "12"),
    "instruction in a text": cell('<c r="A2" t="str"><v>a<?b c?>d</v></c>', "ad"),
    "CDATA in a number": cell('<c r="A2"><v><![CDATA[12]]></v></c>', "12"),
    "CDATA in a text": cell('<c r="A2" t="inlineStr"><is><t><![CDATA[</t><c>]]></t></is></c>', "</t><c>"),
    "comment that looks like a row": cell('<!--</row><row r="2">--><c r="A2"><v>1</v></c>', "1"),
    "element in a number": cell('<c r="A2"><v>1<x>5</x>2</v></c>', "152"),
    "cell of another namespace": cell('<x:c xmlns:x="urn:x" r="A2"><x:v>1</x:v></x:c>', None),
    "formula without a result": cell(
        f'<c r="A2">{FORMULA}</c>', "[holds a formula that was never calculated; open and save the file in Excel]"
    ),
    "prefix that was never declared": row('<row r="9"><y:c r="A9"/></row>', "not well-formed"),
    "attribute that stands twice": row('<row r="9"><c r="A9" r="B9"><v>1</v></c></row>', "not well-formed"),
    "two roots": Attack(changed(SHEET, worksheet(DATA) * 2), error="not well-formed"),
    "data that stands twice": Attack(
        changed(
            SHEET, f'<worksheet xmlns="{MAIN}"><sheetData>{DATA}</sheetData><sheetData>{DATA}</sheetData></worksheet>'
        ),
        error="stands twice",
    ),
}
