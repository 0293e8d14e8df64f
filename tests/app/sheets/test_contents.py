"""What a value becomes in a cell: never another value, never a formula."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from app.sheets.contents import Content, content_of, width_of

AN_HOUR = timedelta(hours=1)
DATETIME = "yyyy-mm-dd hh:mm:ss"


@pytest.mark.parametrize(
    ("value", "kind", "content", "shape"),
    [
        ("商品", "s", "商品", "General"),
        ("0012", "s", "0012", "General"),
        ("=1+1", "s", "=1+1", "@"),
        ("+86 138", "s", "+86 138", "@"),
        ("-", "s", "-", "@"),
        ("@SUM(A1)", "s", "@SUM(A1)", "@"),
        ("#N/A", "s", "#N/A", "General"),
        ("_x0041_", "s", "_x005F_x0041_", "General"),
        ("_x_", "s", "_x_", "General"),
        ("a\r\nb", "s", "a_x000D_\nb", "General"),
        ("\tb", "s", "\tb", "@"),
        ("\r", "s", "_x000D_", "@"),
        ("＝1", "s", "＝1", "@"),
        ("a\x00\x1b\ufffe", "s", "a_x0000__x001B__xFFFE_", "General"),
        (b"\x00\xff", "s", "AP8=", "General"),
        ("  ", "s", "_x0020_ ", "General"),
        (True, "b", True, "General"),
        (999_999_999_999_999, "n", "999999999999999", "General"),
        (-1_000_000_000_000_000, "s", "-1000000000000000", "@"),
        (Decimal("10.50"), "n", "10.50", "0.00"),
        (Decimal("-7"), "n", "-7", "0"),
        (Decimal("0E-10"), "n", "0.0000000000", "0." + "0" * 10),
        (Decimal("1E+3"), "n", "1000", "0"),
        (Decimal("9999999999999.99"), "n", "9999999999999.99", "0.00"),
        (Decimal("99999999999999.99"), "s", "99999999999999.99", "@"),
        (Decimal("0." + "0" * 30 + "1"), "s", "0." + "0" * 30 + "1", "@"),
        (Decimal("NaN"), "s", "NaN", "@"),
        (0.3, "n", "0.3", "General"),
        (-0.0, "n", "-0", "General"),
        (1e300, "n", "1e+300", "General"),
        (0.1 + 0.2, "s", "0.30000000000000004", "@"),
        (5e-324, "s", "5e-324", "@"),
        (1e308, "s", "1e+308", "@"),
        (float("inf"), "s", "inf", "@"),
        (date(2024, 6, 10), "n", "45453", "yyyy-mm-dd"),
        (date(1900, 2, 28), "s", "1900-02-28", "General"),
        (date(1900, 3, 1), "n", "61", "yyyy-mm-dd"),
        (datetime(2024, 6, 10, 8), "n", "45453.333333333336", DATETIME),
        (datetime(2024, 6, 10), "n", "45453", DATETIME),
        (datetime(2024, 6, 10, 8, 0, 0, 5000), "n", "45453.3333333912", f"{DATETIME}.000"),
        (datetime(2024, 6, 10, 8, 0, 0, 123456), "n", "45453.333334762225", f"{DATETIME}.000"),
        (datetime(2024, 6, 10, 8, 0, 0, 1), "s", "2024-06-10 08:00:00.000001", "General"),
        (datetime(9999, 6, 10, 8, 0, 0, 15), "s", "9999-06-10 08:00:00.000015", "General"),
        (datetime(2024, 6, 10, tzinfo=UTC), "s", "2024-06-10 00:00:00+00:00", "General"),
        (datetime(1899, 12, 31), "s", "1899-12-31 00:00:00", "General"),
        (time(8, 30), "n", "0.3541666666666667", "hh:mm:ss"),
        (time(8, 30, 0, 1), "s", "08:30:00.000001", "General"),
        (26.5 * AN_HOUR, "n", "1.1041666666666667", "[h]:mm:ss"),
        (-26.5 * AN_HOUR, "s", "-26:30:00", "General"),
        (-timedelta(microseconds=1), "s", "-00:00:00.000001", "General"),
    ],
)
def test_a_value_becomes(value: object, kind: str, content: object, shape: str) -> None:
    assert content_of(value) == Content(content, kind, shape)


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_stays_blank(value: object) -> None:
    assert content_of(value) is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("\ud83d", "has half of a character, which no workbook can hold"),
        ("a" * 32_768, "has 32,768 characters; a cell holds 32,767"),
        ("😀" * 16_384, "has 32,768 characters"),
        ({}, "is a dict, which no cell can hold"),
    ],
)
def test_what_no_cell_holds_says_why(value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        content_of(value)


def test_the_longest_text_is_taken() -> None:
    assert content_of("字" * 32_767) is not None


@pytest.mark.parametrize(
    ("value", "width"),
    [(None, 0), ("abc", 3), ("订单号", 6), ("one\nthree", 5), (date(2024, 6, 10), 10), (12.5, 4)],
)
def test_a_width_is_that_of_what_is_shown(value: object, width: int) -> None:
    assert width_of(content_of(value)) == width
