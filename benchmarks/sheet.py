"""The sheet that is measured: ten mixed columns, Chinese, emoji and line breaks; generated, never kept."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl

HEADERS = ("id", "code", "name", "city", "note", "quantity", "price", "paid", "created", "rate")
TABLE = (
    "CREATE TABLE bench (id INT PRIMARY KEY, code VARCHAR(20), name VARCHAR(40), city VARCHAR(20), note VARCHAR(60),"
    " quantity INT, price DECIMAL(12,2), paid BOOLEAN, created DATETIME, rate DOUBLE)"
)
INSERT = "INSERT INTO bench VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CITIES = ("上海", "北京", "Berlin", "São Paulo", "London", "深圳", "New York", "東京")
NOTES = (None, None, "请尽快发货", "fragile 🔩 handle\nwith care", "plain")


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows in the order of `HEADERS`; the same ones every time."""
    chance = random.Random(7)  # noqa: S311 - sample data
    start = datetime(2024, 1, 1)
    for number in range(count):
        yield (
            number,
            f"{number % 9973:05d}A" if number % 3 else number,
            f"客户 {number % 5000} Ltd",
            chance.choice(CITIES),
            chance.choice(NOTES),
            chance.randrange(1000),
            chance.randrange(10_000_000) / 100,
            chance.random() < 0.5,
            start + timedelta(seconds=37 * number),
            chance.random(),
        )


def write(path: Path, count: int) -> None:
    """Write the workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("bench")
    sheet.append(HEADERS)
    for row in rows(count):
        sheet.append(row)
    book.save(path)
