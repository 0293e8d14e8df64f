"""Values for programs: as JSON says them exactly, the same on every database."""

from __future__ import annotations

import base64
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app.services import browsing
from app.services.browsing import EXACT, LONGEST_EXACT, Cut
from app.services.browsing.exact import exact_row
from app.sheets.table import Column
from tests.app.services.browsing.test_rows import put
from tests.app.services.test_tables import execute


@pytest.mark.parametrize(
    ("kind", "value", "exact"),
    [
        ("text", None, None),
        ("text", "名\0", "名\0"),
        ("text", "redis://:hunter2@host/0", "redis://:***@host/0"),
        ("integer", 2**63 - 1, 2**63 - 1),
        ("boolean", 1, True),
        ("boolean", 7, 7),
        ("decimal", Decimal("1.5"), "1.50"),
        ("decimal", 1.5, "1.50"),
        ("decimal", 10, "10.00"),
        ("decimal", Decimal("1.005"), "1.005"),
        ("decimal", Decimal("1E+3"), "1000.00"),
        ("decimal", float("inf"), "inf"),
        ("decimal", "many", "many"),
        ("float", 0.1, 0.1),
        ("float", float("-inf"), "-inf"),
        ("date", dt.date(2026, 11, 1), "2026-11-01"),
        ("datetime", dt.datetime(2026, 11, 1, 14, 0), "2026-11-01T14:00:00"),
        ("datetime", "2026-11-01 14:00:00.000000", "2026-11-01T14:00:00"),
        ("datetime", "0000-00-00 00:00:00", "0000-00-00T00:00:00"),
        ("time", dt.timedelta(hours=-800, minutes=-5, seconds=-7), "-800:05:07"),
        ("time", "14:05:00.000000", "14:05:00"),
        ("binary", b"\x00\xff", "AP8="),
    ],
)
def test_a_value_is_what_json_says_exactly(kind: str, value: Any, exact: Any) -> None:
    (given,) = exact_row((value, None), [Column("c", kind, kind, scale=2 if kind == "decimal" else None)])
    assert (given, type(given)) == (exact, type(exact))


def test_what_is_very_long_is_cut_and_says_so(empty_app: Flask) -> None:
    execute("CREATE TABLE big (id INTEGER PRIMARY KEY, a TEXT, b BLOB, c TEXT, d BLOB)")
    whole, more = "名" * LONGEST_EXACT, b"\xff" * (LONGEST_EXACT + 1)
    put("big", [{"id": 1, "a": whole + "x", "b": more, "c": whole, "d": more[1:]}])
    assert browsing.page("big", form=EXACT).rows == (
        (1, Cut(whole), Cut(base64.b64encode(more[1:]).decode()), whole, base64.b64encode(more[1:]).decode()),
    )
