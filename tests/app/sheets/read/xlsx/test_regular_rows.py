"""The fast path gives what expat gives: the same rows, the same findings, the same complaints."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import AppError
from app.sheets.cells import MOST_PLACES, Cell, Chunk, column_letters
from app.sheets.problems import DamagedFile
from app.sheets.read.archive import Archive
from app.sheets.read.findings import Findings
from app.sheets.read.xlsx.bulk import NotRegular
from app.sheets.read.xlsx.regular_rows import RegularRows
from app.sheets.read.xlsx.row_numbers import RowNumbers
from app.sheets.read.xlsx.row_parser import RowParser
from app.sheets.read.xlsx.row_pattern import MOST_KINDS
from app.sheets.read.xlsx.styles import number_readers
from app.sheets.read.xlsx.values import CellValues
from app.sheets.read.xlsx.worksheet import Worksheet
from app.sheets.read.xml import CHUNK
from tests import workbooks
from tests.conftest import SHARED_DATA
from tests.workbooks import worksheet

STRINGS: Sequence[Cell] = ("zero", "一", None, "three ")
FORMATS = io.BytesIO(workbooks.styles(0, 14, "00000", "[h]:mm").encode())
NUMBERS = number_readers(FORMATS, False)

PLAIN = (
    '<row r="2" spans="1:5"><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>40513.35138888889</v></c>'
    '<c r="C2" s="2"><v>123</v></c><c r="E2" t="b"><v>1</v></c></row>'
    '<row r="3"><c r="A3" t="str"><v>text 文</v></c><c r="B3" t="e"><v>#N/A</v></c><c r="C3" s="1"/>'
    '<c r="D3" t="inlineStr"><is><t xml:space="preserve">in line</t></is></c><c r="E3" t="n"><v>-1.5E-3</v></c></row>'
    '<row r="7" ht="15"/>'
)
ODD = (
    '<row r="8" hidden="1"><c r="A8"><v>1</v></c></row>',
    "<row><c><v>1</v></c></row>",
    '<row r="8"><c r="A8"><f>1+1</f><v>2</v></c><c r="B8"><f>1+1</f></c></row>',
    '<row r="8"><c r="A8" t="str"><v>a &amp; b</v></c></row>',
    '<row r="8"><c r="A8"><v> 5 </v></c></row>',
    '<row r="8"><c r="B8"><v>1</v></c><c r="A8"><v>2</v></c></row>',
    '<row r="8"><c r="A8"><v>1</v></c><c r="A8"><v>2</v></c></row>',
    '<row r="8"><c r="A9"><v>1</v></c></row>',
    '<row r="1"><c r="A1"><v>1</v></c></row>',
    '<row r="8"><c r="XFE8"><v>1</v></c></row>',
    '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
    '<row r="8"><c r="A8" t="s"><v>9</v></c><c r="B8" t="s"><v>2</v></c><c r="C8" s="9"><v>1</v></c></row>',
    '<row r="8"><c t="s" r="A8"><v>1</v></c></row>',
    "<row r='8'><c r='A8'><v>1</v></c></row>",
    '<row r="8"><!-- <row r="9"><c r="A9"><v>1</v></c></row> --><c r="A8"><v>1</v></c></row>',
    '<row r="8"><c r="A8"><v><![CDATA[1]]></v></c></row>',
    '<row r="8"><c r="A8" t="e"/><c r="B8" t="x"><v>1</v></c><c r="C8"><v/></c></row>',
    '<row r="8"><c r="A8" t="str"><v>_x0041_</v></c><c r="B8" t="d"><v>2024-06-10</v></c></row>',
    '<row r="8"><c r="A8"><v>\ufffe</v></c></row>',
    '<row r="8"><c r="A8"><v>1</v></c>',
)


def parsed(xml: bytes, plain: bool, strings: Sequence[Cell] = STRINGS) -> Any:
    """Return rows and findings of a worksheet, or what is said of it."""
    sheet = Worksheet(strings, NUMBERS)
    try:
        chunks = sheet.chunks(io.BytesIO(xml), "sheet", plain)
        rows = [(number, sorted(cells.items())) for chunk in chunks for number, cells in chunk.rows()]
    except AppError as error:
        return type(error), error.message.partition(": line")[0].partition(": ")[0]
    # repr tells 1 from 1.0 and True, and one kind of Unusable from another
    return repr(rows), sheet.findings


def taken(*pieces: str) -> tuple[Chunk, str, list[bytes]]:
    """Return what the last of these pieces gives, what follows its rows, and what of it was left to expat."""
    regular = RegularRows(CellValues(STRINGS, NUMBERS), "", RowNumbers(), Findings())
    left: list[bytes] = []
    for piece in pieces:
        left.clear()
        chunks, rest = regular.take(piece, lambda xml: left.append(xml) or [])  # type: ignore[func-returns-value]
    return next(iter(chunks), Chunk([], {})), rest, left


def both_ways(xml: str | bytes) -> Any:
    """Return what both paths make of a worksheet, which must be the same."""
    data = xml if isinstance(xml, bytes) else xml.encode()
    fast, exact = parsed(data, True), parsed(data, False)
    assert fast == exact or fast[0] is exact[0] is DamagedFile  # of two complaints, not always the same comes first
    return fast


def test_regular_rows_are_taken_and_equal_those_of_expat() -> None:
    assert both_ways(worksheet(PLAIN))[0].count("(") > 3
    chunk, rest, parsed = taken(PLAIN)
    assert (chunk.numbers, rest, parsed) == ([2, 3, 7], "", [])


def rows_of(first: int, count: int, cells: str) -> str:
    """Return rows with these cells, in which # stands for the number of the row."""
    return "".join(f'<row r="{n}">{cells.replace("#", str(n))}</row>' for n in range(first, first + count))


NUMBERED = '<c r="A#"><v>#</v></c>'
NAMED = '<c r="A#" t="str"><v>n#</v></c>'


def test_a_rare_row_that_does_not_fit_is_parsed_alone_and_put_in_its_place() -> None:
    hidden = '<row r="60"><c r="A60" t="x"><v>1</v></c></row>'
    chunk, rest, parsed = taken(rows_of(1, 59, NUMBERED) + hidden + rows_of(61, 40, NUMBERED))
    assert parsed == [hidden.encode()]
    assert (chunk.numbers[58:60], rest) == ([59, 61], "")  # the parser here gives no row


def test_the_pattern_grows_with_what_rows_turn_out_to_be() -> None:
    styled = '<c r="A#" s="1"><v>#</v></c><c r="C#"><f>A#*2</f><v>2</v></c>'
    pieces = [rows_of(1, 200, NUMBERED), rows_of(201, 200, NAMED), rows_of(401, 200, styled)]
    for last in range(1, 4):
        chunk, rest, parsed = taken(*pieces[:last])
        assert (len(chunk.numbers), rest, parsed) == (200, "", [])


def test_headers_add_no_kinds_to_the_columns_below() -> None:
    chunk, _, parsed = taken(rows_of(1, 1, NAMED) + rows_of(2, 300, NUMBERED))
    assert parsed == [rows_of(1, 1, NAMED).encode()]
    assert chunk.columns[0][-1] == 301


def test_hidden_rows_are_taken_and_told() -> None:
    xml = "".join(f'<row r="{n}" hidden="{n % 2}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 9))
    assert taken(xml)[2] == []
    assert both_ways(worksheet(xml))[1].hidden_rows == {1, 3, 5, 7}


@pytest.mark.parametrize("prefix", ["x", "ss2"])
def test_a_prefix_of_the_elements_is_as_fast(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    xml = re.sub(r"<(/?)(?=[a-z])", rf"<\1{prefix}:", worksheet(PLAIN)).replace("xmlns=", f"xmlns:{prefix}=")
    expected = both_ways(xml)
    assert expected == both_ways(worksheet(PLAIN))
    monkeypatch.setattr(RowParser, "_start_cell", None)  # no cell comes this way
    assert parsed(xml.encode(), True) == expected


TEXTS = [
    "a &amp; b",
    "&lt;b&gt; &quot;&apos;",
    "&#20013;&#x4e2d;&#10;&#13;",
    " a  ",
    "two\nlines\tand a tab",
    "_x000D_ _x005F_ _xD83D__xDE00_ _xD83D_",
    "a&#95;x000D_b _&#x78;0041_",
    "文字 🔩",
    "a\r\nb\rc",
    "]]&gt;",
]


@pytest.mark.parametrize("kind", ['t="str"><v>{}</v>', 't="inlineStr"><is><t xml:space="preserve">{}</t></is>'])
@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_what_an_xml_parser_makes_of_them(text: str, kind: str) -> None:
    both_ways(worksheet(rows_of(1, 3, NAMED) + f'<row r="4"><c r="A4" {kind.format(text)}</c></row>'))


@pytest.mark.parametrize("text", ["&nbsp;", "&", "&#0;", "&#xD800;", "&#x110000;", "]]>", "\x01", "\ufffe"])
def test_texts_that_are_no_xml_are_damage(text: str) -> None:
    assert both_ways(worksheet(rows_of(1, 3, NAMED.replace("n", text))))[0] is DamagedFile


@pytest.mark.parametrize(
    "declaration", ["<?xml version='1.0' encoding='UTF-8'?>", '<?xml version="1.0" encoding="utf-8" standalone="yes"?>']
)
def test_declarations_in_either_quotes_are_as_fast(declaration: str, monkeypatch: pytest.MonkeyPatch) -> None:
    xml = declaration + worksheet(PLAIN)
    expected = both_ways(xml)
    monkeypatch.setattr(RowParser, "_start_cell", None)  # no cell comes this way
    assert parsed(xml.encode(), True) == expected


@pytest.mark.parametrize(
    "xml",
    [
        worksheet(PLAIN)
        .replace("<sheetData>", '<a xmlns="urn:other"><sheetData>')
        .replace("</sheetData>", "</sheetData></a>"),
        worksheet(PLAIN)
        .replace("<worksheet ", "<worksheet other=' ")
        .replace("><sheetData>", "' xmlns='urn:x'><sheetData>"),
        worksheet(PLAIN.replace('<row r="3"', '\x1c<row r="3"')),
        worksheet(PLAIN.replace('<row r="3"', '\xa0<row r="3"')),
        worksheet(PLAIN.replace('<row r="3"', '\n\t <row r="3"')),
    ],
)
def test_what_is_no_row_of_a_spreadsheet_is_none_on_both_paths(xml: str) -> None:
    both_ways(xml)


def test_rows_that_scatter_over_many_columns_are_the_same_in_little_room() -> None:
    rows = "".join(
        rows_of(n, 1, NUMBERED) + rows_of(n + 1, 1, f'<c r="{column_letters(n)}#" t="x"><v>1</v></c>')
        for n in range(1, 4_001, 2)
    )
    both_ways(worksheet(rows))
    chunks = list(Worksheet(STRINGS, NUMBERS).chunks(io.BytesIO(worksheet(rows).encode()), "sheet"))
    assert all(len(chunk.numbers) * len(chunk.columns) <= MOST_PLACES for chunk in chunks)


def test_a_wide_row_before_narrow_ones_leaves_them_to_the_exact_path() -> None:
    wide = "".join(f'<c r="{column_letters(n)}1"><v>{n}</v></c>' for n in range(300))
    xml = f'<row r="1">{wide}</row>' + rows_of(2, 80, NUMBERED)
    assert taken(xml)[1:] == (xml, [])
    both_ways(worksheet(xml))


def test_a_sheet_of_thousands_of_styles_makes_no_pattern_of_them_all() -> None:
    formats = io.BytesIO(workbooks.styles(*("0" * width for width in range(2, 60))).encode())
    values = CellValues(STRINGS, number_readers(formats, False))
    regular = RegularRows(values, "", RowNumbers(), Findings())
    columns = [column_letters(n) for n in range(200)]
    for row in range(1, 59):
        cells = "".join(f'<c r="{name}{row}" s="{row}"><v>1</v></c>' for name in columns)
        with suppress(NotRegular):
            regular.take(f'<row r="{row}">{cells}</row>', lambda _xml: [])
    assert len(regular._pattern.groups) <= MOST_KINDS


@pytest.mark.parametrize("odd", ODD)
def test_row_that_is_not_plain_is_left_to_expat(odd: str) -> None:
    both_ways(worksheet(PLAIN + odd))
    both_ways(worksheet(odd + '<row r="30"><c r="A30"><v>1</v></c></row>'))
    both_ways(worksheet(PLAIN + odd + '<row r="30"><c r="A30"><v>1</v></c></row>'))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<?xml version="1.0" encoding="UTF-8"?>', ""),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>', ""),
        ("\ufeff", ""),
        ("<!-- <sheetData> -->", ""),
        ("", "<!-- after -->"),
    ],
)
def test_head_of_any_kind_gives_the_same(before: str, after: str) -> None:
    xml = worksheet(PLAIN)
    start = xml.index("<worksheet")
    both_ways(before + xml[start:] + after)


def test_utf_16_gives_the_same() -> None:
    xml = worksheet(PLAIN)
    both_ways(('<?xml version="1.0" encoding="UTF-16"?>' + xml[xml.index("<worksheet") :]).encode("utf-16"))


cells = st.builds(
    '<c r="{}{}"{}{}>{}</c>'.format,
    st.sampled_from(["A", "B", "C", "AA", "XFD"]),
    st.sampled_from(["5", "6"]),
    st.sampled_from(["", ' s="0"', ' s="1"', ' s="3"']),
    st.sampled_from(["", ' t="n"', ' t="s"', ' t="b"', ' t="e"', ' t="str"', ' t="inlineStr"', ' t="d"']),
    st.sampled_from(
        [
            "",
            "<v>1</v>",
            "<v>0.30000000000000004</v>",
            "<v>1E+300</v>",
            "<v>x</v>",
            "<v/>",
            "<v></v>",
            "<is><t>in</t></is>",
            "<is><r><t>a</t></r><r><t>b</t></r></is>",
            "<f>A1</f><v>3</v>",
            "<v>#REF!</v>",
        ]
    ),
)
rows = st.builds(
    '<row r="{}"{}>{}</row>{}'.format,
    st.sampled_from(["4", "5", "5", "6"]),
    st.sampled_from(["", ' spans="1:3"', ' hidden="1"', ' hidden="0"', ' customFormat="1"']),
    st.lists(cells, max_size=4).map("".join),
    st.sampled_from(["", "\n", " ", "<!-- c -->", '<row r="9"/>']),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(rows, max_size=4).map("".join))
def test_generated_sheets_give_the_same(generated: str) -> None:
    both_ways(worksheet(generated))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_sheets_give_the_same(data: st.DataObject) -> None:
    xml = bytearray(worksheet(PLAIN + '<row r="9"><c r="A9"><v>1</v></c></row>').encode())
    start = xml.index(b"<sheetData>")
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(start, len(xml) - 1))
        xml[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3) | st.just(b"</row>"))
    fast, exact = parsed(bytes(xml), True), parsed(bytes(xml), False)
    both_failed = isinstance(fast[0], type) and isinstance(exact[0], type)  # not always with the same words
    assert both_failed or fast == exact


@pytest.mark.skipif(not SHARED_DATA.exists(), reason=f"the odd workbooks are not at {SHARED_DATA}")
def test_odd_workbooks_give_the_same() -> None:
    compared = 0
    for path in sorted((SHARED_DATA / "odd").rglob("*.xls[xm]")):
        try:
            archive = Archive(path)
        except AppError:
            continue
        for name in archive.names():
            if name.startswith("xl/worksheets/sheet"):
                try:
                    with archive.open(name) as stream:
                        both_ways(b"".join(iter(lambda: stream.read(CHUNK), b"")))
                except AppError:
                    continue
                compared += 1
        archive.close()
    assert compared > 100
