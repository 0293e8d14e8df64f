"""What a run has open at the server ends when its process is found dead; nothing else does."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from app.extensions import db
from app.runner.work_connection import end, named_for

RUN, ANOTHER = 7, 8
pytestmark = pytest.mark.parametrize("backend", ["mysql"], indirect=True)


def change(connection: Connection, wait_s: int = 60) -> None:
    """Change a row, and wait no longer than that for it."""
    connection.execute(text(f"SET SESSION innodb_lock_wait_timeout = {wait_s}"))
    connection.execute(text("UPDATE things SET n = n + 1"))


@pytest.fixture
def things(app: Flask) -> None:
    """Make a table with a row."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE things (n INTEGER)"))
        connection.execute(text("INSERT INTO things VALUES (0)"))


@pytest.mark.usefixtures("things")
def test_what_a_dead_run_has_open_is_rolled_back() -> None:
    with db.engine.connect() as left, named_for(RUN, left):
        change(left)
        end(db.engine, ANOTHER)
        with db.engine.connect() as other, pytest.raises(OperationalError, match="1205"):
            change(other, wait_s=1)
        end(db.engine, RUN)
        with db.engine.begin() as other:
            change(other)
        with pytest.raises(OperationalError):
            left.execute(text("SELECT 1"))
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT n FROM things")) == 1


@pytest.mark.usefixtures("things")
def test_a_connection_whose_run_has_ended_is_left_alone() -> None:
    with db.engine.connect() as connection:
        with named_for(RUN, connection):
            change(connection)
            connection.commit()
        change(connection)
        end(db.engine, RUN)
        connection.commit()
        assert connection.scalar(text("SELECT n FROM things")) == 2
