"""One worksheet: every cell by its value and its address."""

from __future__ import annotations

import io
import time as clock
from collections.abc import Sequence
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import LAST_COLUMN, MOST_PLACES, Cell, Padded, Row, Unusable, column_letters
from app.sheets.problems import DamagedFile, RefusedFile
from app.sheets.read.findings import Findings
from app.sheets.read.xlsx.shared_strings import shared_strings
from app.sheets.read.xlsx.styles import number_readers
from app.sheets.read.xlsx.values import UNCALCULATED
from app.sheets.read.xlsx.worksheet import Worksheet
from tests import workbooks
from tests.workbooks import MAIN, STRICT_MAIN, worksheet


def sheet_with(strings: Sequence[str] = (), formats: Sequence[int | str] = ()) -> Worksheet:
    """Return a worksheet with these shared strings and formats."""
    items = shared_strings(io.BytesIO(workbooks.shared_strings(*strings).encode()), "strings")
    return Worksheet(items, number_readers(io.BytesIO(workbooks.styles(*formats).encode()), False))


def read_xml(xml: str | bytes, strings: Sequence[str] = (), formats: Sequence[int | str] = ()) -> dict[str, Cell]:
    """Return a worksheet's cells by their addresses."""
    data = xml if isinstance(xml, bytes) else xml.encode()
    return workbooks.addressed(sheet_with(strings, formats).chunks(io.BytesIO(data), "sheet1.xml"))


def read(rows: str, strings: Sequence[str] = (), formats: Sequence[int | str] = ()) -> dict[str, Cell]:
    """Return the cells of these rows by their addresses."""
    return read_xml(worksheet(rows), strings, formats)


def cell(xml: str, strings: Sequence[str] = (), formats: Sequence[int | str] = ()) -> Cell:
    """Return the value of the only cell."""
    cells = read(f'<row r="1">{xml}</row>', strings, formats)
    assert len(cells) <= 1
    return next(iter(cells.values()), None)


def found(rows: str = "", before: str = "", after: str = "") -> tuple[list[Row], Findings]:
    """Return rows and findings of a worksheet."""
    sheet = sheet_with()
    xml = worksheet(rows, before, after).encode()
    return [row for chunk in sheet.chunks(io.BytesIO(xml), "sheet1.xml") for row in chunk.rows()], sheet.findings


def reason(value: Cell) -> str:
    """Return why a cell is unusable."""
    assert isinstance(value, Unusable)
    return value.reason


# What a cell holds


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<c><v>5</v></c>", 5),
        ('<c t="n"><v>5</v></c>', 5),
        ("<c><v>71053.0</v></c>", 71053),
        ("<c><v>0.30000000000000004</v></c>", 0.3),
        ("<c><v> 5\n</v></c>", 5),
        ('<c t="s"><v>1</v></c>', "second"),
        ('<c t="s"><v> 1 </v></c>', "second"),
        ('<c t="str"><v>a_x000D_b</v></c>', "a\rb"),
        ('<c t="str"><v> not trimmed </v></c>', " not trimmed "),
        ('<c t="inlineStr"><is><t> a </t></is></c>', " a "),
        ('<c t="inlineStr"><is><r><t>a</t></r><r><t>b_x000A_</t></r></is></c>', "ab\n"),
        ('<c t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>', "東京"),
        ('<c t="inlineStr"><v>written into v</v></c>', "written into v"),
        ("<c><is><t>without a kind</t></is></c>", "without a kind"),
        ('<c t="b"><v>1</v></c>', True),
        ('<c t="b"><v>0</v></c>', False),
        ('<c t="b"><v>true</v></c>', True),
        ('<c t="b"><v>FALSE</v></c>', False),
        ('<c t="d"><v>2024-06-10</v></c>', date(2024, 6, 10)),
        ('<c t="d"><v>2024-06-10T12:30:00</v></c>', datetime(2024, 6, 10, 12, 30)),
        ('<c t="d"><v>2024-06-10T12:30:00.123Z</v></c>', datetime(2024, 6, 10, 12, 30, 0, 123_000)),
        ('<c t="d"><v>12:30:15</v></c>', time(12, 30, 15)),
    ],
)
def test_a_cell_holds_what_its_kind_says(xml: str, value: Cell) -> None:
    read_value = cell(xml, ["<t>first</t>", "<t>second</t>"])
    assert read_value == value
    assert type(read_value) is type(value)


@pytest.mark.parametrize(
    "xml",
    [
        "<c/>",
        '<c s="0"/>',
        "<c><v/></c>",
        "<c><v></v></c>",
        "<c><v> </v></c>",
        '<c t="s"/>',
        '<c t="s"><v/></c>',
        '<c t="s"><v>0</v></c>',
        '<c t="str"><v></v></c>',
        '<c t="str"/>',
        '<c t="inlineStr"/>',
        '<c t="inlineStr"><is/></c>',
        '<c t="inlineStr"><is><t></t></is></c>',
        '<c t="b"/>',
        '<c t="b"><v/></c>',
        '<c t="d"><v/></c>',
        '<c t="str"><f>""</f><v></v></c>',
    ],
)
def test_a_cell_without_a_value_or_with_an_empty_text_is_blank(xml: str) -> None:
    assert cell(xml, ["<t></t>"]) is None


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"])
def test_an_error_is_unusable_and_named(error: str) -> None:
    assert cell(f'<c t="e"><v>{error}</v></c>') == Unusable(f"shows {error}")


@pytest.mark.parametrize("xml", ['<c t="e"/>', '<c t="e"><v/></c>', '<c t="e"><v> </v></c>'])
def test_an_error_without_a_name_is_not_blank(xml: str) -> None:
    assert cell(xml) == Unusable("shows an error")


@pytest.mark.parametrize(
    "xml",
    [
        "<c><f>A1</f></c>",
        "<c><f>A1</f><v/></c>",
        "<c><f>A1</f><v></v></c>",
        "<c><f>A1</f><v> </v></c>",
        "<c><f/></c>",
        '<c><f t="shared" si="0"/></c>',
        '<c t="str"><f>A1</f></c>',
        '<c t="b"><f>A1</f><v/></c>',
        '<c t="s"><f>A1</f></c>',
    ],
)
def test_a_formula_that_was_never_calculated_is_unusable(xml: str) -> None:
    assert cell(xml) == UNCALCULATED


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<c><f>1+1</f><v>2</v></c>", 2),
        ('<c><f t="shared" si="0"/><v>2</v></c>', 2),
        ('<c><f t="shared" ref="A1:A9" si="0">B1</f><v>2</v></c>', 2),
        ('<c t="str"><f>A1&amp;"x"</f><v>x</v></c>', "x"),
        ('<c t="b"><f>TRUE()</f><v>1</v></c>', True),
        ('<c t="e"><f>NA()</f><v>#N/A</v></c>', Unusable("shows #N/A")),
    ],
)
def test_a_formula_is_its_cached_value(xml: str, value: Cell) -> None:
    assert cell(xml) == value


@pytest.mark.parametrize("index", ["2", "-1", "x", "1_0", "1.0", "²", "٣", "", "9" * 5000, "+1", "1e0"])
def test_a_shared_string_that_is_not_there_is_never_another_one(index: str) -> None:
    strings = [f"<t>text {number}</t>" for number in range(2)]
    value = cell(f'<c t="s"><v>{index or "-"}</v></c>', strings)
    assert "missing in the file" in reason(value)


@pytest.mark.parametrize("text", ["2", "-1", "yes", "WAHR"])
def test_a_boolean_that_is_none_is_never_false(text: str) -> None:
    assert "not TRUE or FALSE" in reason(cell(f'<c t="b"><v>{text}</v></c>'))


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "1230",
        "2024",
        "2024-13-01",
        "2024-W01-1",
        "2024-06-10T12:30:00+02:00",
        "20240610",
        "x",
        "2024-06-10T12:30:00.1234567",
        "24:00",
        "2024-06-10T",
        "2024-06-1012:30",
        "T12:30",
        "٢٠٢٤-06-10",
    ],
)
def test_a_date_in_words_that_is_none_is_unusable(text: str) -> None:
    assert "not a date" in reason(cell(f'<c t="d"><v>{text}</v></c>'))


def test_a_cell_of_unknown_kind_is_unusable() -> None:
    assert "unknown kind" in reason(cell('<c t="zz"><v>1</v></c>'))


def test_half_a_character_is_unusable_wherever_it_stands() -> None:
    inline = '<c t="inlineStr"><is><t>_xD83D_</t></is></c>'
    for value in (
        cell('<c t="str"><v>_xD83D_</v></c>'),
        cell(inline),
        cell('<c t="s"><v>0</v></c>', ["<t>_xD83D_</t>"]),
    ):
        assert "half of a character" in reason(value)


def test_xml_that_is_no_text_does_not_change_a_value() -> None:
    assert cell('<c t="str"><v>a<!-- no -->b<?no no?><![CDATA[<c>]]>&amp;&#65;</v></c>') == "ab<c>&A"
    assert cell("<c><v>1<!-- 9 -->2</v></c>") == 12


def test_text_outside_of_values_is_no_value() -> None:
    assert read('x<row r="1">1<c r="A1">2<v>3</v>4</c>5</row>6') == {"A1": 3}
    assert read('<row r="1"><c r="A1" t="inlineStr">x<is>y<t>z</t>w</is></c></row>') == {"A1": "z"}


def test_text_of_a_cell_that_does_not_take_it_does_not_slip_into_the_next() -> None:
    stray = '<c r="A1"><v>1</v></c><c r="B1" t="inlineStr"><is><t>b</t></is></c><t>stray</t>'
    assert read(f'<row r="1">{stray}<c r="C1" t="inlineStr"><is><t>c</t></is></c></row>') == {
        "A1": 1,
        "B1": "b",
        "C1": "c",
    }


def test_two_values_in_one_cell_are_damage() -> None:
    with pytest.raises(DamagedFile, match="two values"):
        cell("<c><v>1</v><v>2</v></c>")


@pytest.mark.parametrize("length", [32_767, 300_000, 3_000_000])
def test_long_texts_come_whole(length: int) -> None:
    text = "a" * (length - 2) + "é\n"
    assert cell(f'<c t="str"><v>{text}</v></c>') == text
    assert cell(f'<c t="inlineStr"><is><t>{text}</t></is></c>') == text


@pytest.mark.parametrize("piece", ["a<x/>", "a<!-- -->", "&lt;", "&#10;", "a<![CDATA[b]]>"])
def test_a_value_in_a_million_pieces_takes_no_longer_than_its_length(piece: str) -> None:
    began = clock.process_time()
    cell(f'<c t="str"><v>{piece * 300_000}</v></c>')
    assert clock.process_time() - began < 5


# Styles


def test_a_style_makes_a_number_into_a_date() -> None:
    assert cell('<c s="1"><v>45453</v></c>', formats=[14]) == date(2024, 6, 10)
    assert cell('<c s="1"><v>45453.5</v></c>', formats=["yyyy-mm-dd h:mm"]) == datetime(2024, 6, 10, 12)


def test_a_zero_padding_format_shows_its_zeros() -> None:
    padded = cell('<c s="1"><v>123</v></c>', formats=["00000"])
    assert isinstance(padded, Padded)
    assert padded.shown == "00123"


def test_an_empty_style_is_the_first_one() -> None:
    assert cell('<c s=""><v>5</v></c>', formats=[14]) == 5


def test_a_style_does_not_change_texts() -> None:
    assert cell('<c s="1" t="str"><v>45453</v></c>', formats=[14]) == "45453"


def test_a_style_that_is_not_there_is_the_first_one() -> None:
    assert cell('<c s="99"><v>45453</v></c>', formats=[14]) == 45453


@pytest.mark.parametrize("style", ["-1", "x", "1_0", "1.0", "²", "٣", "9" * 5000])
def test_a_style_that_is_no_number_is_damage(style: str) -> None:
    with pytest.raises(DamagedFile, match="style"):
        cell(f'<c s="{style}"><v>45453</v></c>', formats=[14])


# Addresses


def test_cells_have_the_addresses_that_the_file_gives() -> None:
    assert read('<row r="3"><c r="B3"><v>1</v></c></row><row r="7"><c r="AA7"><v>2</v></c></row>') == {
        "B3": 1,
        "AA7": 2,
    }


def test_cells_without_addresses_are_counted() -> None:
    rows = "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c><v>4</v></c></row>"
    assert read(rows) == {"A1": 1, "C1": 3, "A3": 4}


def test_cells_without_an_address_follow_the_one_before_them() -> None:
    assert read('<row r="2"><c r="C2"><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>') == {
        "C2": 1,
        "D2": 2,
        "A3": 3,
    }


def test_a_row_without_a_number_is_where_its_cells_say() -> None:
    assert read('<row><c r="A5"><v>1</v></c><c r="B5"><v>2</v></c></row><row><c><v>3</v></c></row>') == {
        "A5": 1,
        "B5": 2,
        "A6": 3,
    }


def test_addresses_may_be_in_small_letters() -> None:
    assert read('<row r="1"><c r="ab1"><v>1</v></c></row>') == {"AB1": 1}


def test_cells_of_a_row_may_stand_in_any_order() -> None:
    assert read('<row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row>') == {"A1": 1, "C1": 3}


@pytest.mark.parametrize(
    "reference",
    [
        "A2",
        "A11",
        "A",
        "1",
        "A0",
        "A-1",
        "A1B1",
        "XFE1",
        "AAAA1",
        "$A$1",
        "A1:B1",
        "ß1",
        "Ａ1",
        "A١",
        " A1",
        "Z" * 90_000,
    ],
)
def test_an_address_that_contradicts_its_row_or_that_excel_does_not_have_is_damage(reference: str) -> None:
    with pytest.raises(DamagedFile, match="address") as error:
        read(f'<row r="1"><c r="{reference}"><v>1</v></c></row>')
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("number", ["0", "-1", "1048577", "1e3", "٣", "²", "", "x", "1.0", "9" * 5000])
def test_a_row_number_that_excel_does_not_have_is_damage(number: str) -> None:
    with pytest.raises(DamagedFile, match="row") as error:
        read(f'<row r="{number}"><c><v>1</v></c></row>')
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("between", ["", '<row r="1"><c><v>3</v></c></row>'])
def test_rows_that_stand_twice_are_damage(between: str) -> None:
    row = '<row r="2"><c><v>1</v></c></row>'
    with pytest.raises(DamagedFile, match="Row 2 stands twice"):
        read(row + between + row)


def test_rows_out_of_order_are_where_their_numbers_say() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in (7, 2, 5, 1, 9))
    assert read(rows) == {f"A{n}": n for n in (7, 2, 5, 1, 9)}
    assert read(rows + "<row><c><v>10</v></c></row>")["A10"] == 10


def test_a_cell_that_stands_twice_is_damage() -> None:
    with pytest.raises(DamagedFile, match="A1 stands twice"):
        read('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>')


def test_rows_beyond_the_last_one_of_excel_are_damage() -> None:
    with pytest.raises(DamagedFile, match="row"):
        read('<row r="1048576"><c><v>1</v></c></row><row><c><v>2</v></c></row>')


def test_columns_beyond_the_last_one_of_excel_are_damage() -> None:
    assert len(read(f"<row>{'<c><v>1</v></c>' * LAST_COLUMN}</row>")) == LAST_COLUMN
    with pytest.raises(DamagedFile, match="column"):
        read(f"<row>{'<c><v>1</v></c>' * (LAST_COLUMN + 1)}</row>")


def test_rows_without_cells_are_told() -> None:
    assert found('<row r="1"/><row r="2"><c r="A2"/></row>')[0] == [(1, {}), (2, {})]


# Around the cells


@pytest.mark.parametrize(("reference", "end"), [("A1:C7", "C7"), ("A7", "A7"), ("a1:c7", "C7")])
def test_the_dimension_tells_the_last_cell(reference: str, end: str) -> None:
    assert found(before=f'<dimension ref="{reference}"/>')[1].declared_end == end


@pytest.mark.parametrize("reference", ["", "A", "1:2", "A1:", "A1:B٣", "A" + "1" * 5000, "A1:B2 C1:D2", "$A$1:$B$2"])
def test_a_dimension_that_is_none_is_passed_over(reference: str) -> None:
    assert found(before=f'<dimension ref="{reference}"/>')[1].declared_end == ""


def test_a_dimension_that_lies_changes_no_cell() -> None:
    for claim in ("A1", "XFD1048576", "B2:B2"):
        rows, _ = found('<row r="5"><c r="C5"><v>1</v></c></row>', f'<dimension ref="{claim}"/>')
        assert rows == [(5, {2: 1})]


def test_hidden_rows_and_columns_are_read_and_told() -> None:
    rows, findings = found(
        '<row r="1" hidden="1"><c><v>1</v></c></row><row r="2" hidden="true"/><row r="3" hidden="0"/>',
        '<cols><col min="2" max="3" hidden="1"/><col min="5" max="5"/><col min="9" max="9" hidden="true"/></cols>',
    )
    assert rows[0] == (1, {0: 1})
    assert findings.hidden_rows == {1, 2}
    assert findings.hidden_columns == {1, 2, 8}


def test_hidden_columns_end_where_excel_does() -> None:
    _, findings = found(before='<cols><col min="16000" max="4000000000" hidden="1"/></cols>')
    assert findings.hidden_columns == set(range(15_999, LAST_COLUMN))


@pytest.mark.parametrize(("first", "last"), [("x", "3"), ("1", "²"), ("-1", "3"), ("1", "9" * 5000), ("1", "1_0")])
def test_hidden_columns_that_are_no_numbers_are_damage(first: str, last: str) -> None:
    with pytest.raises(DamagedFile, match="column"):
        found(before=f'<cols><col min="{first}" max="{last}" hidden="1"/></cols>')


def test_merged_areas_are_told_and_only_their_first_cell_has_a_value() -> None:
    rows, findings = found(
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2"/></row><row r="3"><c r="A3"/></row>',
        after='<mergeCells><mergeCell ref="A2:B3"/><mergeCell ref="C5"/></mergeCells>',
    )
    assert rows == [(2, {0: 1}), (3, {})]
    assert findings.merged == [(2, 3), (5, 5)]
    assert findings.first_merged == ["A2:B3", "C5"]


@pytest.mark.parametrize("reference", ["", "A1:XFD1048576", "A:A", "A1:B" + "9" * 5000, "x", "A1:B٣"])
def test_a_merged_area_of_any_size_costs_nothing(reference: str) -> None:
    rows, _ = found(
        '<row r="1"><c><v>1</v></c></row>', after=f'<mergeCells><mergeCell ref="{reference}"/></mergeCells>'
    )
    assert rows == [(1, {0: 1})]


# The XML itself


def test_strict_namespaces_are_the_same() -> None:
    assert read_xml(worksheet("<row><c><v>1</v></c></row>").replace(MAIN, STRICT_MAIN)) == {"A1": 1}


def test_prefixed_namespaces_are_the_same() -> None:
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert read_xml(xml) == {"A1": 1}


def test_elements_of_other_namespaces_are_passed_over() -> None:
    extension = '<e:row xmlns:e="urn:e"><e:c r="A1"><e:v>9</e:v></e:c></e:row>'
    assert read(f'<row r="1"><c r="A1"><v>1</v></c></row>{extension}') == {"A1": 1}


def test_a_part_may_be_in_utf16() -> None:
    xml = '<?xml version="1.0" encoding="utf-16"?>' + worksheet('<row><c t="str"><v>é😀</v></c></row>')
    assert read_xml(xml.encode("utf-16")) == {"A1": "é😀"}


def test_a_part_that_breaks_off_is_damage() -> None:
    with pytest.raises(DamagedFile, match="not well-formed"):
        read_xml(worksheet("<row><c><v>1</v></c></row>")[:-20])


def test_a_document_type_is_refused() -> None:
    with pytest.raises(RefusedFile, match="document type"):
        read_xml('<!DOCTYPE worksheet [<!ENTITY a "b">]>' + worksheet("<row><c><v>&a;</v></c></row>"))


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><c r="B1"><v>1</v></c></c></row>',
        '<row r="1"><row r="2"><c r="A2"><v>1</v></c></row></row>',
        "<c><v>1</v></c>",
        "<v>1</v>",
        "<is><t>1</t></is>",
        "<row><v>1</v></row>",
        "<row><c><v><v>1</v></v></c></row>",
        "<row><c><is><is><t>1</t></is></is></c></row>",
        "<row><c><v><c/></v></c></row>",
        "<rPh/><row><c><is><rPh><rPh><t>x</t></rPh><t>y</t></rPh><t>z</t></is></c></row>",
        "<row>" + "<c>" * 10_000 + "</c>" * 10_000 + "</row>",
    ],
)
def test_elements_where_none_belong_do_no_harm(rows: str) -> None:
    try:
        assert all(isinstance(value, int | str) for value in read(rows).values())
    except DamagedFile:
        return


ATTRIBUTES = st.sampled_from(
    ["0", "1", "-1", "", "A1", "B2", "A1:B9", "XFD1048576", "²", "1e3", "true", "zz", "s", "e"]
)
TAGS = st.sampled_from(["row", "c", "v", "f", "is", "t", "r", "rPh", "col", "dimension", "mergeCell", "si"])
NAMES = st.sampled_from(["r", "s", "t", "hidden", "min", "max", "ref"])


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    """Return an element of a worksheet with attributes and children that may not belong there."""
    tag = draw(TAGS)
    attributes = "".join(f' {n}="{v}"' for n, v in draw(st.dictionaries(NAMES, ATTRIBUTES, max_size=3)).items())
    inside = draw(st.sampled_from(["", "1", "x", "_xD800_"]))
    if depth:
        inside += "".join(draw(st.lists(elements(depth - 1), max_size=3)))
    return f"<{tag}{attributes}>{inside}</{tag}>"


@given(elements())
def test_no_tree_of_elements_breaks_the_parser(xml: str) -> None:
    try:
        for value in read(xml, ["<t>a</t>"], [14]).values():
            assert isinstance(value, Cell)
    except (DamagedFile, RefusedFile):
        return


def test_chunks_of_a_long_sheet_join_without_a_seam() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="str"><v>text {n}</v></c></row>' for n in range(1, 20_001))
    assert read(rows) == {f"A{n}": f"text {n}" for n in range(1, 20_001)}


@pytest.mark.parametrize("regular", [True, False])
def test_rows_that_use_many_columns_make_no_wide_chunks(regular: bool) -> None:
    count = 4_000
    rows = "".join(f'<row r="{n}"><c r="{column_letters(n)}{n}"><v>{n}</v></c></row>' for n in range(1, count + 1))
    chunks = list(sheet_with().chunks(io.BytesIO(worksheet(rows).encode()), "sheet1.xml", regular))
    assert all(len(chunk.numbers) * len(chunk.columns) <= MOST_PLACES for chunk in chunks)
    found = [(number, cells) for chunk in chunks for number, cells in chunk.rows()]
    assert found == [(n, {n: n}) for n in range(1, count + 1)]
