"""Dates, times and durations: to the nearest microsecond, in the 1900 and the 1904 system."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from app.sheets.cells import Cell, Unusable
from app.sheets.read.xlsx.serials import DateShape, duration, split

DATE = DateShape(False, True, False)
MOMENT = DateShape(False, True, True)
TIME = DateShape(False, False, True)
MOMENT_1904 = DateShape(True, True, True)
MICROSECOND = timedelta(microseconds=1)


def reason(cell: Cell) -> str:
    """Return why a cell is unusable."""
    assert isinstance(cell, Unusable)
    return cell.reason


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (1, date(1900, 1, 1)),
        (2, date(1900, 1, 2)),
        (59, date(1900, 2, 28)),
        (61, date(1900, 3, 1)),
        (45453, date(2024, 6, 10)),
        (2_958_465, date(9999, 12, 31)),
    ],
)
def test_days_of_the_1900_system(serial: int, day: date) -> None:
    assert DATE(serial, str(serial)) == day
    assert type(DATE(serial, str(serial))) is date


@pytest.mark.parametrize(
    ("serial", "day"),
    [(0, date(1904, 1, 1)), (1, date(1904, 1, 2)), (60, date(1904, 3, 1)), (2_957_003, date(9999, 12, 31))],
)
def test_days_of_the_1904_system(serial: int, day: date) -> None:
    shape = DateShape(True, True, False)
    assert shape(serial, str(serial)) == day
    moment = MOMENT_1904(serial, str(serial))
    assert moment == datetime.combine(day, time())


def test_the_leap_day_that_never_was_is_unusable() -> None:
    assert "29 February 1900" in reason(DATE(60, "60"))
    assert "29 February 1900" in reason(MOMENT(60.5, "60.5"))


def test_a_date_before_1900_is_unusable() -> None:
    assert "before 1 January 1900" in reason(DATE(0, "0"))
    assert "before 1 January 1900" in reason(DATE(0.5, "0.5"))


@pytest.mark.parametrize("shape", [DATE, MOMENT, TIME, MOMENT_1904])
@pytest.mark.parametrize("serial", [-1, -0.5, -1e-5, -1e15, -1e300])
def test_a_negative_date_is_unusable(shape: object, serial: float) -> None:
    assert callable(shape)
    assert "negative date" in reason(shape(serial, repr(serial)))


@pytest.mark.parametrize("serial", [2_958_466, 1e10, 1e15, 1e300, 2_958_465.9999999999])
def test_a_date_after_9999_is_unusable(serial: float) -> None:
    assert "after the year 9999" in reason(MOMENT(serial, repr(serial)))


def test_a_time_of_day_without_a_date_is_a_time() -> None:
    assert TIME(0.5, "0.5") == time(12)
    assert MOMENT(0, "0") == time()
    assert TIME(0.999988425925926, "0.999988425925926") == time(23, 59, 59)


def test_a_time_that_rounds_up_to_midnight_is_the_next_day() -> None:
    assert MOMENT(45453.99999999999, "45453.99999999999") == datetime(2024, 6, 11)


def test_a_whole_second_within_a_microsecond_is_meant() -> None:
    assert split(40513.356944444444) == (40513, 30_840_000_000)
    assert split((8 * 3600 + 34 * 60 - 0.000001) / 86400) == (0, 30_840_000_000)
    assert MOMENT(2_958_465.999988426, "") == datetime(9999, 12, 31, 23, 59, 59)
    assert split(0.5 + 2 / 86_400_000_000) == (0, 43_200_000_002)


@pytest.mark.parametrize("decimals", [9, 10])
def test_a_serial_that_its_writer_cut_is_the_whole_second_it_was(decimals: int) -> None:
    for second in range(0, 86_400, 97):
        text = f"{40513 + second / 86_400:.{decimals}f}".rstrip("0")
        assert split(float(text), text) == (40513, second * 1_000_000)


def test_a_duration_goes_beyond_a_day_and_below_zero() -> None:
    assert duration(1.5, "1.5") == timedelta(hours=36)
    assert duration(100, "100") == timedelta(days=100)
    assert duration(-0.5, "-0.5") == timedelta(hours=-12)
    assert duration(1 / 86_400, repr(1 / 86_400)) == timedelta(seconds=1)


@pytest.mark.parametrize("serial", [1e9, 1e12, -1e12, 1e300])
def test_a_duration_beyond_all_days_is_unusable(serial: float) -> None:
    assert "out of range" in reason(duration(serial, repr(serial)))


def slack(serial: float) -> timedelta:
    """Return by how much a moment may be off: a double's last place, as much for whole seconds, and a writer's cut."""
    decimals = len(repr(serial).partition(".")[2])
    cut = 44 if 8 <= decimals <= 10 else 0
    return timedelta(microseconds=math.ulp(serial) * 86_400_000_000 * 1.5 + 2 + cut)


@given(st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31, 23, 59, 59)))
def test_any_moment_survives_its_serial(moment: datetime) -> None:
    serial = to_excel(moment, CALENDAR_WINDOWS_1900)
    read = MOMENT(serial, repr(serial))
    assert isinstance(read, datetime)
    assert abs(read - moment) <= slack(serial)


@given(st.datetimes(datetime(1904, 1, 2), datetime(9999, 12, 31, 23, 59, 59)))
def test_any_moment_survives_its_serial_of_1904(moment: datetime) -> None:
    serial = to_excel(moment, CALENDAR_MAC_1904)
    read = MOMENT_1904(serial, repr(serial))
    assert isinstance(read, datetime)
    assert abs(read - moment) <= slack(serial)


@given(
    st.datetimes(datetime(1900, 3, 1), datetime(2199, 12, 31)).map(
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    )
)
def test_whole_milliseconds_are_kept_where_a_double_holds_them(moment: datetime) -> None:
    serial = to_excel(moment, CALENDAR_WINDOWS_1900)
    read = MOMENT(serial, repr(serial))
    assert isinstance(read, datetime)
    assert abs(read - moment) <= MICROSECOND


@given(st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)).map(lambda moment: moment.replace(microsecond=0)))
def test_whole_seconds_survive_exactly(moment: datetime) -> None:
    serial = to_excel(moment, CALENDAR_WINDOWS_1900)
    assert MOMENT(serial, repr(serial)) == moment


@given(st.datetimes(datetime(1900, 3, 1), datetime(4600, 1, 1)).map(lambda moment: moment.replace(microsecond=0)))
def test_whole_seconds_survive_a_serial_of_15_digits(moment: datetime) -> None:
    text = f"{to_excel(moment, CALENDAR_WINDOWS_1900):.15g}"
    assert MOMENT(float(text), text) == moment


@given(st.dates(date(1900, 3, 1)))
def test_any_date_survives_its_serial(day: date) -> None:
    assert DATE(to_excel(day), str(to_excel(day))) == day


@given(st.times())
def test_any_time_of_day_survives_its_serial(moment: time) -> None:
    serial = to_excel(moment)
    read = TIME(serial, repr(serial))
    assert isinstance(read, time)
    gap = datetime.combine(date.min, read) - datetime.combine(date.min, moment)
    assert abs(gap) <= MICROSECOND


@given(st.timedeltas(timedelta(days=-100_000), timedelta(days=100_000)))
def test_any_duration_survives_its_serial(length: timedelta) -> None:
    serial = to_excel(length)
    read = duration(serial, repr(serial))
    assert isinstance(read, timedelta)
    assert abs(read - length) <= slack(serial)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([DATE, MOMENT, TIME, MOMENT_1904, duration]))
def test_no_number_breaks_a_shape(serial: float, shape: object) -> None:
    assert callable(shape)
    assert isinstance(shape(serial, repr(serial)), date | time | timedelta | Unusable)
