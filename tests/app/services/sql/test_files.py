"""SQL files on real databases: what is loaded, what an error says, what of a file is kept."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from app.errors import Failed, Refused
from app.extensions import db
from app.models import Seed
from app.services import runs
from app.services.sql import files as sql_files
from tests.databases import MYSQL_URL

GOODS = Path(__file__).parents[3] / "data" / "goods.sql"

on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def written(folder: Path, content: str | bytes, name: str = "10_x.sql") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def load(path: Path) -> sql_files.SqlFile:
    file = sql_files.identify(path)
    with runs.recorded("initdb", "test", {}) as run:
        sql_files.load(file, run.id)
    return file


def query(statement: str) -> list[Any]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_a_file_is_remembered_by_what_is_in_it(app: Flask, tmp_path: Path) -> None:
    file = load(written(tmp_path, "INSERT INTO customers (name) VALUES ('50%; ''中文''')"))
    assert query("SELECT name FROM customers") == [("50%; '中文'",)]
    assert sql_files.is_loaded(file)
    with db.session() as session:
        seed = session.scalars(select(Seed)).one()
    assert (seed.name, seed.sha256, runs.get(seed.run_id).kind) == (str(tmp_path / "10_x.sql"), file.sha256, "initdb")
    again = sql_files.identify(written(tmp_path, file.path.read_bytes(), "other.sql"))
    packed = sql_files.identify(written(tmp_path, gzip.compress(file.path.read_bytes()), "x.sql.gz"))
    assert sql_files.is_loaded(again)
    assert sql_files.is_loaded(packed)
    assert not sql_files.is_loaded(sql_files.identify(written(tmp_path, "SELECT 1")))


def test_a_packed_file_is_loaded(app: Flask, tmp_path: Path) -> None:
    load(written(tmp_path, gzip.compress(b"INSERT INTO customers (name) VALUES ('a');"), "x.sql.gz"))
    assert query("SELECT name FROM customers") == [("a",)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b"SELECT 1;" * 1000, mtime=0)[:-9], "is not a whole gzip file"),
        ("SELECT 1;".encode("utf-16"), "is UTF-16 text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(app: Flask, tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(Failed, match=message):
        sql_files.identify(written(tmp_path, content))


def test_an_error_names_file_line_and_statement(app: Flask, tmp_path: Path) -> None:
    sql = "-- x\nINSERT INTO customers (name) VALUES ('a');\n\n/* y */\nINSERT\nINTO nowhere /* z */\nVALUES (1);"
    path = written(tmp_path, sql)
    with pytest.raises(Failed) as raised:
        load(path)
    assert raised.value.message.startswith(f"{path}, line 5: ")
    assert "nowhere" in raised.value.message
    assert raised.value.hint == "INSERT INTO nowhere VALUES (1)\nNothing of the file was kept."
    assert query("SELECT name FROM customers") == []
    assert not sql_files.is_loaded(sql_files.identify(path))


def test_a_long_statement_is_cut_and_a_password_is_masked(app: Flask, tmp_path: Path) -> None:
    values = ", ".join(["(1)"] * 100_000)
    with pytest.raises(Failed) as raised:
        load(written(tmp_path, f"INSERT INTO nowhere VALUES {values}"))
    statement = raised.value.hint.splitlines()[0]
    assert len(statement) == 200
    assert statement.endswith("…")
    with pytest.raises(Failed) as raised:
        load(written(tmp_path, "CREATE USR x IDENTIFIED BY 'hunter2'"))
    assert raised.value.hint.splitlines()[0] == "CREATE USR x IDENTIFIED BY '***'"


def test_an_unclosed_quote_names_the_file_and_keeps_nothing(app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, "INSERT INTO customers (name) VALUES ('a');\nSELECT 'b;\n")
    with pytest.raises(Failed) as raised:
        load(path)
    assert raised.value.message == f"{path}, line 2: a ' opens here and is never closed."
    assert query("SELECT name FROM customers") == []


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE IF EXISTS `runs`", "create table seeds (a int)", 'ALTER TABLE "alembic_version" ADD a int'],
)
def test_the_records_are_not_replaced(app: Flask, tmp_path: Path, statement: str) -> None:
    with pytest.raises(Refused, match=r"line 2: this would replace (runs|seeds|alembic_version)") as raised:
        load(written(tmp_path, f"-- a dump\n{statement};"))
    assert raised.value.exit_code == 5
    assert len(runs.newest(10)) == 1


@on_mysql
def test_on_mysql_what_a_ddl_statement_committed_stays_and_is_said_to(app: Flask, tmp_path: Path) -> None:
    sql = (
        "INSERT INTO customers (name) VALUES ('kept');\n"
        "CREATE TABLE made (a INT);\n"
        "INSERT INTO customers (name) VALUES ('lost');\n"
        "INSERT INTO nowhere VALUES (1);\n"
    )
    with pytest.raises(Failed) as raised:
        load(written(tmp_path, sql))
    assert "line 4: " in raised.value.message
    assert raised.value.hint.endswith("up to line 2 stays: MySQL cannot roll back DDL. Nothing after it was kept.")
    assert query("SELECT name FROM customers") == [("kept",)]


@on_mysql
def test_on_mysql_a_ddl_statement_that_fails_commits_what_stood_before_it(app: Flask, tmp_path: Path) -> None:
    sql = "INSERT INTO customers (name) VALUES ('kept');\nCREATE TABLE customers (a INT);\n"
    with pytest.raises(Failed) as raised:
        load(written(tmp_path, sql))
    kept = [("kept",)] if "up to line 1 stays" in raised.value.hint else []
    assert query("SELECT name FROM customers") == kept


@on_mysql
def test_the_settings_of_a_file_end_with_it(app: Flask, tmp_path: Path) -> None:
    before = query("SELECT @@sql_mode, @@foreign_key_checks, DATABASE()")
    load(written(tmp_path, "SET sql_mode='', foreign_key_checks=0; USE information_schema; SELECT 1; SELECT '%s %d';"))
    assert query("SELECT @@sql_mode, @@foreign_key_checks, DATABASE()") == before


@on_mysql
def test_a_statement_that_is_too_long_says_what_to_raise(app: Flask, tmp_path: Path) -> None:
    limit = query("SELECT @@max_allowed_packet")[0][0]
    with pytest.raises(Failed, match="raise max_allowed_packet"):
        load(written(tmp_path, b"SELECT '" + b"x" * (limit + 1024) + b"'"))


@on_mysql
def test_an_error_in_a_later_result_of_a_procedure_is_an_error(app: Flask, tmp_path: Path) -> None:
    sql = "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; SIGNAL SQLSTATE '45000'; END//\nCALL p()//\n"
    with pytest.raises(Failed, match="line 3: "):
        load(written(tmp_path, sql))


def check_goods() -> None:
    """Check what tests/data/goods.sql makes, and that its trigger, procedure and view work."""
    assert query("SELECT name, photo FROM goods ORDER BY id") == [
        ("茶叶; 龙井", bytes(range(256))),
        ('O\'Brien "50%" \\ %s', None),
        ("-- not a comment\n# nor this\n/* nor; this */", b""),
    ]
    with db.engine.begin() as connection:
        assert connection.exec_driver_sql("CALL raise_prices(10)").scalar_one() == 2
    assert [float(row[0]) for row in query("SELECT new_price FROM price_log ORDER BY id")] == [96.8, 1.65]
    assert query("SELECT name FROM dear") == [("茶叶; 龙井",)]


@on_mysql
def test_a_mysqldump_with_everything_in_it_works_afterwards(app: Flask) -> None:
    load(GOODS)
    check_goods()


@on_mysql
def test_what_the_client_dumps_today_is_loaded(app: Flask, tmp_path: Path) -> None:
    program = shutil.which("mariadb-dump") or shutil.which("mysqldump")
    if program is None:
        pytest.skip("neither mariadb-dump nor mysqldump is on PATH")
    load(GOODS)
    tables = ["goods", "price_log", "dear"]
    dump = tmp_path / "dump.sql"
    server = [f"--host={MYSQL_URL.host}", f"--port={MYSQL_URL.port or 3306}", f"--user={MYSQL_URL.username or 'root'}"]
    password = {"MYSQL_PWD": str(MYSQL_URL.password or "")}
    options = [f"--result-file={dump}", "--routines", "--triggers", "--hex-blob"]
    subprocess.run([program, *server, *options, str(db.engine.url.database), *tables], check=True, env=password)
    with db.engine.begin() as connection:
        for statement in ("DROP VIEW dear", "DROP TABLE price_log", "DROP TABLE goods", "DROP PROCEDURE raise_prices"):
            connection.execute(text(statement))
    load(dump)
    check_goods()


@on_sqlite
def test_on_sqlite_a_file_is_one_transaction(app: Flask, tmp_path: Path) -> None:
    sql = "BEGIN TRANSACTION;\nCREATE TABLE made (a);\nCOMMIT;\nINSERT INTO made VALUES (1, 2);\n"
    with pytest.raises(Failed, match="line 4: table made has 1 columns") as raised:
        load(written(tmp_path, sql))
    assert raised.value.hint.endswith("Nothing of the file was kept.")
    with pytest.raises(SQLAlchemyError, match="no such table"):
        query("SELECT * FROM made")


@on_sqlite
def test_what_sqlite_dumps_is_loaded(app: Flask, tmp_path: Path) -> None:
    with sqlite3.connect(":memory:") as source:
        source.executescript(
            "CREATE TABLE child (a REFERENCES parent(id)); CREATE TABLE parent (id INTEGER PRIMARY KEY, t, b);"
            "INSERT INTO parent VALUES (1, '中;''文\n', x'00ff'); INSERT INTO child VALUES (1);"
            "CREATE TRIGGER grow AFTER INSERT ON parent BEGIN INSERT INTO child VALUES (NEW.id); SELECT 1; END;"
            "CREATE VIEW v AS SELECT a FROM child;"
        )
        dump = "PRAGMA foreign_keys=OFF;\n" + "\n".join(source.iterdump())
    source.close()
    load(written(tmp_path, dump))
    assert query("SELECT id, t, b FROM parent") == [(1, "中;'文\n", b"\x00\xff")]
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO parent (id) VALUES (2)"))
    assert query("SELECT a FROM v") == [(1,), (2,)]


@on_sqlite
@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (b"ROLLBACK; -- due to errors", "line 1: the file takes itself back"),
        (b"\nSELECT '\xff'", "line 2: this is not UTF-8"),
        (
            b"CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (a REFERENCES p); INSERT INTO c VALUES (7);",
            "row 1 of c refers to a row that p does not have",
        ),
        (
            b"PRAGMA foreign_keys=OFF; CREATE TABLE c (a REFERENCES p); INSERT INTO c VALUES (7);"
            b"CREATE TABLE p (id INTEGER PRIMARY KEY);",
            "row 1 of c refers to a row that p does not have",
        ),
    ],
)
def test_on_sqlite_what_cannot_be_kept_is_said(app: Flask, tmp_path: Path, sql: bytes, message: str) -> None:
    with pytest.raises(Failed, match=message):
        load(written(tmp_path, sql))
    assert query("SELECT * FROM seeds") == []
