"""Rows that other processes work on become what they become in one process, in the same order."""

from __future__ import annotations

import io
from dataclasses import asdict
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import AppError
from app.sheets.batches import Batches
from app.sheets.cells import Chunk
from app.sheets.encode import encoded
from app.sheets.frames import COLUMNS, TEXT, ConvertJob
from app.sheets.plan import MappedColumn, Plan
from app.sheets.problems import DamagedFile
from app.sheets.read.ahead import Prepared
from app.sheets.read.xlsx import outwork
from app.sheets.read.xlsx.styles import NumberReader
from app.sheets.read.xlsx.worksheet import Worksheet
from app.sheets.table import Column, Key, Table
from app.sheets.turns import Turns
from tests.workbooks import worksheet

NAMES = ("id", "name", "price")
TABLE = Table(
    "things",
    (
        Column("id", "integer", "int", nullable=False, minimum=0, maximum=2**31 - 1),
        Column("name", "text", "varchar(20)", length=20),
        Column("price", "decimal", "decimal(9,2)", precision=9, scale=2),
    ),
    (Key("PRIMARY", ("id",)),),
)
PLAN = Plan(
    "Sheet1", 1, TABLE, tuple(MappedColumn(place, name, TABLE.column(name), "name") for place, name in enumerate(NAMES))
)
STRINGS = ["id", "name", "price", "上海", "tab\there"]
HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c></row>'
# Rows that are other than the rest, each for a reason of its own; {n} is the row's number.
ODD = {
    "a bad cell": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="C{n}" t="s"><v>3</v></c></row>',
    "a key that stands twice": '<row r="{n}"><c r="A{n}"><v>7</v></c></row>',
    "a required cell": '<row r="{n}"><c r="C{n}"><v>1.5</v></c></row>',
    "blank": '<row r="{n}"><c r="A{n}"/></row>',
    "hidden": '<row r="{n}" hidden="1"><c r="A{n}"><v>{n}</v></c></row>',
    "without a number": "<row><c><v>{n}</v></c></row>",
    "a stray": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="F{n}"><v>1</v></c></row>',
    "a comment": '<row r="{n}"><!-- no --><c r="A{n}"><v>{n}</v></c></row>',
    "other blanks": '<row r="{n}" ><c  r="A{n}"><v> {n} </v></c></row>',
    "a row that stands twice": '<row r="9"><c r="A9"><v>{n}</v></c></row>',
    "an error": '<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="e"><v>#N/A</v></c></row>',
    "the end": "</sheetData><sheetData>",
}


class Slowly(io.BytesIO):
    """A stream that gives some hundred bytes at a time, so that there are many pieces."""

    share = 0.5

    def read(self, _size: int | None = -1) -> bytes:
        return super().read(600)


def regular(number: int) -> str:
    return (
        f'<row r="{number}"><c r="A{number}"><v>{number}</v></c><c r="B{number}" t="s"><v>{3 + number % 2}</v></c>'
        f'<c r="C{number}"><v>{number / 100:.17G}</v></c></row>'
    )


def sheet(odd: dict[int, str], count: int = 120) -> bytes:
    """Return a worksheet of many regular rows, with odd ones in the place of some."""
    rows = [ODD[odd[number]].format(n=number) if number in odd else regular(number) for number in range(2, count)]
    return worksheet(HEADER + "".join(rows)).encode()


def converted(xml: bytes, job: ConvertJob, together: bool) -> tuple[Any, int]:
    """Return all that is said of a sheet, and how many rows were prepared; without a crew, or with one.

    The rows come as many as were read at a time; those are joined.
    """
    reading = Worksheet(STRINGS, [NumberReader(None)])
    turns = Turns(job)
    prepared = 0
    numbers: list[int] = []
    rows: list[Any] = []
    try:
        chunks = reading.chunks(Slowly(xml), "sheet1.xml", ahead=turns if together else None)
        first = next(chunks, Chunk([], {}))
        turns.batches = batches = Batches(job)
        for batch in batches.with_prepared(chain([first], chunks), reading.findings.hidden_rows):
            good = batch if isinstance(batch, Prepared) else batch.good()
            if good.numbers:
                numbers += good.numbers
                rows.append(good.content if isinstance(good, Prepared) else encoded(good, job))
            prepared += len(good.numbers) if isinstance(good, Prepared) else 0
    except AppError as error:
        return (str(error), error.hint), prepared
    found = (numbers, b"".join(rows) if job.sink == TEXT else None, asdict(batches.summary), batches.strays())
    return (*found, sorted(reading.findings.hidden_rows)), prepared


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outwork, "FIRST_PIECES", 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


@pytest.mark.parametrize("sink", [TEXT, COLUMNS])
def test_regular_rows_are_worked_on_elsewhere(sink: str) -> None:
    job = ConvertJob(PLAN, sink)
    alone, none = converted(sheet({}), job, together=False)
    together, prepared = converted(sheet({}), job, together=True)
    assert together == alone
    assert none == 0
    assert prepared > 80


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


@pytest.mark.parametrize("options", [{"limit": 50}, {"skip_hidden": True}])
def test_what_depends_on_the_rows_before_is_not_worked_on_elsewhere(options: dict[str, Any]) -> None:
    job = ConvertJob(PLAN, TEXT, **options)
    together, prepared = converted(sheet({20: "hidden"}), job, True)
    assert together == converted(sheet({20: "hidden"}), job, False)[0]
    assert prepared == 0


def test_a_row_that_stands_twice_is_found_in_whichever_process_it_was() -> None:
    (message, _), _ = converted(sheet({100: "a row that stands twice"}), ConvertJob(PLAN, TEXT), True)
    with pytest.raises(DamagedFile, match="Row 9 stands twice"):
        raise DamagedFile(message)
