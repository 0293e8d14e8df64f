"""Rows that go straight from XML into stored values become what they become by way of cells."""

from __future__ import annotations

import dataclasses
import io
import marshal
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import AppError
from app.sheets import straight
from app.sheets.batches import Batches
from app.sheets.cells import Cell, Chunk
from app.sheets.convert.rules import Rules
from app.sheets.encode import encoded
from app.sheets.frames import COLUMNS, TEXT, ConvertJob
from app.sheets.plan import MappedColumn, Plan
from app.sheets.problems import DamagedFile
from app.sheets.read.straight import Stored
from app.sheets.read.xlsx.formats import shape_of
from app.sheets.read.xlsx.styles import NumberReader
from app.sheets.read.xlsx.worksheet import Worksheet
from app.sheets.straight import StraightRows
from app.sheets.table import DOUBLE_DIGITS, Column, Key, Table
from tests.compiled import needs_compiler
from tests.workbooks import worksheet

pytestmark = needs_compiler

STRINGS: list[Cell] = [
    "id",
    "name",
    "price",
    "上海",
    "tab\there",
    None,
    "back\\slash\nline\r",
    "a space ",
    "🔩" * 12,
    "s",
]
CODES = ("General", "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd", "h:mm", "00000", "0.00", "[h]:mm")
DATE_STYLES = (1, 2, 3)
HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
ID = Column("id", "integer", "int", nullable=False, minimum=0, maximum=2**31 - 1)
NAME = Column("name", "text", "varchar(20)", length=20)
PRICE = Column("price", "decimal", "decimal(9,2)", precision=9, scale=2)
# Columns of every kind and limit that the compiled part knows of, and some that it leaves alone.
COLUMNS_OF_ALL_KINDS = (
    NAME,
    PRICE,
    ID,
    Column("automatic", "integer", "int", is_automatic=True, zero_is_next=True),
    Column("big", "integer", "bigint", minimum=-(2**63), maximum=2**63 - 1),
    Column("wide", "decimal", "decimal(30,4)", precision=30, scale=4),
    Column("kept_as_double", "decimal", "decimal(9,2)", precision=9, scale=2, exact_digits=DOUBLE_DIGITS),
    Column("wider_than_doubles", "decimal", "decimal(18,2)", precision=18, scale=2, exact_digits=DOUBLE_DIGITS),
    Column("floating", "decimal", "double(10,2)", precision=10, scale=2, exact_digits=DOUBLE_DIGITS, is_floating=True),
    Column("open", "decimal", "numeric"),
    Column("whole", "decimal", "decimal(5)", precision=5, scale=0),
    Column("float", "float", "double"),
    Column("short_float", "float", "float", exact_digits=6),
    Column("flag", "boolean", "tinyint(1)"),
    Column("day", "date", "date"),
    Column("moment", "datetime", "datetime"),
    Column("exact_moment", "datetime", "datetime(6)", fraction_digits=6),
    Column("time", "time", "time"),
    Column("char", "text", "char(5)", length=5, drops_spaces=True),
    Column("bytes", "text", "tinytext", max_bytes=30),
    Column("sort", "enum", "enum('s','m')", members=("s", "m")),
    Column("json", "json", "json"),
    Column("required", "text", "varchar(20)", nullable=False, length=20),
    Column("replaced", "integer", "int", nullable=False, default="7"),
)
# Rows that are other than the rest, each for a reason of its own; {n} is the row's number.
ODD = {
    "a bad cell": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="C{n}" t="s"><v>3</v></c></row>',
    "a key that stands twice": '<row r="{n}"><c r="A{n}"><v>7</v></c></row>',
    "a required cell": '<row r="{n}"><c r="C{n}"><v>1.5</v></c></row>',
    "blank": '<row r="{n}"><c r="A{n}"/></row>',
    "blank by its text": '<row r="{n}"><c r="B{n}" t="s"><v>5</v></c></row>',
    "without cells": '<row r="{n}"/>',
    "hidden": '<row r="{n}" hidden="1"><c r="A{n}"><v>{n}</v></c></row>',
    "not hidden": '<row r="{n}" hidden="0" ht="15"><c r="A{n}"><v>{n}</v></c></row>',
    "of attributes": '<row r="{n}" spans="1:3" x14ac:dyDescent="0.25"><c r="A{n}"><v>{n}</v></c></row>',
    "without a number": "<row><c><v>{n}</v></c></row>",
    "a stray": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="F{n}"><v>1</v></c></row>',
    "left out": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="E{n}"><v>1</v></c></row>',
    "left out, a text": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="E{n}" t="str"><v>北</v></c></row>',
    "a comment": '<row r="{n}"><!-- no --><c r="A{n}"><v>{n}</v></c></row>',
    "other blanks": '<row r="{n}" ><c  r="A{n}"><v> {n} </v></c></row>',
    "a row that stands twice": '<row r="9"><c r="A9"><v>{n}</v></c></row>',
    "another row's cell": '<row r="{n}"><c r="A{n}1"><v>{n}</v></c></row>',
    "cells that stand twice": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="A{n}"><v>1</v></c></row>',
    "cells out of order": '<row r="{n}"><c r="B{n}" t="s"><v>3</v></c><c r="A{n}"><v>{n}</v></c></row>',
    "an error": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="e"><v>#N/A</v></c></row>',
    "a formula": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="C{n}"><f>A1/2</f><v>0.5</v></c></row>',
    "a missing style": '<row r="{n}"><c r="A{n}" s="99"><v>{n}</v></c></row>',
    "a missing text": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="s"><v>99</v></c></row>',
    "in line": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="inlineStr"><is><t>a]&gt;é</t></is></c></row>',
    "no text": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="str"><v></v></c></row>',
    "an escape": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="str"><v>_x0041_</v></c></row>',
    "the end": "</sheetData><sheetData>",
}


class Slowly(io.BytesIO):
    """A stream that gives some hundred bytes at a time, so that there are many pieces."""

    share = 0.5

    def read(self, _size: int | None = -1) -> bytes:
        return super().read(600)


def plan_of(columns: tuple[Column, ...], key: str = "id", left_out: tuple[tuple[int, str], ...] = ()) -> Plan:
    table = Table("things", columns, (Key("PRIMARY", (key,)),))
    mapped = tuple(MappedColumn(place, column.name, column, "name") for place, column in enumerate(columns))
    return Plan("Sheet1", 1, table, mapped, left_out)


PLAN = plan_of((ID, NAME, PRICE), left_out=((4, "notes"),))


def regular(number: int) -> str:
    return (
        f'<row r="{number}"><c r="A{number}"><v>{number}</v></c><c r="B{number}" t="s"><v>{3 + number % 2}</v></c>'
        f'<c r="C{number}"><v>{number / 100:.17G}</v></c></row>'
    )


def sheet(odd: dict[int, str], count: int = 120) -> bytes:
    """Return a worksheet of many regular rows, with odd ones in the place of some."""
    rows = [ODD[odd[number]].format(n=number) if number in odd else regular(number) for number in range(2, count)]
    return worksheet(HEADER + "".join(rows)).encode()


def converted(xml: bytes, job: ConvertJob, is_straight: bool) -> tuple[Any, int]:
    """Return all that is said of a sheet, and how many rows were stored without having been cells.

    The rows come as many as were read at a time; those are joined.
    """
    reading = Worksheet(STRINGS, [NumberReader(shape_of(code, False)) for code in CODES])
    way = StraightRows(job, job.plan.left_out_positions)
    count = 0
    numbers: list[int] = []
    rows: list[Any] = []
    try:
        chunks = reading.chunks(Slowly(xml), "sheet1.xml", straight=way if is_straight else None)
        first = next(chunks, Chunk([], {}))
        way.batches = batches = Batches(job, job.plan.left_out_positions)
        for batch in batches.with_stored(chain([first], chunks), reading.findings.hidden_rows):
            good = batch if isinstance(batch, Stored) else batch.good()
            if good.numbers:
                numbers += good.numbers
                rows.append(good.content if isinstance(good, Stored) else encoded(good, job))
            count += len(good.numbers) if isinstance(good, Stored) else 0
    except AppError as error:
        return (str(error), error.hint), count
    found = (numbers, _joined(rows, job), *_told(batches), sorted(reading.findings.hidden_rows))
    return found, count


def _joined(rows: list[bytes], job: ConvertJob) -> Any:
    """Return the stored values; LOAD DATA takes floats spelled in one way or another."""
    if job.sink == TEXT:
        is_float = [mapped.column.kind == "float" for mapped in job.plan.columns]
        lines = [line.split(b"\t") for line in b"".join(rows).splitlines()]
        return [
            [
                float(field) if one and field != b"\\N" else field
                for one, field in zip(is_float, line[-len(is_float) :], strict=True)
            ]
            for line in lines
        ], [line[: -len(is_float)] for line in lines]
    batches = map(marshal.loads, rows)
    stored = [mapped.column for mapped in job.plan.columns]
    return (
        [
            [_typed(value, column) for value in chain(*columns)]
            for column, columns in zip(
                stored if job.stage is None else [ID, *stored], zip(*batches, strict=True), strict=True
            )
        ]
        if rows
        else []
    )


def _typed(value: Any, column: Column) -> tuple[type, Any]:
    """Return a value with its type; SQLite makes doubles of decimals, so some come as such."""
    if column.kind == "decimal" and column.exact_digits == DOUBLE_DIGITS and value is not None:
        value = float(value)
    return type(value), value


def _told(batches: Batches) -> tuple[Any, ...]:
    """Return what was summed up; floats are added up in another order, and to 15 digits."""
    summary = asdict(batches.summary)
    floats = [[float(f"{value:.9g}") for value in summary.pop(name)] for name in ("sums", "magnitudes")]
    exact = [value for value in batches.summary.sums if isinstance(value, int) and value]
    return summary, floats, exact, batches.strays()


@pytest.mark.parametrize("stage", [None, 10**12])
@pytest.mark.parametrize("sink", [TEXT, COLUMNS])
def test_regular_rows_are_never_cells(sink: str, stage: int | None) -> None:
    job = ConvertJob(PLAN, sink, stage=stage)
    by_cells, none = converted(sheet({}), job, False)
    straight_on, count = converted(sheet({}), job, True)
    assert straight_on == by_cells
    assert none == 0
    assert count > 100


@pytest.mark.parametrize("reason", ODD)
@pytest.mark.parametrize("place", [3, 60, 119])
def test_odd_rows_among_them_are_told_as_ever(reason: str, place: int) -> None:
    xml = sheet({place: reason})
    assert converted(xml, ConvertJob(PLAN, TEXT), True)[0] == converted(xml, ConvertJob(PLAN, TEXT), False)[0]


@settings(max_examples=40)
@given(st.dictionaries(st.integers(2, 119), st.sampled_from(sorted(ODD)), max_size=6), st.booleans())
def test_any_of_them_together(odd: dict[int, str], goes_on: bool) -> None:
    job = ConvertJob(PLAN, TEXT, goes_on=goes_on, max_rejects=3)
    assert converted(sheet(odd), job, True)[0] == converted(sheet(odd), job, False)[0]


@pytest.mark.parametrize("options", [{"limit": 50}, {"skip_hidden": True}, {"rules": Rules(nulls=frozenset({"上海"}))}])
def test_what_depends_on_more_than_the_row_goes_by_way_of_cells(options: dict[str, Any]) -> None:
    job = ConvertJob(PLAN, TEXT, **options)
    straight_on, count = converted(sheet({20: "hidden"}), job, True)
    assert straight_on == converted(sheet({20: "hidden"}), job, False)[0]
    assert count == 0


def test_everything_goes_by_way_of_cells_where_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(straight, "IS_COMPILED", False)
    by_cells, count = converted(sheet({}), ConvertJob(PLAN, TEXT), True)
    assert count == 0
    assert len(by_cells[0]) == 118


def test_a_row_that_stands_twice_is_found_whichever_way_it_went() -> None:
    (message, _), _ = converted(sheet({100: "a row that stands twice"}), ConvertJob(PLAN, TEXT), True)
    with pytest.raises(DamagedFile, match="Row 9 stands twice"):
        raise DamagedFile(message)


def serials() -> st.SearchStrategy[float]:
    seconds = st.integers(0, 86_400 * 70_000)
    return st.one_of(seconds.map(lambda second: second / 86_400), st.floats(-5, 70_000), st.integers(-2, 70_000))


def numbers() -> st.SearchStrategy[str]:
    """Return numbers as programs spell them: doubles in 15 to 17 digits, decimals, whole ones, and odd spellings."""
    values = st.one_of(
        st.floats(allow_nan=False, allow_infinity=False),
        st.floats(-1e6, 1e6),
        st.integers(-(10**17), 10**17),
        st.integers(-1000, 1000),
        st.decimals(-(10**7), 10**7, places=2).map(float),
        serials(),
    )
    spellings = st.sampled_from(("{:.17G}", "{:.16g}", "{:.15g}", "{!r}", "{:.2f}", "{:.9f}", "{:.10f}", "{}"))
    spelled = st.builds(lambda value, spelling: spelling.format(value), values, spellings)
    return st.one_of(spelled, st.text("0123456789.eE+-", min_size=1, max_size=22))


def cells() -> st.SearchStrategy[str]:
    """Return the cells of a column, each as it stands behind its address."""
    style = st.sampled_from(("", *(f' s="{number}"' for number in range(len(CODES)))))
    plain = st.sampled_from(("", ' s="0"', ' s="1"', ' t="n"'))
    dates = st.sampled_from(tuple(f' s="{number}"' for number in DATE_STYLES))
    value = "{}><v>{}</v></c>".format
    text = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).map(escape)
    return st.one_of(
        st.builds(value, plain, numbers()),
        st.builds(value, dates, serials().map("{:.17G}".format)),
        st.builds(value, dates, serials().map("{:.9f}".format)),
        st.builds(value, style, numbers()),
        st.builds(value, style.map('{} t="s"'.format), st.integers(0, len(STRINGS))),
        st.builds(value, st.just(' t="b"'), st.sampled_from("012")),
        st.builds(value, st.just(' t="str"'), text),
        text.map(' t="inlineStr"><is><t>{}</t></is></c>'.format),
        style.map("{}/>".format),
    )


def sheet_of(cells: list[str], styled: str = "") -> bytes:
    """Return a worksheet with a cell in each row, beside the row's number; there are pieces of no more than one row."""
    rows = "".join(
        f'<row r="{number}"><c r="A{number}"><v>{number}</v></c><c r="B{number}"{styled}{cell}</row>' + " " * 600
        for number, cell in enumerate(cells, 2)
    )
    return worksheet(HEADER + " " * 600 + rows).encode()


BESIDE = Column("beside", "integer", "int")


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(COLUMNS_OF_ALL_KINDS),
    st.lists(cells(), min_size=4, max_size=12),
    st.sampled_from((TEXT, COLUMNS)),
    st.booleans(),
)
def test_any_cells_of_any_column(column: Column, found: list[str], sink: str, is_key: bool) -> None:
    job = ConvertJob(plan_of((BESIDE, column), column.name if is_key else "beside"), sink, goes_on=True)
    xml = sheet_of(found)
    assert converted(xml, job, True)[0] == converted(xml, job, False)[0]


@pytest.mark.parametrize("sink", [TEXT, COLUMNS])
@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("name", ' t="s"><v>3</v></c>'),
        ("name", ' t="s"><v>5</v></c>'),
        ("name", ' t="inlineStr"><is><t>北京</t></is></c>'),
        ("name", "><v>13800138000</v></c>"),
        ("name", "><v>0.5</v></c>"),
        ("price", "><v>0.30000000000000004</v></c>"),
        ("price", "><v>-17</v></c>"),
        ("kept_as_double", "><v>1.5</v></c>"),
        ("wide", "><v>1.5</v></c>"),
        ("big", "><v>-999999999999999</v></c>"),
        ("float", "><v>9.9999999999999995E-05</v></c>"),
        ("flag", ' t="b"><v>1</v></c>'),
        ("flag", "><v>0</v></c>"),
        ("day", ' s="2"><v>45292</v></c>'),
        ("day", ' s="1"><v>45292</v></c>'),
        ("moment", ' s="1"><v>45292.000428240738</v></c>'),
        ("moment", ' s="2"><v>45292</v></c>'),
        ("exact_moment", ' s="1"><v>45292.5</v></c>'),
        ("sort", ' t="s"><v>9</v></c>'),
        ("json", "/>"),
        ("char", ' t="s"><v>3</v></c>'),
        ("bytes", ' t="s"><v>3</v></c>'),
    ],
)
def test_usual_cells_go_straight(name: str, cell: str, sink: str) -> None:
    column = next(one for one in COLUMNS_OF_ALL_KINDS if one.name == name)
    job = ConvertJob(plan_of((BESIDE, column), "beside"), sink)
    xml = sheet_of([cell] * 5)
    straight_on, count = converted(xml, job, True)
    assert straight_on == converted(xml, job, False)[0]
    assert count == 5


@pytest.mark.parametrize("again", [HEADER, HEADER.replace('"1"', '"3"')])
@pytest.mark.parametrize("where", ["before", "behind"])
@pytest.mark.parametrize("header_row", [1, 3])
def test_rows_above_the_data_stand_once_as_well(header_row: int, where: str, again: str) -> None:
    plan = dataclasses.replace(PLAN, header_row=header_row)
    rows = "".join(regular(number) for number in range(4, 60))
    title = '<row r="2"><c r="A2" t="s"><v>1</v></c></row>'
    for xml in (HEADER + title + (again + rows if where == "before" else rows + again), HEADER + again + title + rows):
        sheet = worksheet(xml).encode()
        assert converted(sheet, ConvertJob(plan, TEXT), True)[0] == converted(sheet, ConvertJob(plan, TEXT), False)[0]


@pytest.mark.parametrize(
    "column",
    [
        Column("c", "text", "varchar(99999999999999999999)", length=99999999999999999999),
        Column("c", "text", "longtext", max_bytes=2**64),
        Column("c", "decimal", "decimal(3,400)", precision=3, scale=400),
        Column("c", "decimal", "decimal(5,-2)", precision=5, scale=-2),
        Column("c", "datetime", "datetime(200)", fraction_digits=200),
        Column("c", "integer", "int", minimum=-(2**70), maximum=2**70),
    ],
)
def test_limits_that_no_machine_word_holds_are_no_trouble(column: Column) -> None:
    job = ConvertJob(plan_of((BESIDE, column), "beside"), TEXT, goes_on=True)
    xml = sheet_of(["/>", ' t="s"><v>3</v></c>', "><v>7</v></c>"])
    assert converted(xml, job, True)[0] == converted(xml, job, False)[0]


def spelled_moments() -> Iterator[str]:
    start = datetime(1900, 3, 1)
    for second in range(0, 86_400 * 65_000, 86_400 * 7 + 12_347):
        moment = (start + timedelta(seconds=second) - datetime(1899, 12, 30)) / timedelta(days=1)
        yield from (f"{moment:.17G}", f"{moment:.9f}", f"{moment:.10f}")


def test_moments_of_two_centuries() -> None:
    texts = list(spelled_moments())
    column = Column("moment", "datetime", "datetime")
    job = ConvertJob(plan_of((column,), "none"), TEXT)
    rows = "".join(f'<row r="{row}"><c r="A{row}" s="1"><v>{text}</v></c></row>' for row, text in enumerate(texts, 2))
    xml = worksheet(HEADER + " " * 600 + rows).encode()
    straight_on, count = converted(xml, job, True)
    assert straight_on == converted(xml, job, False)[0]
    assert count > 0.98 * len(texts)


@pytest.mark.parametrize("scale", [0, 2, 7, 15])
def test_numbers_near_a_half_of_the_15th_digit_are_rounded_as_their_double(scale: int) -> None:
    """Where the 16th and 17th digit are about 50, the double decides, which is not the text."""
    column = Column("float", "float", "double")
    job = ConvertJob(plan_of((column,), "none"), TEXT)
    near = [f"{value}{end:02d}" for value in (123456789012345, 999999999999999, 100000000000000) for end in range(100)]
    texts = [f"{text[:-scale]}.{text[-scale:]}" if scale else f"{text[0]}.{text[1:]}E-3" for text in near]
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{text}</v></c></row>' for row, text in enumerate(texts, 2))
    xml = worksheet(HEADER + " " * 600 + rows).encode()
    assert converted(xml, job, True)[0] == converted(xml, job, False)[0]


def test_no_byte_is_believed() -> None:
    """Every piece cut anywhere, and with any byte in the place of another, is taken as ever or left."""
    job = ConvertJob(PLAN, TEXT)
    xml = sheet({4: "in line"}, 8)
    for place in range(len(xml) - 200, len(xml)):
        for damaged in (xml[:place], xml[:place] + b"\xef" + xml[place + 1 :], xml[:place] + b"<" + xml[place + 1 :]):
            assert converted(damaged, job, True)[0] == converted(damaged, job, False)[0]
