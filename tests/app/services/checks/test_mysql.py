"""The checks of MySQL and MariaDB, on a real server put out of order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from app.extensions import db
from app.services.checks import mysql
from app.services.checks.finding import OK, PROBLEM

pytestmark = pytest.mark.parametrize("backend", ["mysql"], indirect=True)


@pytest.fixture
def connection(empty_app: Flask) -> Iterator[Connection]:
    with db.engine.connect() as connection:
        yield connection


def test_the_address_has_no_password(connection: Connection) -> None:
    found = mysql.database(connection)
    assert found.state == OK
    assert found.what.startswith(("MariaDB ", "MySQL "))
    assert found.what.endswith(f" {db.engine.url.database}@{db.engine.url.host}")


def test_a_sound_database_has_no_problem(connection: Connection) -> None:
    for check in (mysql.charset, mysql.sql_mode, mysql.engine):
        assert check(connection).state == OK


def test_a_connection_of_another_charset_is_a_problem(connection: Connection) -> None:
    connection.execute(text("SET NAMES latin1"))
    found = mysql.charset(connection)
    assert (found.state, found.what) == (PROBLEM, "the connection speaks latin1")


def test_the_mend_of_a_latin1_database_mends_it(connection: Connection) -> None:
    connection.execute(text(f"ALTER DATABASE {db.engine.url.database} CHARACTER SET latin1"))
    found = mysql.charset(connection)
    assert (found.state, found.what) == (PROBLEM, "new tables of the database are latin1")
    connection.execute(text(found.mend))
    assert mysql.charset(connection).state == OK


def test_a_mode_that_bends_data_is_a_problem(connection: Connection) -> None:
    connection.execute(text("SET SESSION sql_mode='ANSI_QUOTES'"))
    assert mysql.sql_mode(connection).state == PROBLEM


def test_tables_that_cannot_roll_back_are_named_with_their_mend(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE `old``one` (a INT) ENGINE=MyISAM"))
    found = mysql.engine(connection)
    assert found.state == PROBLEM
    assert "old`one (MyISAM)" in found.what
    connection.execute(text(found.mend.rstrip(";")))
    assert mysql.engine(connection).state == OK


def test_another_default_engine_is_a_problem(connection: Connection) -> None:
    connection.execute(text("SET SESSION default_storage_engine='MyISAM'"))
    assert mysql.engine(connection).state == PROBLEM


def test_local_infile_is_read_from_the_server(connection: Connection) -> None:
    on = bool(connection.execute(text("SELECT @@GLOBAL.local_infile")).scalar_one())
    found = mysql.local_infile(connection)
    assert found.state == (OK if on else PROBLEM)
    assert on or "SET GLOBAL local_infile=1" in found.mend
