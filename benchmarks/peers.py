"""What people write when they have no tool: read a sheet with a library, insert its rows, check nothing.

python -m benchmarks.peers NAME FILE DATABASE_URL
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.duckdb_extensions import duckdb_with
from benchmarks.readers import calamine_rows, openpyxl_rows
from benchmarks.sheet import INSERT

MOST_VARIABLES = 1000  # rows times columns of one INSERT by pandas: SQLite takes 32,766, and is quickest with fewer


def with_duckdb(path: Path, url: sa.URL) -> None:
    """DuckDB: read_xlsx straight into the attached database."""
    connection = duckdb_with("excel", "sqlite_scanner" if _is_sqlite(url) else "mysql_scanner")
    connection.execute(
        f"ATTACH '{url.database}' AS target (TYPE sqlite)"
        if _is_sqlite(url)
        else f"ATTACH 'host={url.host} port={url.port or 3306} user={url.username} database={url.database}'"
        " AS target (TYPE mysql)"
    )
    connection.execute(
        "INSERT INTO target.bench SELECT id::INT, code, name, city, nullif(note, ''), quantity::INT, price, paid,"
        " created, rate FROM read_xlsx(?, empty_as_varchar = true)",
        [str(path)],
    )


def with_polars(path: Path, url: sa.URL) -> None:
    """Polars: read_excel by calamine, write_database through SQLAlchemy."""
    import polars

    frame = polars.read_excel(path, engine="calamine", schema_overrides={"code": polars.String})
    frame.write_database(
        "bench", url.render_as_string(hide_password=False), if_table_exists="append", engine="sqlalchemy"
    )


def with_pandas(path: Path, url: sa.URL) -> None:
    """pandas: read_excel by calamine, to_sql with many rows in an INSERT."""
    import pandas

    frame = pandas.read_excel(path, engine="calamine", dtype={"code": str})
    rows = MOST_VARIABLES // len(frame.columns)
    frame.to_sql("bench", sa.create_engine(url), if_exists="append", index=False, method="multi", chunksize=rows)


def with_calamine(path: Path, url: sa.URL) -> None:
    """python-calamine, which gives blank cells as empty texts, and executemany."""
    rows = ([None if value == "" else value for value in row] for row in calamine_rows(path))
    _insert(islice(rows, 1, None), url)


def with_openpyxl(path: Path, url: sa.URL) -> None:
    """openpyxl and executemany."""
    _insert(islice(openpyxl_rows(path), 1, None), url)


PEERS: dict[str, Callable[[Path, sa.URL], None]] = {
    "DuckDB": with_duckdb,
    "polars": with_polars,
    "pandas": with_pandas,
    "calamine + executemany": with_calamine,
    "openpyxl + executemany": with_openpyxl,
}


def _is_sqlite(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _insert(rows: Iterator[Any], url: sa.URL) -> None:
    if _is_sqlite(url):
        with sqlite3.connect(str(url.database)) as connection:
            texts = (tuple(str(value) if hasattr(value, "isoformat") else value for value in row) for row in rows)
            connection.executemany(INSERT, texts)
        return
    driver: Any = sa.create_engine(url).raw_connection()
    with driver.cursor() as cursor:
        cursor.executemany(INSERT.replace("?", "%s"), list(rows))
    driver.commit()


def main() -> None:
    """Read FILE and insert its rows."""
    name, path, address = sys.argv[1:]
    PEERS[name](Path(path), sa.make_url(address))


if __name__ == "__main__":
    main()
