"""The least that an import can take: rows that need no reading, no conversion, no proof, by the database's own road.

python -m benchmarks.floor write FILE ROWS sqlite|mysql
python -m benchmarks.floor load FILE DATABASE_URL
"""

from __future__ import annotations

import marshal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pymysql
import sqlalchemy as sa

from benchmarks.sheet import INSERT, rows

LOAD_DATA = "LOAD DATA LOCAL INFILE %s INTO TABLE bench CHARACTER SET utf8mb4"
NAMES = {"sqlite": "floor: executemany", "mysql": "floor: LOAD DATA"}


def write(path: Path, count: int, backend: str) -> None:
    """Write ready rows: a file for LOAD DATA, or what marshal makes of the rows."""
    if backend == "sqlite":
        ready = [tuple(str(value) if hasattr(value, "isoformat") else value for value in row) for row in rows(count)]
        path.write_bytes(marshal.dumps(ready))
        return
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines("\t".join(map(_field, row)) + "\n" for row in rows(count))


def load(path: Path, url: sa.URL) -> None:
    """Load ready rows, and commit."""
    if url.get_backend_name() == "sqlite":
        with sqlite3.connect(str(url.database)) as connection:
            connection.executemany(INSERT, marshal.loads(path.read_bytes()))  # noqa: S302 - written above
        return
    connection: Any = pymysql.connect(
        host=url.host,
        port=url.port or 3306,
        user=url.username,
        password=str(url.password or ""),
        database=url.database,
        local_infile=True,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(LOAD_DATA, (str(path),))
        connection.commit()


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    return str(int(value)) if isinstance(value, bool) else str(value).replace("\n", "\\\n")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        load(Path(sys.argv[2]), sa.make_url(sys.argv[3]))
