"""The readers that are measured: each reads a whole sheet and counts its rows, the header among them.

python -m benchmarks.readers NAME FILE prints the rows, and the seconds that reading took once Python stood.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.duckdb_extensions import duckdb_with


def openpyxl_rows(path: Path) -> Iterator[Any]:
    """Yield rows as openpyxl's read-only mode gives them."""
    # It would use defusedxml, which wolfxl brings along, and take 1.4 times as long.
    os.environ["OPENPYXL_DEFUSEDXML"] = "False"
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    yield from book.worksheets[0].iter_rows(values_only=True)
    book.close()


def calamine_rows(path: Path) -> Iterator[Any]:
    """Yield rows as calamine gives them; this way is quicker than its `to_python`, and takes less memory."""
    import python_calamine

    yield from python_calamine.load_workbook(path).get_sheet_by_index(0).iter_rows()


def wolfxl_rows(path: Path) -> Iterator[Any]:
    """Yield rows as wolfxl's stream gives them."""
    import wolfxl

    book = wolfxl.load_workbook(path, read_only=True)
    yield from book.worksheets[0].iter_rows(values_only=True)


def with_ours(path: Path) -> int:
    """Read columns of Python values."""
    from app.sheets.read.opening import open_workbook

    book = open_workbook(path)
    count = sum(len(chunk.numbers) for chunk in book.rows(book.sheets[0].name))
    book.close()
    return count


def with_fastexcel(path: Path) -> int:
    """Read Arrow columns, whose types it guesses from the first 1,000 rows."""
    return int(_fastexcel_batch(path).num_rows) + 1


def with_fastexcel_to_python(path: Path) -> int:
    """Read Arrow columns and make Python values of them."""
    columns = _fastexcel_batch(path).to_pydict()
    return len(columns["id"]) + 1


def with_duckdb(path: Path) -> int:
    """Read an Arrow table, whose types it takes from the first row; blank cells there are those of a text column."""
    connection = duckdb_with("excel")
    relation = connection.sql("SELECT * FROM read_xlsx(?, empty_as_varchar = true)", params=[str(path)])
    return int(relation.to_arrow_table().num_rows) + 1


def _fastexcel_batch(path: Path) -> Any:
    import fastexcel

    return fastexcel.read_excel(path).load_sheet(0).to_arrow()


def _counted(read: Callable[[Path], Iterator[Any]]) -> Callable[[Path], int]:
    return lambda path: sum(1 for _ in read(path))


READERS: dict[str, Callable[[Path], int]] = {
    "opsdesk": with_ours,
    "calamine": _counted(calamine_rows),
    "wolfxl": _counted(wolfxl_rows),
    "fastexcel": with_fastexcel,
    "fastexcel to Python": with_fastexcel_to_python,
    "DuckDB read_xlsx": with_duckdb,
    "openpyxl read-only": _counted(openpyxl_rows),
}


def main() -> None:
    """Read a file and say how many rows there were and how long it took."""
    name, path = sys.argv[1:]
    started = time.perf_counter()
    count = READERS[name](Path(path))
    sys.stdout.write(f"{count} {time.perf_counter() - started}\n")


if __name__ == "__main__":
    main()
