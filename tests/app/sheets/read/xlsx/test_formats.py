"""Number formats: which of them make a number into a date, a time, a duration or padded digits."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from app.sheets.cells import Padded
from app.sheets.read.xlsx.formats import BUILT_IN, shape_of

NUMBERS = [
    "General",
    "GENERAL",
    "General;@",
    "0",
    "0.00",
    "#,##0",
    "0%",
    "0.00E+00",
    "# ?/?",
    "@",
    ";;;",
    "",
    '0"d"',
    '0" days"',
    '"year "0',
    r"0\d",
    r"\y\m\d0",
    "0_d",
    "0*h",
    "[Red]0",
    "[Red]0;[Blue]-0",
    "[Color 3]0",
    "[>=100]0",
    "[$￥-804]#,##0.00",
    "[$USD] 0.00",
    '"单价（元/日）"0.00',
    '0"元"',
    '"day;"0',
    '"h;mm"0.00;"d"',
    '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)',
]
DATES = [
    "yyyy-mm-dd",
    "YYYY/M/D",
    "m/d/yy",
    "d",
    "mmm",
    "mmmm yyyy",
    'yyyy"年"m"月"d"日"',
    '[$-804]yyyy"年"m"月"d"日"',
    "[$-F800]dddd, mmmm dd, yyyy",
    '[DBNum1][$-804]yyyy"年"m"月"d"日"',
    "[$-804]yyyy年m月d日",
    "[$-804]aaaa",
    "[$-411]ge.m.d",
    'e"年"m"月"',
    "yyyy-mm-dd;@",
    "dd-mmm-yy;@",
    "[Red]yyyy-mm-dd",
    "yyyy\\-mm\\-dd",
]
TIMES = [
    "h:mm",
    "hh:mm:ss",
    "mm:ss",
    "h:mm AM/PM",
    "h AM/PM",
    "h:mm A/P",
    'h"时"mm"分"',
    "上午/下午h:mm",
    "mm:ss.0",
    "ss",
]
MOMENTS = [
    "yyyy-mm-dd hh:mm",
    "m/d/yyyy h:mm",
    "yyyy-mm-dd hh:mm:ss.000",
    'yyyy"年"m"月"d"日" h"时"mm"分"',
    "yyyy-mm-ddThh:mm:ss",
    "[$-409]m/d/yy h:mm AM/PM;@",
]
DURATIONS = ["[h]:mm", "[hh]:mm:ss", "[mm]:ss", "[s]", "[H]:MM", "[h]:mm:ss;@", '[h]"小时"mm']


@pytest.mark.parametrize("code", NUMBERS)
def test_a_number_stays_a_number(code: str) -> None:
    assert shape_of(code, False) is None


@pytest.mark.parametrize("code", DATES)
def test_a_date_format_makes_dates(code: str) -> None:
    shape = shape_of(code, False)
    assert shape is not None
    assert shape(45453, "45453") == date(2024, 6, 10)
    assert shape(45453.5, "45453.5") == datetime(2024, 6, 10, 12)


@pytest.mark.parametrize("code", TIMES)
def test_a_time_format_makes_times(code: str) -> None:
    shape = shape_of(code, False)
    assert shape is not None
    assert shape(0.75, "0.75") == time(18)
    assert shape(45453.5, "45453.5") == datetime(2024, 6, 10, 12)


@pytest.mark.parametrize("code", MOMENTS)
def test_a_format_of_date_and_time_makes_datetimes(code: str) -> None:
    shape = shape_of(code, False)
    assert shape is not None
    assert shape(45453, "45453") == datetime(2024, 6, 10)
    assert type(shape(45453, "45453")) is datetime


@pytest.mark.parametrize("code", DURATIONS)
def test_an_elapsed_format_makes_durations(code: str) -> None:
    shape = shape_of(code, False)
    assert shape is not None
    assert shape(1.5, "1.5") == timedelta(hours=36)
    assert shape(-0.25, "-0.25") == timedelta(hours=-6)


@pytest.mark.parametrize("code", ["mm", "mmm-yy", "d/m", "yyyy mm"])
def test_m_is_a_month_unless_it_stands_beside_hours_or_seconds(code: str) -> None:
    shape = shape_of(code, False)
    assert shape is not None
    assert shape(45453, "45453") == date(2024, 6, 10)


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("00000", 123, "00123"),
        ("00000", 0, "00000"),
        ("00", 7, "07"),
        ("00000;-00000", 123, "00123"),
        ("000000", 12345, "012345"),
        ("[Red]00000", 123, "00123"),
        ("[$-804]00000", 123, "00123"),
        ("00000_ ", 123, "00123"),
        ("00000_);(00000)", 123, "00123"),
    ],
)
def test_a_zero_padding_format_pads(code: str, value: int, shown: str) -> None:
    shape = shape_of(code, False)
    assert shape is not None
    cell = shape(value, str(value))
    assert isinstance(cell, Padded)
    assert cell.shown == shown


@pytest.mark.parametrize("value", [12345, 123456, -5, 1.5])
def test_a_number_without_leading_zeros_is_not_padded(value: float) -> None:
    shape = shape_of("00000", False)
    assert shape is not None
    assert type(shape(value, str(value))) is type(value)


@pytest.mark.parametrize("number", [14, 15, 16, 17, 27, 30, 31, 36, 50, 57, 58])
def test_the_builtin_dates_are_dates(number: int) -> None:
    shape = shape_of(BUILT_IN[number], False)
    assert shape is not None
    assert type(shape(45453, "45453")) is date


@pytest.mark.parametrize("number", [18, 19, 20, 21, 32, 33, 45, 47, 55])
def test_the_builtin_times_are_times(number: int) -> None:
    shape = shape_of(BUILT_IN[number], False)
    assert shape is not None
    assert shape(0.5, "0.5") == time(12)


def test_the_builtin_22_is_a_datetime_and_46_a_duration() -> None:
    moment, elapsed = shape_of(BUILT_IN[22], False), shape_of(BUILT_IN[46], False)
    assert moment is not None
    assert elapsed is not None
    assert moment(45453, "45453") == datetime(2024, 6, 10)
    assert elapsed(2, "2") == timedelta(days=2)


@pytest.mark.parametrize(
    "code", ['"' * 1001, "[" * 20_000, "h" * 20_000, "[h" * 127, "m" * 255, "h" * 255, "[" * 255, "\\", "_", "*"]
)
def test_a_hostile_format_takes_no_time(code: str) -> None:
    shape_of(code, False)
