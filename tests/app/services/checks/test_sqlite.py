"""The checks of SQLite, on a file put out of order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection

from app.extensions import db
from app.services.checks import sqlite
from app.services.checks.finding import OK, PROBLEM

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    with db.engine.connect() as connection:
        yield connection


def test_a_sound_file_has_no_problem(connection: Connection) -> None:
    for check in (sqlite.database, sqlite.file, sqlite.journal, sqlite.foreign_keys):
        assert check(connection).state == OK


def test_what_is_switched_off_is_a_problem(connection: Connection) -> None:
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.execute("PRAGMA journal_mode=DELETE")
    assert sqlite.foreign_keys(connection).state == PROBLEM
    found = sqlite.journal(connection)
    assert (found.state, found.what) == (PROBLEM, "delete: readers and the writer wait for each other")


def test_an_old_library_is_a_problem(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "OLDEST", (99, 0, 0))
    assert sqlite.database(connection).state == PROBLEM


def test_a_read_only_file_is_a_problem(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "os.access", lambda _path, _mode: False
    )  # root, who runs tests in containers, may write anywhere
    found = sqlite.file(connection)
    assert found.state == PROBLEM
    assert str(db.engine.url.database) in found.what
