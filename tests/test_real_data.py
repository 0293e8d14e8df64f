"""Real workbooks, whole: known values, and every cell as an independent reader has it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from benchmarks.measuring import measure
from tests.conftest import ROOT, SHARED_DATA
from tests.databases import mysql_database, sqlite_database

RETAIL = SHARED_DATA / "online_retail.xlsx"
VEGETABLES = SHARED_DATA / "vegetable_wholesale_zh.xlsx"

pytestmark = [
    pytest.mark.skipif(not RETAIL.exists(), reason=f"the real workbooks are not at {SHARED_DATA}"),
    pytest.mark.timeout(600),
]

RETAIL_TABLE = (
    "CREATE TABLE online_retail (invoice_no VARCHAR(10), stock_code VARCHAR(20), description VARCHAR(60), quantity INT,"
    " invoice_date DATETIME, unit_price DECIMAL(12,3), customer_id INT, country VARCHAR(40))"
)


@contextmanager
def migrated(backend: str, folder: Path) -> Iterator[sa.Engine]:
    """Give an engine on a database that `flask initdb` has made."""
    with mysql_database() if backend == "mysql" else sqlite_database(folder) as url:
        engine = sa.create_engine(url)
        flask(engine, "initdb")
        yield engine
        engine.dispose()


def flask(engine: sa.Engine, *args: object) -> None:
    """Run a command on a database as a real process; it must succeed."""
    command = [sys.executable, str(ROOT / "manage.py"), *map(str, args)]
    environment = {**os.environ, "DATABASE_URL": engine.url.render_as_string(hide_password=False)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, env=environment)
    assert done.returncode == 0, done.stderr


def values(engine: sa.Engine, query: str) -> list[Any]:
    """Return the values of a query's one row."""
    with engine.connect() as connection:
        return list(connection.exec_driver_sql(query).one())


def check_known_values(engine: sa.Engine) -> None:
    """Compare the loaded table with the known values of the data's README."""
    first, last, total, rows = values(
        engine,
        "SELECT MIN(invoice_date), MAX(invoice_date), SUM(quantity * unit_price), COUNT(*) FROM online_retail",
    )
    assert (str(first)[:19], str(last)[:19]) == ("2010-12-01 08:26:00", "2011-12-09 12:50:00")
    assert round(Decimal(str(total)), 3) == Decimal("9747747.934")
    assert rows == 541_909
    is_mysql = engine.dialect.name == "mysql"
    # MariaDB's default collation takes 85123A and 85123a for one code, and its LENGTH counts bytes.
    code = "CAST(stock_code AS BINARY)" if is_mysql else "stock_code"
    characters = "CHAR_LENGTH" if is_mysql else "LENGTH"
    assert values(
        engine,
        "SELECT SUM(quantity), COUNT(*) - COUNT(customer_id), COUNT(*) - COUNT(description),"
        f" COUNT(DISTINCT invoice_no), COUNT(DISTINCT {code}), COUNT(DISTINCT country) FROM online_retail",
    ) == [5_176_450, 135_080, 1_454, 25_900, 4_070, 38]
    assert values(
        engine,
        "SELECT SUM(invoice_no LIKE 'C%%'), SUM(invoice_no LIKE 'A%%'), SUM(stock_code LIKE '%%.0'),"
        f" SUM(unit_price < 0), MAX({characters}(description)) FROM online_retail",
    ) == [9_288, 3, 0, 2, 35]
    digits = "REGEXP '^[0-9]+$'" if is_mysql else "NOT GLOB '*[^0-9]*'"
    assert values(engine, f"SELECT SUM(stock_code {digits}) FROM online_retail") == [487_036]


def stored(engine: sa.Engine) -> Iterator[tuple[Any, ...]]:
    """Yield the table's rows in the order in which they were loaded, prices as the digits of their decimals."""
    with engine.connect().execution_options(stream_results=True) as connection:
        order = " ORDER BY rowid" if engine.dialect.name == "sqlite" else ""
        for row in connection.exec_driver_sql(f"SELECT * FROM online_retail{order}"):
            moment = row[4] if isinstance(row[4], datetime) else datetime.fromisoformat(row[4])
            yield (*row[:4], moment, f"{row[5]:.3f}", *row[6:])


def expected(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row of openpyxl's as the table must have it."""
    number, code, description, quantity, moment, price, customer, country = row
    description = None if description is None else str(description)
    return (str(number), str(code), description, quantity, moment, f"{price:.3f}", customer, country)


def test_online_retail_has_all_known_values_and_agrees_with_openpyxl_on_every_cell(tmp_path: Path) -> None:
    with ExitStack() as stack:
        engines = [stack.enter_context(migrated(backend, tmp_path)) for backend in ("sqlite", "mysql")]
        for engine in engines:
            with engine.begin() as connection:
                connection.exec_driver_sql(RETAIL_TABLE)
            flask(engine, "import-excel", RETAIL, "online_retail")
            check_known_values(engine)
        book = stack.enter_context(closing(openpyxl.load_workbook(RETAIL, read_only=True)))
        rows = book["Online Retail"].iter_rows(min_row=2, values_only=True)
        for number, (row, *found) in enumerate(zip_longest(rows, *map(stored, engines)), 2):
            assert found == [expected(row)] * len(engines), f"row {number}"


@pytest.mark.parametrize("backend", ["sqlite", "mysql"])
def test_vegetables_load_by_comment_on_mariadb_and_by_map_on_sqlite(backend: str, tmp_path: Path) -> None:
    table = "CREATE TABLE wholesale (day DATE, code VARCHAR(15), price DECIMAL(8,2), PRIMARY KEY (day, code))"
    mapping = ["--map", "日期=day", "--map", "单品编码=code", "--map", "批发价格(元/千克)=price"]
    if backend == "mysql":
        table = table.replace("day DATE", "day DATE COMMENT '日期'").replace("(15)", "(15) COMMENT '单品编码'")
        table = table.replace("(8,2)", "(8,2) COMMENT '批发价格(元/千克)'")
        mapping = []
    with migrated(backend, tmp_path) as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql(table)
        flask(engine, "import-excel", VEGETABLES, "wholesale", *mapping)
        count, codes, first, last, total, shortest = values(
            engine,
            "SELECT COUNT(*), COUNT(DISTINCT code), MIN(day), MAX(day), SUM(price), MIN(LENGTH(code)) FROM wholesale",
        )
    assert (count, codes, shortest) == (55_982, 251, 15)
    assert (str(first), str(last)) == (str(date(2020, 7, 1)), str(date(2023, 6, 30)))
    assert round(Decimal(str(total)), 2) == Decimal("333799.41")


@pytest.mark.long
def test_online_retail_is_read_six_times_as_fast_as_by_openpyxl() -> None:
    def seconds(reader: str) -> float:
        run = measure(reader, [sys.executable, "-m", "benchmarks.readers", reader, str(RETAIL)])
        assert run.output.split()[0] == "541910"
        return run.cpu_seconds  # which other programs change little

    assert seconds("openpyxl read-only") >= 6 * min(seconds("opsdesk") for _ in range(2))
