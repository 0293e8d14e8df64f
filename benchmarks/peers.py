"""What people write when they have no tool: read with a library, insert with `executemany`, check nothing.

python -m benchmarks.peers openpyxl|calamine FILE DATABASE_URL
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pymysql
from sqlalchemy import make_url

from benchmarks.sheet import INSERT


def with_openpyxl(path: str) -> Iterator[Any]:
    """Read by openpyxl's read-only mode."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    yield from book.worksheets[0].iter_rows(min_row=2, values_only=True)
    book.close()


def with_calamine(path: str) -> Iterator[Any]:
    """Read by calamine."""
    import python_calamine

    rows = python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()
    return ([None if value == "" else value for value in row] for row in rows[1:])


PEERS: dict[str, Callable[[str], Iterator[Any]]] = {"openpyxl": with_openpyxl, "calamine": with_calamine}


def main() -> None:
    """Read FILE and insert its rows."""
    reader, path, address = sys.argv[1:]
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        connection: Any = sqlite3.connect(str(url.database))
        insert = INSERT
    else:
        connection = pymysql.connect(
            host=url.host, port=url.port or 3306, user=url.username, database=url.database, charset="utf8mb4"
        )
        insert = INSERT.replace("?", "%s")
    rows = PEERS[reader](path)
    if url.get_backend_name() == "sqlite":
        rows = (tuple(str(value) if hasattr(value, "isoformat") else value for value in row) for row in rows)
        connection.executemany(insert, rows)
    else:
        with connection.cursor() as cursor:
            cursor.executemany(insert, list(rows))
    connection.commit()
    connection.close()


if __name__ == "__main__":
    main()
