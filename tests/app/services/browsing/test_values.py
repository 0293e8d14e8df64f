"""Values as a page shows them, the same on every database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app.services import browsing
from app.services.browsing.values import LONGEST_TEXT, shown_row
from app.sheets.table import Column
from tests.app.services.browsing.test_rows import put
from tests.app.services.test_tables import execute


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("text", None, None),
        ("integer", 7, 7),
        ("decimal", Decimal("1.50"), Decimal("1.50")),
        ("float", 1.5, 1.5),
        ("boolean", 1, True),
        ("boolean", 0, False),
        ("boolean", 7, 7),
        ("text", "名", "名"),
        ("date", dt.date(2026, 11, 1), "2026-11-01"),
        ("datetime", dt.datetime(2026, 11, 1, 14, 0), "2026-11-01 14:00:00"),
        ("datetime", "2026-11-01 14:00:00.000000", "2026-11-01 14:00:00"),
        ("datetime", dt.datetime(2026, 11, 1, 14, 0, 0, 500000), "2026-11-01 14:00:00.500000"),
        ("time", dt.timedelta(hours=14, minutes=5), "14:05:00"),
        ("time", -dt.timedelta(hours=800, minutes=5, seconds=7), "-800:05:07"),
        ("time", dt.timedelta(microseconds=500), "00:00:00.000500"),
        ("time", "14:05:00.000000", "14:05:00"),
        ("binary", b"", "0x (0 bytes)"),
        ("binary", b"\n", "0x0a (1 byte)"),
        ("text", "redis://:hunter2@host/0", "redis://:***@host/0"),
    ],
)
def test_a_value_is_shown_for_what_it_is(kind: str, value: Any, shown: Any) -> None:
    assert shown_row((value, None), [Column("c", kind, kind)]) == (shown,)


def test_what_is_long_is_cut_and_says_so(empty_app: Flask) -> None:
    execute("CREATE TABLE big (id INTEGER PRIMARY KEY, a TEXT, b VARCHAR(400), c BLOB, d VARCHAR(300))")
    put("big", [{"id": 1, "a": "名" * 5000, "b": "b" * 301, "c": b"\x00\xff" * 8000, "d": "d" * 300}])
    put("big", [{"id": 2, "a": "a" * 300, "b": "", "c": b"12345678" * 2, "d": None}])
    first, second = browsing.page("big").rows
    assert first == (
        1,
        "名" * LONGEST_TEXT + "…",
        "b" * LONGEST_TEXT + "…",
        f"0x{'00ff' * 8}… (16,000 bytes)",
        "d" * 300,
    )
    assert second == (2, "a" * 300, "", f"0x{b'12345678'.hex() * 2} (16 bytes)", None)


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_types_that_no_sheet_fills_are_shown(empty_app: Flask) -> None:
    execute(
        "CREATE TABLE odd (id INT PRIMARY KEY, spot POINT, flags SET('a','b'), bits BIT(4), address INET6, y YEAR)",
        "INSERT INTO odd VALUES (1, POINT(1, 2), 'a,b', b'101', '::1', 2026)",
    )
    row = browsing.page("odd", sort="spot", search="1").rows[0]
    assert row[1].startswith("0x")
    assert (row[2], row[3], row[4], row[5]) == ("a,b", "0x05 (1 byte)", "::1", 2026)
