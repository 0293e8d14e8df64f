"""What columns add up to, and by which measure."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import pytest

from app.sheets.sums import APPROXIMATE, CRC, EXACT, added_up, measure_of
from app.sheets.table import Column


@pytest.mark.parametrize(
    ("column", "measure"),
    [
        (Column("c", "integer", "int"), EXACT),
        (Column("c", "boolean", "tinyint(1)"), EXACT),
        (Column("c", "decimal", "decimal(12,2)", precision=12, scale=2), EXACT),
        (Column("c", "decimal", "decimal(12,2)", precision=12, scale=2, exact_digits=15), EXACT),
        (Column("c", "decimal", "decimal(20,2)", precision=20, scale=2, exact_digits=15), CRC),
        (Column("c", "decimal", "decimal(65,30)", precision=65, scale=30), CRC),
        (Column("c", "decimal", "numeric"), APPROXIMATE),
        (Column("c", "decimal", "double(9,2)", precision=9, scale=2, exact_digits=15, is_floating=True), APPROXIMATE),
        (Column("c", "float", "double"), APPROXIMATE),
        *((Column("c", kind, kind), CRC) for kind in ("text", "enum", "json", "date", "datetime", "time", "binary")),
    ],
)
def test_the_measure_depends_on_the_column(column: Column, measure: str) -> None:
    assert measure_of(column) == measure


@pytest.mark.parametrize(
    ("column", "stored", "expected"),
    [
        (Column("c", "integer", "int"), [1, None, -3], (2, -2, 0.0)),
        (Column("c", "decimal", "d", precision=9, scale=2), ["1.50", "-0.05", None], (2, 145, 0.0)),
        (Column("c", "decimal", "d", precision=50, scale=2), ["1.50"], (1, crc32(b"1.50"), 0.0)),
        (Column("c", "float", "double"), [1.5, -0.5, None], (2, 1.0, 2.0)),
        (Column("c", "text", "text"), ["a", "", None, "上"], (3, crc32(b"a") + crc32("上".encode()), 0.0)),
        (Column("c", "text", "text"), ["a", "b"] * 100, (200, 100 * (crc32(b"a") + crc32(b"b")), 0.0)),
        (Column("c", "binary", "blob"), [b"\0", None], (1, crc32(b"\0"), 0.0)),
        (Column("c", "text", "text"), [None, None], (0, 0, 0.0)),
    ],
)
def test_values_are_counted_and_added_up(column: Column, stored: list[Any], expected: tuple[int, float, float]) -> None:
    assert added_up(stored, column) == expected
