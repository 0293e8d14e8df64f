"""What people write when they have no tool to export: read the table, hand its rows to a library.

python -m benchmarks.writers NAME FILE DATABASE_URL
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.duckdb_extensions import duckdb_with
from benchmarks.sheet import HEADERS

QUERY = "SELECT * FROM bench ORDER BY id"
MOMENTS = "yyyy-mm-dd hh:mm:ss"


def with_duckdb(path: Path, url: sa.URL) -> None:
    """Let DuckDB copy the attached table."""
    is_sqlite = url.get_backend_name() == "sqlite"
    connection = duckdb_with("excel", "sqlite_scanner" if is_sqlite else "mysql_scanner")
    server = f"host={url.host} port={url.port or 3306} user={url.username} database={url.database}"
    address, kind = (url.database, "sqlite") if is_sqlite else (server, "mysql")
    connection.execute(f"ATTACH '{address}' AS source (TYPE {kind}, READ_ONLY)")
    query = QUERY.replace("bench", "source.bench")
    connection.execute(f"COPY ({query}) TO '{path}' (FORMAT xlsx, HEADER true)")


def with_wolfxl(path: Path, url: sa.URL) -> None:
    """Append rows as with openpyxl, whose API it has."""
    import wolfxl

    _append_rows(wolfxl, path, url)


def with_openpyxl(path: Path, url: sa.URL) -> None:
    """Append rows in its write-only mode."""
    import openpyxl

    _append_rows(openpyxl, path, url)


def with_xlsxwriter(path: Path, url: sa.URL) -> None:
    """Write rows in its mode of constant memory."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": MOMENTS}) as book:
        sheet = book.add_worksheet("bench")
        sheet.write_row(0, 0, HEADERS)
        for number, row in enumerate(_rows(url), 1):
            sheet.write_row(number, 0, row)


WRITERS: dict[str, Callable[[Path, sa.URL], None]] = {
    "DuckDB": with_duckdb,
    "wolfxl": with_wolfxl,
    "XlsxWriter": with_xlsxwriter,
    "openpyxl write-only": with_openpyxl,
}


def _append_rows(library: Any, path: Path, url: sa.URL) -> None:
    book = library.Workbook(write_only=True)
    sheet = book.create_sheet("bench")
    sheet.append(HEADERS)
    for row in _rows(url):
        sheet.append(row)
    book.save(path)


def _rows(url: sa.URL) -> Iterator[Any]:
    """Yield the rows as they come from the driver."""
    if url.get_backend_name() == "sqlite":
        yield from sqlite3.connect(str(url.database)).execute(QUERY)
        return
    from pymysql.cursors import SSCursor

    driver: Any = sa.create_engine(url).raw_connection()
    cursor = driver.cursor(SSCursor)
    cursor.execute(QUERY)
    yield from cursor


def main() -> None:
    """Write the table to FILE."""
    name, path, address = sys.argv[1:]
    WRITERS[name](Path(path), sa.make_url(address))


if __name__ == "__main__":
    main()
