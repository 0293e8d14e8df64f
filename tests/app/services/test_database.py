"""The database as a whole: made, migrated, dropped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.errors import Failed
from app.extensions import db
from app.services import database
from tests.databases import MYSQL_URL, missing_server, mysql_connection

AWKWARD = f"opsdesk_test_{os.getpid()}_a-`b c"


@pytest.fixture
def awkward_name() -> Iterator[str]:
    try:
        server = mysql_connection()
    except pymysql.err.OperationalError as error:
        missing_server(str(error))
        raise
    with server, server.cursor() as cursor:
        quoted = AWKWARD.replace("`", "``")
        cursor.execute(f"DROP DATABASE IF EXISTS `{quoted}`")
        yield AWKWARD
        cursor.execute(f"DROP DATABASE IF EXISTS `{quoted}`")


def test_migrating_goes_to_head_without_a_word(empty_app: Flask, capfd: pytest.CaptureFixture[str]) -> None:
    assert database.revisions().current is None
    assert database.is_empty()
    database.migrate()
    found = database.revisions()
    assert found.at_head
    assert found.known
    assert not database.is_empty()
    database.migrate()
    assert database.revisions() == found
    assert capfd.readouterr() == ("", "")


def test_a_revision_of_other_code_is_an_error(app: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'feedbeef'"))
    assert not database.revisions().known
    with pytest.raises(Failed, match=r"cannot be migrated.*feedbeef"):
        database.migrate()


def test_a_dropped_database_is_gone(app: Flask) -> None:
    assert database.exists()
    database.drop()
    assert not database.exists()
    database.drop()
    database.create()
    database.migrate()
    assert database.exists()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_dropping_sqlite_leaves_no_file(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "test.sqlite3-wal").touch()
    (tmp_path / "test.sqlite3-shm").touch()
    database.drop()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []
    assert database.name() == "test.sqlite3"


def test_a_mysql_database_of_any_name_is_made_in_utf8mb4(awkward_name: str) -> None:
    url = MYSQL_URL.set(database=awkward_name).render_as_string(hide_password=False)
    with create_app({"DATABASE_URL": url}).app_context():
        assert database.name() == awkward_name
        assert not database.exists()
        database.create()
        database.create()
        assert database.exists()
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT DATABASE()")).scalar_one() == awkward_name
            assert connection.execute(text("SELECT @@character_set_database")).scalar_one() == "utf8mb4"
        database.drop()
        assert not database.exists()
        db.engine.dispose()
