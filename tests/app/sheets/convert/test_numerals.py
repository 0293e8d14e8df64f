"""Numbers as the file spells them become what their cells become, and add up to the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets import sinks
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.numerals import numerals_of
from app.sheets.convert.rules import STRICT, Rules
from app.sheets.numerals import Numerals
from app.sheets.read.xlsx.formats import shape_of
from app.sheets.read.xlsx.serials import EPOCH_1900
from app.sheets.read.xlsx.styles import NumberReader
from app.sheets.sinks import TEXT
from app.sheets.sums import Summed, added_up
from app.sheets.table import Column

COLUMNS = [
    Column("c", "integer", "int", minimum=-(2**31), maximum=2**31 - 1),
    Column("c", "integer", "int", nullable=False, zero_is_next=True, minimum=0, maximum=2**31 - 1),
    Column("c", "decimal", "decimal(12,2)", precision=12, scale=2),
    Column("c", "decimal", "decimal(12,2)", precision=12, scale=2, exact_digits=15),
    Column("c", "decimal", "decimal(65,30)", precision=65, scale=30),
    Column("c", "decimal", "decimal(15,0)", precision=15, scale=0),
    Column("c", "decimal", "float(9,3)", precision=9, scale=3, exact_digits=6, is_floating=True),
    Column("c", "float", "double"),
    Column("c", "float", "double", nullable=False),
    Column("c", "float", "float", exact_digits=6),
    Column("c", "datetime", "datetime"),
    Column("c", "datetime", "datetime(6)", fraction_digits=6),
    Column("c", "date", "date"),
    Column("c", "boolean", "tinyint(1)"),
    Column("c", "text", "varchar(20)", length=20),
]
FORMATS = ["General", "yyyy-mm-dd hh:mm:ss"]
SPELLED = st.one_of(
    st.integers(-(10**6), 10**17).map(str),
    st.integers(-(10**8), 10**8).map(lambda cents: f"{cents / 100:.17G}"),
    st.integers(-(10**8), 10**8).map(lambda cents: f"{cents / 100:.15G}"),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: f"{value:.17G}"),
    st.floats(0, 1).map(lambda value: f"{value:.17G}"),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda moment: serial(moment.replace(microsecond=0))),
    st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(lambda moment: serial(moment)),
    st.sampled_from(
        ["0", "-0", "-0.0", "1.0", "007", "+5", "1e3", "1E400", ".5", "5.", "-", "1-1", "2.5E-3", "0.30000000000000004"]
    ),
)
# Columns whose numbers are alike, for which there is the quick way, and any mixture.
ALIKE = st.one_of(
    st.lists(st.none() | st.integers(0, 10**6).map(str), min_size=1),
    st.lists(st.none() | st.integers(-(10**8), 10**8).map(lambda cents: f"{cents / 100:.17G}"), min_size=1),
    st.lists(
        st.none()
        | st.datetimes(datetime(2020, 1, 1), datetime(2070, 1, 1)).map(
            lambda moment: serial(moment.replace(microsecond=0))
        ),
        min_size=1,
    ),
    st.lists(st.none() | SPELLED, min_size=1),
)


def serial(moment: datetime) -> str:
    """Spell a moment as Excel does."""
    return f"{(moment - datetime(1899, 12, 30)) / timedelta(days=1):.17G}"


def numerals(texts: list[str | None], number_format: str = "General") -> Numerals:
    """Return texts as the reader of a sheet gives them."""
    reader = NumberReader(shape_of(number_format, is_1904=False))
    return Numerals(texts, reader.many, reader.days)


@given(st.sampled_from(COLUMNS), st.sampled_from([STRICT, Rules(rounds=True)]), st.sampled_from(FORMATS), ALIKE)
def test_numerals_become_what_their_cells_become(
    column: Column, rules: Rules, number_format: str, texts: list[str | None]
) -> None:
    if not any(texts):
        return
    of_numerals, bad = ColumnConverter(column, rules).convert(numerals(texts, number_format))
    of_cells, bad_cells = ColumnConverter(column, rules).convert(list(numerals(texts, number_format)))
    assert repr(list(of_numerals)) == repr(list(of_cells))
    assert [(place, error.cause) for place, error in bad] == [(place, error.cause) for place, error in bad_cells]
    count, total, magnitude = added_up(of_cells, column)
    assert added_up(of_numerals, column) == (count, pytest.approx(total, abs=1e-9), pytest.approx(magnitude))
    assert type(total) is not int or added_up(of_numerals, column)[1] == total


@given(ALIKE)
def test_spelled_floats_are_the_same_numbers(texts: list[str | None]) -> None:
    if not any(texts):
        return
    column = Column("c", "float", "double")
    spelled, _ = ColumnConverter(column, STRICT, sink=TEXT).convert(numerals(texts))
    stored, _ = ColumnConverter(column, STRICT).convert(numerals(texts))
    assert [value if value is None else repr(float(value)) for value in spelled] == [
        value if value is None else repr(value) for value in stored
    ]


@pytest.mark.parametrize(
    ("column", "texts", "number_format", "stored"),
    [
        (COLUMNS[0], ["1", None, "71053"], "General", [1, None, 71053]),
        (COLUMNS[0], ["1", "1.5"], "General", None),
        (COLUMNS[0], ["2147483648"], "General", None),
        (COLUMNS[0], ["45292"], "yyyy-mm-dd hh:mm", None),
        (COLUMNS[1], ["0"], "General", None),
        (COLUMNS[1], ["1", None], "General", None),
        (COLUMNS[2], ["8101.1099999999997", "5"], "General", ["8101.11", "5.00"]),
        (COLUMNS[2], ["8101.111"], "General", None),
        (COLUMNS[2], ["0.30000000000000004"], "General", None),
        (COLUMNS[2], ["-0"], "General", None),
        (COLUMNS[7], ["0.30000000000000004", None], "General", [0.3, None]),
        (COLUMNS[10], ["45292.000428240739"], "yyyy-mm-dd hh:mm", ["2024-01-01 00:00:37"]),
        (COLUMNS[10], ["45292.00042824"], "yyyy-mm-dd hh:mm", None),
        (COLUMNS[11], ["45292.5", None], "yyyy-mm-dd hh:mm", ["2024-01-01 12:00:00.000000", None]),
        (COLUMNS[10], ["60.5"], "yyyy-mm-dd hh:mm", None),
    ],
)
def test_only_numerals_of_the_usual_make_are_taken(
    column: Column, texts: list[str | None], number_format: str, stored: list[Any] | None
) -> None:
    assert numerals_of(column)(numerals(texts, number_format)) == stored


def test_what_is_added_up_on_the_way_is_kept_with_the_values() -> None:
    stored = numerals_of(COLUMNS[2], TEXT)(numerals(["1.5", None, "-0.25"]))
    assert isinstance(stored, Summed)
    assert (list(stored), stored.total) == (["1.50", None, "-0.25"], 125)


def test_days_are_those_of_the_format() -> None:
    assert numerals(["1"]).days is None
    days = numerals(["1"], FORMATS[1]).days
    assert days is not None
    assert (days.epoch, days.first) == (EPOCH_1900, 61)


def test_decimals_stay_floats_where_the_database_keeps_them_so() -> None:
    stored = numerals_of(COLUMNS[3], sinks.COLUMNS)(numerals(["8101.1099999999997", None]))
    assert isinstance(stored, Summed)
    assert (list(stored), stored.total) == ([8101.11, None], 810111)
    assert added_up(list(stored), COLUMNS[3]) == (1, 810111, 0.0)
    assert numerals_of(COLUMNS[2], sinks.COLUMNS)(numerals(["1.5"])) == ["1.50"]
