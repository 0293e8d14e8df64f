"""The sheet that is measured: ten mixed columns, Chinese, emoji and line breaks; generated, never kept.

python -m benchmarks.sheet PATH ROWS shared|inline
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

HEADERS = ("id", "code", "name", "city", "note", "quantity", "price", "paid", "created", "rate")
TABLE = (
    "CREATE TABLE bench (id INT PRIMARY KEY, code VARCHAR(20), name VARCHAR(40), city VARCHAR(20), note VARCHAR(60),"
    " quantity INT, price DECIMAL(12,2), paid BOOLEAN, created DATETIME, rate DOUBLE)"
)
INSERT = "INSERT INTO bench VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CITIES = ("上海", "北京", "Berlin", "São Paulo", "London", "深圳", "New York", "東京")
NOTES = (None, None, "请尽快发货", "fragile 🔩 handle\nwith care", "plain")
# Where the texts stand: each once in a part of their own, as Excel writes them, or in the cells.
TEXTS = ("shared", "inline")


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Yield rows in the order of `HEADERS`; the same ones every time.

    The first `code` is a text: DuckDB takes a column's type from its first row.
    """
    chance = random.Random(7)  # noqa: S311 - sample data
    start = datetime(2024, 1, 1)
    for number in range(count):
        yield (
            number,
            number if number % 3 == 2 else f"{number % 9973:05d}A",
            f"客户 {number} Ltd",
            chance.choice(CITIES),
            chance.choice(NOTES),
            chance.randrange(1000),
            chance.randrange(10_000_000) / 100,
            chance.random() < 0.5,
            start + timedelta(seconds=37 * number),
            chance.random(),
        )


class SpelledLikeExcel(Worksheet):
    """Writes doubles with 17 digits, as Excel does; XlsxWriter's 16 do not give back each of them."""

    def _xml_number_element(self, number: float, attributes: Iterable[tuple[str, Any]] = ()) -> None:
        spelled = "".join(f' {name}="{value}"' for name, value in attributes)
        self.fh.write(f"<c{spelled}><v>{number:.17G}</v></c>")


def write(path: Path, count: int, texts: str) -> None:
    """Write the workbook, with its `texts` as one of `TEXTS`; shared ones of 1,000,000 rows take 1.5 GB of memory."""
    options = {"constant_memory": texts == "inline", "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("bench", worksheet_class=SpelledLikeExcel)
        sheet.write_row(0, 0, HEADERS)
        for number, row in enumerate(rows(count), 1):
            sheet.write_row(number, 0, row)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
