"""MySQL's two roads: the stream of LOAD DATA, and INSERT where the server forbids it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pymysql
import pytest
import sqlalchemy as sa

from app import create_app
from app.sheets.encode import load_data_text
from app.sheets.load.mysql import LoadError, load_engine, load_rows, load_stream
from app.sheets.table import Column
from app.sheets.target import reflect
from tests.conftest import FlaskProcess
from tests.databases import mysql_database
from tests.private_server import private_server

VALUES: list[list[Any]] = [
    [1, 2, 3, 4],
    ["plain", "tab\tnew\nline\\N \\", "钉子 🔩 'quoted' \"twice\"", None],
    ["1.50", "-0.01", None, "99999.99"],
    [0.1, math.pi, -1e300, None],
    ["2024-06-10", "0001-01-01", None, "9999-12-31"],
    [b"\x00\xff\n\t\\", b"", None, bytes(range(256))],
]


@pytest.fixture
def engine() -> Iterator[sa.Engine]:
    """Give an engine whose connections may load, on a database with a table of several kinds."""
    with mysql_database() as url:
        engine = load_engine(sa.make_url(url))
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40), price DECIMAL(7,2), ratio DOUBLE, day DATE,"
                " raw VARBINARY(256), kept INT NOT NULL DEFAULT 7)"
            )
        yield engine
        engine.dispose()


def columns(connection: sa.Connection) -> list[Column]:
    """Return the table's columns but the last one."""
    return list(reflect(connection, "t", sa.MetaData()).columns[:-1])


def test_both_roads_store_the_same_values(engine: sa.Engine) -> None:
    found = []
    for load, rows in ((load_stream, [load_data_text(VALUES)]), (load_rows, [VALUES])):
        with engine.connect() as connection:
            assert load(connection, "t", columns(connection), rows) == 4  # type: ignore[operator]
            found.append(connection.exec_driver_sql("SELECT * FROM t ORDER BY id").all())
            connection.rollback()
    assert found[0] == found[1]
    assert [row[1] for row in found[0]] == VALUES[1]
    assert [row[3] for row in found[0]] == VALUES[3]
    assert [row[4] for row in found[0]] == [date(2024, 6, 10), date(1, 1, 1), None, date(9999, 12, 31)]
    assert [row[5] for row in found[0]] == VALUES[5]


@pytest.mark.parametrize("sink", ["stream", "rows"])
def test_what_the_server_would_change_silently_is_an_error(sink: str, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        name = [columns(connection)[0], columns(connection)[4]]
        values = [[1, 2], ["2024-06-10", "2024-02-31"]]
        with pytest.raises((LoadError, pymysql.err.DataError, pymysql.err.OperationalError)) as raised:
            if sink == "stream":
                load_stream(connection, "t", name, [load_data_text(values)])
            else:
                load_rows(connection, "t", name, [values])
        assert "at row 2" in str(getattr(raised.value, "warnings", raised.value))
        connection.rollback()
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM t").scalar() == 0


def test_skipped_duplicate_is_an_error(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(LoadError, match="1 of 2 rows loaded"):
        load_stream(connection, "t", columns(connection)[:1], [b"1\n1\n"])


def test_stream_that_breaks_off_in_a_row_leaves_nothing(engine: sa.Engine) -> None:
    def broken() -> Iterator[bytes]:
        yield b"1\n2\n3"
        raise RuntimeError("the file is cut off")

    with engine.connect() as connection:
        with pytest.raises(RuntimeError, match="cut off"):
            load_stream(connection, "t", columns(connection)[:1], broken())
        connection.invalidate()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM t").scalar() == 0


def test_server_that_asks_for_a_file_does_not_get_it(engine: sa.Engine, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("42\n")
    with engine.connect() as connection:
        with pytest.raises(sa.exc.OperationalError, match="it does not get one"):
            connection.exec_driver_sql(f"LOAD DATA LOCAL INFILE '{secret}' INTO TABLE t (id)")
        connection.invalidate()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM t").scalar() == 0


def test_rows_longer_than_a_packet_go_in_one_by_one(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE t MODIFY name LONGTEXT")
    long = ["名" * 400_000, "x" * 2_000_000, "y"]
    with engine.connect() as connection:
        chosen = columns(connection)[:2]
        assert load_rows(connection, "t", chosen, [[[1, 2, 3], long]]) == 3
        assert connection.exec_driver_sql("SELECT name FROM t ORDER BY id").scalars().all() == long


def test_import_goes_on_without_local_infile(
    tmp_path: Path, flask_process: FlaskProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook()
    for row in (["id", "name", "kept"], *([n, f"name {n}\t名称", None] for n in range(3000))):
        book.active.append(row)
    book.save(tmp_path / "many.xlsx")
    with private_server(tmp_path, "--local-infile=0", "--transaction-isolation=READ-COMMITTED") as server:
        monkeypatch.setenv("DATABASE_URL", server.url)
        app = create_app("testing")
        assert flask_process("initdb").returncode == 0
        with app.app_context():
            from app.extensions import db

            with db.engine.begin() as connection:
                connection.exec_driver_sql(
                    "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40), kept INT NOT NULL DEFAULT 7)"
                )
            first = flask_process("import-excel", tmp_path / "many.xlsx", "t")
            again = flask_process("import-excel", tmp_path / "many.xlsx", "t", "--again")
            book.active["B3001"] = "=1+1"
            book.save(tmp_path / "bad.xlsx")
            created = flask_process("import-excel", tmp_path / "bad.xlsx", "made", "--create", "--yes", timeout=60)
            with load_engine(db.engine.url).connect() as connection:
                isolation = connection.exec_driver_sql("SELECT @@tx_isolation").scalar()
            with db.engine.connect() as connection:
                tables = sa.inspect(connection).get_table_names()
                total = connection.exec_driver_sql("SELECT COUNT(*), SUM(id), MIN(kept), MAX(name) FROM t").one()
            db.engine.dispose()
    assert created.returncode == 3, created.stderr
    assert "made" not in tables
    assert isolation == "REPEATABLE-READ"
    assert first.returncode == 0, first.stderr
    assert "Imported 3,000 rows" in first.stderr
    assert tuple(total) == (3000, 4_498_500, 7, "name 999\t名称")
    assert again.returncode == 3, again.stderr
    assert "3,000 of 3,000 rows" in again.stderr
    assert "is already in t (key PRIMARY)    Sheet!A2" in again.stderr
