"""Dates, datetimes and times: from cells that are one, and from texts that can mean only one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell, Imprecise, Padded
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import ColumnConverter
from app.sheets.convert.rules import DATE_ORDERS, STRICT, Rules
from app.sheets.table import Column

DATE = Column("c", "date", "date")
DATETIME = Column("c", "datetime", "datetime")
MICROS = Column("c", "datetime", "datetime(6)", fraction_digits=6)
TIME = Column("c", "time", "time")


def convert(cell: Cell, column: Column, rules: Rules = STRICT) -> Any:
    """Return what is stored."""
    return ColumnConverter(column, rules)(cell)


def cause(cell: Cell, column: Column, rules: Rules = STRICT) -> str:
    """Return why a cell is rejected."""
    with pytest.raises(BadCell) as bad:
        convert(cell, column, rules)
    return bad.value.cause


@pytest.mark.parametrize(
    "cell",
    [
        date(2024, 6, 10),
        datetime(2024, 6, 10),
        "2024-06-10",
        "2024-6-10",
        "2024/6/10",
        "20240610",
        "2024年6月10日",
        "２０２４／０６／１０",
        " 2024-06-10 ",
        "2024-06-10T00:00:00",
        "2024-06-10 00:00",
    ],
)
def test_a_date_column_takes_dates(cell: Cell) -> None:
    assert convert(cell, DATE) == "2024-06-10"


@pytest.mark.parametrize("cell", [datetime(2024, 6, 10, 12), datetime(2024, 6, 10, 0, 0, 0, 1), "2024-06-10 00:01"])
def test_a_time_of_day_is_rejected_in_a_date_column(cell: Cell) -> None:
    assert cause(cell, DATE) == "has a time of day; it takes dates"


@pytest.mark.parametrize("column", [DATE, DATETIME, TIME])
@pytest.mark.parametrize("cell", [45453, 45453.5, 0, Padded(7, "007"), Imprecise(1e16)])
def test_a_bare_number_is_rejected(cell: Cell, column: Column) -> None:
    assert "is a bare number" in cause(cell, column)


@pytest.mark.parametrize("text", ["10/06/2024", "10-6-24", "1.2.3", "24-06-10", "6/10/2024 12:00"])
def test_an_order_that_could_mean_two_dates_is_rejected(text: str) -> None:
    assert cause(text, DATETIME) == "could be two dates; say --date-order DMY, MDY or YMD"


@pytest.mark.parametrize("text", ["31/12/2024", "12-31-2024", "2024.06.10"])
def test_another_order_is_rejected_also_where_it_can_mean_one_date_only(text: str) -> None:
    assert cause(text, DATETIME).startswith("is not written as 2024-06-10; --date-order")


@pytest.mark.parametrize(("microsecond", "digits"), [(500_001, 3), (499_999, 3), (999_999, 0), (1, 0)])
def test_noise_of_a_double_is_settled_at_the_digits_that_the_column_keeps(microsecond: int, digits: int) -> None:
    column = Column("at", "datetime", "datetime", fraction_digits=digits)
    stored, bad = ColumnConverter(column, STRICT).convert([datetime(2024, 6, 10, 1, 2, 3, microsecond)])
    assert bad == []
    assert stored[0].endswith({500_001: ".500", 499_999: ".500", 999_999: ":04", 1: ":03"}[microsecond])


def test_a_text_is_taken_at_its_word() -> None:
    column = Column("at", "datetime", "datetime(3)", fraction_digits=3)
    assert "would lose" in cause("2024-06-10 01:02:03.500001", column)


@pytest.mark.parametrize(
    ("text", "order", "stored"),
    [
        ("10/06/2024", "DMY", "2024-06-10"),
        ("06/10/2024", "MDY", "2024-06-10"),
        ("10.6.24", "DMY", "2024-06-10"),
        ("24-6-10", "YMD", "2024-06-10"),
        ("2024.06.10", "YMD", "2024-06-10"),
        ("1/1/29", "DMY", "2029-01-01"),
        ("1/1/30", "DMY", "1930-01-01"),
        ("2024-06-10", "DMY", "2024-06-10"),
        ("20240610", "MDY", "2024-06-10"),
    ],
)
def test_the_operator_may_say_the_order(text: str, order: str, stored: str) -> None:
    assert convert(text, DATE, Rules(date_order=order)) == stored


@pytest.mark.parametrize("text", ["13/13/2024", "2024.06.10", "31/02/2024", "0/1/2024", "1/1/0"])
def test_a_text_that_does_not_fit_the_order_is_rejected(text: str) -> None:
    assert convert("1/1/0", DATE, Rules(date_order="DMY")) == "2000-01-01"
    if text != "1/1/0":
        assert cause(text, DATE, Rules(date_order="DMY")) == "is no day of the calendar"


@pytest.mark.parametrize("text", ["2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "0000-01-01", "20241301"])
def test_a_day_that_is_not_in_the_calendar_is_rejected(text: str) -> None:
    assert cause(text, DATE) == "is no day of the calendar"


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "2024",
        "2024-06",
        "June",
        "2024年",
        "٢٠٢٤-٠٦-١٠",
        "2024-06-10Z",
        "2024-06-10T12:00+08:00",
        "202406101",
        "²024-06-10",
        "2024-06-1０x",
        "",
        " ",
        "2024-06-10TT12:00",
        "2024-06-10 T 12:00",
        "2024-06-10  x",
        "2024-06-10 12",
        "2024-06-10 1:2:3",
    ],
)
def test_what_is_no_date_is_rejected(text: str) -> None:
    assert cause(text, DATETIME) == "takes dates, as 2024-06-10"


@pytest.mark.parametrize("text", ["2024-06-10 24:00", "2024-06-10 12:60", "2024-06-10T12:30:60"])
def test_a_time_that_no_clock_shows_is_rejected(text: str) -> None:
    assert "no clock shows" in cause(text, DATETIME)


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        (date(2024, 6, 10), "2024-06-10 00:00:00"),
        (datetime(2024, 6, 10, 12, 30, 15), "2024-06-10 12:30:15"),
        ("2024-06-10", "2024-06-10 00:00:00"),
        ("2024-06-10T12:30", "2024-06-10 12:30:00"),
        ("2024/6/10 8:05:01", "2024-06-10 08:05:01"),
        ("2024年6月10日 12:30", "2024-06-10 12:30:00"),
        ("20240610 12:30", "2024-06-10 12:30:00"),
        ("2024-06-10 12:30:00.000", "2024-06-10 12:30:00"),
        (datetime(1, 1, 1), "0001-01-01 00:00:00"),
    ],
)
def test_a_datetime_column_takes_dates_and_datetimes(cell: Cell, stored: str) -> None:
    assert convert(cell, DATETIME) == stored


def test_fractions_of_a_second_that_the_column_would_lose_are_rejected() -> None:
    moment = datetime(2024, 6, 10, 12, 0, 0, 120_000)
    assert cause(moment, DATETIME) == "has fractions of a second that datetime would lose"
    assert convert(moment, Column("c", "datetime", "datetime(2)", fraction_digits=2)) == "2024-06-10 12:00:00.12"
    assert convert(moment, MICROS) == "2024-06-10 12:00:00.120000"
    assert convert("2024-06-10 12:00:00.5", MICROS) == "2024-06-10 12:00:00.500000"


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        (time(8, 5), "08:05:00"),
        (timedelta(hours=8), "08:00:00"),
        (timedelta(0), "00:00:00"),
        ("8:05", "08:05:00"),
        ("08:05:09", "08:05:09"),
        ("０８：０５", "08:05:00"),
    ],
)
def test_a_time_column_takes_times(cell: Cell, stored: str) -> None:
    assert convert(cell, TIME) == stored


@pytest.mark.parametrize("cell", [timedelta(days=1), timedelta(hours=36), timedelta(seconds=-1), "24:00", "25:30"])
def test_24_hours_and_over_are_rejected_in_a_time_column(cell: Cell) -> None:
    assert "takes times below 24:00" in cause(cell, TIME)


@pytest.mark.parametrize("cell", ["8", "8:5", "08:05 PM", "x", "", "2024-06-10 08:05", datetime(2024, 6, 10, 8), True])
def test_what_is_no_time_is_rejected(cell: Cell) -> None:
    assert cause(cell, TIME).startswith("takes times")


@given(
    st.dates(date(1930, 1, 1), date(2029, 12, 31)), st.sampled_from(DATE_ORDERS), st.sampled_from("-/."), st.booleans()
)
def test_a_date_in_the_order_that_is_said_is_that_date(day: date, order: str, mark: str, short: bool) -> None:
    year = f"{day.year % 100:02d}" if short else str(day.year)
    parts = {"Y": year, "M": str(day.month), "D": str(day.day)}
    assert convert(mark.join(parts[part] for part in order), DATE, Rules(date_order=order)) == day.isoformat()


@given(st.text(alphabet="0123456789-/.:年月日T ", max_size=22), st.sampled_from(["", *DATE_ORDERS]))
def test_no_text_breaks_a_date(text: str, order: str) -> None:
    for column in (DATE, MICROS, TIME):
        try:
            assert isinstance(convert(text or "x", column, Rules(date_order=order)), str)
        except BadCell as bad:
            assert bad.cause  # noqa: PT017 - either is right
