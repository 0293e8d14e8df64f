"""Many cells at once become what each becomes alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.many import many_of
from app.sheets.convert.rules import STRICT, Rules
from app.sheets.read.numbers import to_15_digits
from app.sheets.table import Column

PRICE = Column("c", "decimal", "decimal(12,2)", precision=12, scale=2)
NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12),
    st.integers(-(10**13), 10**13).map(lambda value: to_15_digits(value / 100)),
    st.integers(-(10**16), 10**16).map(lambda value: to_15_digits(value / 1000)),
    st.floats(allow_nan=False, allow_infinity=False).map(to_15_digits),
    st.sampled_from([0, 0.0, -0.0, 0.5, 0.005, 1e15, 1e300, 9_999_999_999.99, 10_000_000_000, True, None]),
)
MOMENTS = st.one_of(
    st.datetimes(), st.datetimes().map(lambda value: value.replace(microsecond=0)), st.none(), st.just(5)
)
DECIMALS = st.sampled_from(
    [
        PRICE,
        Column("c", "decimal", "decimal(12,2)", precision=12, scale=2, nullable=False),
        Column("c", "decimal", "decimal(65,30)", precision=65, scale=30),
        Column("c", "decimal", "decimal(15,0)", precision=15, scale=0),
        Column("c", "decimal", "numeric(20,4)", precision=20, scale=4, exact_digits=15),
        Column("c", "decimal", "float(9,3)", precision=9, scale=3, exact_digits=6, is_floating=True),
    ]
)
DATETIMES = st.sampled_from(
    [Column("c", "datetime", f"datetime({digits})", fraction_digits=digits) for digits in (0, 3, 6)]
)


def one_by_one(converter: ColumnConverter, cells: list[Cell]) -> list[Any]:
    """Return what each cell becomes, or why it becomes nothing."""
    stored: list[Any] = []
    for cell in cells:
        try:
            stored.append(converter(cell))
        except BadCell as error:
            stored.append(error.cause)
    return stored


def check(column: Column, rules: Rules, cells: list[Cell]) -> None:
    converter = ColumnConverter(column, rules)
    stored, bad = converter.convert(cells)
    causes = {place: error.cause for place, error in bad}
    together = [causes.get(place, value) for place, value in enumerate(stored)]
    assert together == one_by_one(ColumnConverter(column, rules), cells)


@given(DECIMALS, st.sampled_from([STRICT, Rules(rounds=True), Rules(nulls=frozenset({"-"}))]), st.lists(NUMBERS))
def test_decimals(column: Column, rules: Rules, cells: list[Cell]) -> None:
    check(column, rules, cells)


@given(DATETIMES, st.lists(MOMENTS))
def test_datetimes(column: Column, cells: list[Cell]) -> None:
    check(column, STRICT, cells)


@given(
    st.sampled_from(
        [
            Column("c", "text", "varchar(5)", length=5),
            Column("c", "text", "char(5)", length=5, drops_spaces=True),
            Column("c", "text", "tinytext", max_bytes=8, nullable=False),
            Column("c", "enum", "enum", members=("a", "1", "上海")),
            Column("c", "boolean", "tinyint(1)"),
            Column("c", "date", "date"),
        ]
    ),
    st.sampled_from([STRICT, Rules(nulls=frozenset({"a", "1"}))]),
    st.lists(st.sampled_from(["a", "1", "上海", "a ", "longer", 1, 0, 123456, True, 1.5, date(2024, 6, 10), None])),
)
def test_other_kinds(column: Column, rules: Rules, cells: list[Cell]) -> None:
    check(column, rules, cells)


@pytest.mark.parametrize(
    ("column", "cells", "stored"),
    [
        (PRICE, [1, 2.5, None, 1234567890.12], ["1.00", "2.50", None, "1234567890.12"]),
        (PRICE, [1, 2.555], None),
        (PRICE, [1, True], None),
        (PRICE, [], None),
        (Column("c", "datetime", "datetime"), [datetime(2024, 6, 10, 8, 5), None], ["2024-06-10 08:05:00", None]),
        (Column("c", "datetime", "datetime"), [datetime(2024, 6, 10, 8, 5, 0, 1)], None),
    ],
)
def test_only_cells_of_the_usual_make_are_taken_at_once(
    column: Column, cells: list[Cell], stored: list[str | None] | None
) -> None:
    many = many_of(column, STRICT)
    assert many is not None
    assert many(cells) == stored
