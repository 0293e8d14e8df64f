"""What a cell becomes in a column: every type of cell in every kind of column."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.sheets.cells import Cell, Imprecise, Padded, Unusable
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import MAKERS, TAKES, ColumnConverter
from app.sheets.convert.dates import MICROSECOND
from app.sheets.convert.rules import DATE_ORDERS, STRICT, Rules
from app.sheets.convert.texts import shown
from app.sheets.read.numbers import to_15_digits
from app.sheets.read.xlsx.values import UNCALCULATED
from app.sheets.table import KINDS, Column

NUMBER_TEXTS = st.from_regex(r"\A[ ]?[+-]?[0-9０-９²①]{0,5}[.,]?[0-9]{0,4}([eE][+-]?[0-9]{1,4})?\Z")
DATE_TEXTS = st.from_regex(r"\A[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}日?([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?\Z")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
FLOATS = st.floats(allow_nan=False, allow_infinity=False, max_value=1.7e308, min_value=-1.7e308)
CELLS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.integers(-(10**15), 10**15),
    FLOATS.map(to_15_digits),
    FLOATS.map(Imprecise),
    st.booleans(),
    st.one_of(TEXTS, NUMBER_TEXTS, DATE_TEXTS).filter(bool),
    st.sampled_from(["true", "是", "a", "1", "[1]", "YQ==", "1e999", "9" * 401, "٣", "½", "-0", "0.00", "1e-400"]),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.integers(0, 9999).map(lambda value: Padded(value, f"{value:06d}")),
    st.sampled_from([Unusable("shows #N/A"), UNCALCULATED]),
)
COLUMNS = st.sampled_from(
    [
        Column("c", "text", "text"),
        Column("c", "text", "varchar(5)", length=5),
        Column("c", "text", "tinytext", max_bytes=255),
        Column("c", "integer", "bigint", minimum=-(2**63), maximum=2**63 - 1),
        Column("c", "integer", "tinyint unsigned", minimum=0, maximum=255),
        Column("c", "decimal", "decimal(10,2)", precision=10, scale=2),
        Column("c", "decimal", "decimal(65,30)", precision=65, scale=30),
        Column("c", "decimal", "decimal(5,0)", precision=5, scale=0),
        Column("c", "decimal", "numeric"),
        Column("c", "decimal", "numeric", exact_digits=15),
        Column("c", "decimal", "numeric(20,4)", precision=20, scale=4, exact_digits=15),
        Column("c", "float", "double"),
        Column("c", "boolean", "tinyint(1)"),
        Column("c", "date", "date"),
        Column("c", "datetime", "datetime"),
        Column("c", "datetime", "datetime(3)", fraction_digits=3),
        Column("c", "datetime", "datetime(6)", fraction_digits=6),
        Column("c", "time", "time"),
        Column("c", "time", "time(6)", fraction_digits=6),
        Column("c", "enum", "enum", members=("a", "1", "TRUE")),
        Column("c", "json", "json"),
        Column("c", "binary", "blob", max_bytes=20),
        Column("c", "text", "text", nullable=False),
    ]
)
RULES = st.builds(
    Rules,
    nulls=st.sampled_from([frozenset[str](), frozenset({"a", "-"})]),
    thousands=st.sampled_from(["", ",", ".", "'"]),
    rounds=st.booleans(),
    date_order=st.sampled_from(["", *DATE_ORDERS]),
    base64=st.booleans(),
)


def stored_or_none(converter: Callable[[Cell], Any], cell: Cell) -> Any:
    """Return what is stored, or the BadCell."""
    try:
        return converter(cell)
    except BadCell as bad:
        return bad


@given(CELLS, COLUMNS, RULES)
def test_any_cell_is_stored_or_rejected_in_any_column(cell: Cell, column: Column, rules: Rules) -> None:
    stored = stored_or_none(ColumnConverter(column, rules), cell)
    if isinstance(stored, BadCell):
        assert stored.cause
        assert "\n" not in shown(cell)
        return
    assert type(stored) in (type(None), int, float, str, bytes)
    if cell is None or (isinstance(cell, str) and cell in rules.nulls):
        assert stored is None
    else:
        assert stored is not None


@given(st.lists(CELLS, max_size=20), COLUMNS, RULES)
def test_many_cells_become_what_each_becomes(cells: list[Cell], column: Column, rules: Rules) -> None:
    stored, bad = ColumnConverter(column, rules).convert(cells)
    single = [stored_or_none(ColumnConverter(column, rules), cell) for cell in cells]
    assert [place for place, _ in bad] == [n for n, value in enumerate(single) if isinstance(value, BadCell)]
    assert [error.cause for _, error in bad] == [value.cause for value in single if isinstance(value, BadCell)]
    assert stored == [None if isinstance(value, BadCell) else value for value in single]


def exact(cell: Cell) -> Decimal | None:
    """Return the number that a cell holds, worked out in another way than the converters do."""
    if isinstance(cell, float):
        return Decimal(repr(float(cell)))
    if isinstance(cell, int):
        return Decimal(int(cell))
    assert isinstance(cell, str)
    digits = {chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}
    return Decimal("".join(digits.get(letter, letter) for letter in cell).strip())


NUMBERS = CELLS.filter(lambda cell: isinstance(cell, int | float | str) and not isinstance(cell, bool))


@given(NUMBERS, COLUMNS.filter(lambda column: column.kind in ("integer", "decimal", "float")))
def test_a_number_is_stored_exactly(cell: Cell, column: Column) -> None:
    stored = stored_or_none(ColumnConverter(column, STRICT), cell)
    if isinstance(stored, BadCell):
        return
    wanted = exact(cell)
    assert wanted is not None
    if column.kind == "float":
        assert stored == float(wanted)
        assert math.isfinite(stored)
        assert (stored == 0) == (wanted == 0)
    else:
        assert Decimal(stored) == wanted
    if column.scale is not None:
        assert len(str(stored).partition(".")[2]) == column.scale


@given(st.one_of(st.integers(-(10**9), 10**9), st.decimals(-(10**7), 10**7, places=5).map(str)))
def test_rounding_is_half_to_even(cell: Cell) -> None:
    column = Column("c", "decimal", "decimal(20,2)", precision=20, scale=2)
    stored = ColumnConverter(column, Rules(rounds=True))(cell)
    assert Decimal(stored) == round(Decimal(cell), 2)  # type: ignore[arg-type]


@given(st.datetimes(), st.sampled_from([0, 3, 6]))
@example(datetime(2000, 1, 1, microsecond=1), 0)  # noise of a double
@example(datetime(2000, 1, 1, microsecond=1), 6)
def test_a_datetime_is_stored_exactly(value: datetime, digits: int) -> None:
    column = Column("c", "datetime", "datetime", fraction_digits=digits)
    stored = stored_or_none(ColumnConverter(column, STRICT), value)
    if isinstance(stored, BadCell):
        assert value.microsecond % 10 ** (6 - digits)
    else:
        noise = MICROSECOND if digits < 6 else timedelta()
        assert abs(datetime.fromisoformat(stored) - value) <= noise


@given(st.datetimes())
def test_a_datetime_written_as_text_is_the_datetime(value: datetime) -> None:
    convert = ColumnConverter(Column("c", "datetime", "datetime(6)", fraction_digits=6), STRICT)
    assert convert(value.isoformat()) == convert(value)
    assert convert(value.isoformat(" ")) == convert(value)


@given(st.dates())
def test_a_date_written_as_text_is_the_date(value: date) -> None:
    convert = ColumnConverter(Column("c", "date", "date"), STRICT)
    assert convert(value) == value.isoformat()
    for text in (value.isoformat(), value.isoformat().replace("-", "/"), value.isoformat().replace("-", "")):
        assert convert(text) == convert(value)
    assert convert(f"{value.year:04d}年{value.month}月{value.day}日") == convert(value)


@given(st.times(), st.sampled_from([0, 3, 6]))
def test_a_time_is_stored_exactly(value: time, digits: int) -> None:
    column = Column("c", "time", "time", fraction_digits=digits)
    stored = stored_or_none(ColumnConverter(column, STRICT), value)
    if isinstance(stored, BadCell):
        assert value.microsecond % 10 ** (6 - digits)
    else:
        assert time.fromisoformat(stored) == value
        assert ColumnConverter(column, STRICT)(value.isoformat()) == stored


@given(TEXTS)
def test_a_text_is_stored_as_it_stands(text: str) -> None:
    assert ColumnConverter(Column("c", "text", "text"), STRICT)(text) == text


@pytest.mark.parametrize("kind", KINDS)
def test_errors_and_formulas_without_value_are_rejected_in_every_column(kind: str) -> None:
    convert = ColumnConverter(Column("c", kind, kind, members=("a",)), STRICT)
    for cell in (Unusable("shows #N/A"), UNCALCULATED):
        with pytest.raises(BadCell) as bad:
            convert(cell)
        assert bad.value.cause == cell.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_is_null_where_it_may_be(kind: str) -> None:
    assert ColumnConverter(Column("c", kind, kind), STRICT)(None) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_where_a_value_is_required_is_rejected(kind: str) -> None:
    with pytest.raises(BadCell, match="is required"):
        ColumnConverter(Column("c", kind, kind, nullable=False), STRICT)(None)


@pytest.mark.parametrize("column", [Column("c", "text", "t", nullable=False, default="''")])
def test_a_blank_is_left_to_the_columns_default(column: Column) -> None:
    assert ColumnConverter(column, STRICT)(None) is None
    assert column.replaces_blanks


def test_a_blank_in_a_numbered_column_is_left_to_the_database() -> None:
    column = Column("id", "integer", "bigint", nullable=False, is_automatic=True)
    assert ColumnConverter(column, STRICT)(None) is None


def test_texts_that_count_as_blank_are_null_or_rejected() -> None:
    rules = Rules(nulls=frozenset({"-", "N/A"}))
    convert = ColumnConverter(Column("c", "integer", "bigint"), rules)
    assert convert("-") is None
    assert convert("N/A") is None
    assert convert(5) == 5
    with pytest.raises(BadCell):
        convert("n/a")
    with pytest.raises(BadCell, match="is required"):
        ColumnConverter(Column("c", "integer", "bigint", nullable=False), rules)("-")


def test_every_kind_of_column_has_its_converter_and_its_sentence() -> None:
    assert set(MAKERS) == set(KINDS)
    assert set(TAKES) == set(KINDS) - {"text"}


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("integer", [True, date(2024, 1, 1), datetime(2024, 1, 1), time(1), timedelta(1)]),
        ("decimal", [True, date(2024, 1, 1), datetime(2024, 1, 1), time(1), timedelta(1)]),
        ("float", [True, date(2024, 1, 1), datetime(2024, 1, 1), time(1), timedelta(1)]),
        ("boolean", [2, -1, 0.5, Imprecise(1e16), date(2024, 1, 1), time(1), timedelta(1)]),
        ("date", [True, 45453, 45453.5, Padded(1, "01"), time(1), timedelta(1)]),
        ("datetime", [True, 45453, 45453.5, Imprecise(1e16), time(1), timedelta(1)]),
        ("time", [True, 0, 0.5, date(2024, 1, 1), datetime(2024, 1, 1), timedelta(1), timedelta(-1)]),
        ("enum", [2, 0.5, date(2024, 1, 1), time(1), timedelta(1)]),
        ("json", [1, 0.5, True, date(2024, 1, 1), time(1)]),
        ("binary", [1, 0.5, True, date(2024, 1, 1), time(1)]),
    ],
)
def test_a_cell_of_another_kind_is_rejected(kind: str, cells: list[Cell]) -> None:
    convert = ColumnConverter(Column("c", kind, kind, members=("a",)), Rules(base64=True))
    for cell in cells:
        with pytest.raises(BadCell) as bad:
            convert(cell)
        assert bad.value.cause


@pytest.mark.parametrize("cell", [0, 0.0, "0", "-0", Padded(0, "00")])
@pytest.mark.parametrize("kind", ["integer", "float"])
def test_zero_is_no_number_where_the_database_takes_it_for_the_next(cell: Cell, kind: str) -> None:
    convert = ColumnConverter(Column("id", kind, kind, is_automatic=True, zero_is_next=True), STRICT)
    with pytest.raises(BadCell, match="is 0, which the database takes for: the next number"):
        convert(cell)
    assert convert(1) == 1
    assert convert(None) is None


def test_zero_is_a_number_elsewhere() -> None:
    assert ColumnConverter(Column("id", "integer", "integer", is_automatic=True), STRICT)(0) == 0
