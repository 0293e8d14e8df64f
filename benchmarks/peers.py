"""What people write when they have no tool: read with a library, insert with `executemany`, check nothing.

python -m benchmarks.peers openpyxl|calamine FILE DATABASE_URL
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pymysql
from sqlalchemy import make_url

from benchmarks.readers import calamine_rows, openpyxl_rows
from benchmarks.sheet import INSERT


def with_calamine(path: Path) -> Iterator[Any]:
    """Read by calamine, which gives blank cells as empty texts."""
    return ([None if value == "" else value for value in row] for row in calamine_rows(path))


PEERS: dict[str, Callable[[Path], Iterator[Any]]] = {"calamine": with_calamine, "openpyxl": openpyxl_rows}


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
    rows: Iterator[Any] = islice(PEERS[reader](Path(path)), 1, None)
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
