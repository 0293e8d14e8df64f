"""Rows out of a database: of one moment, without a way to change it, and only as many as are wanted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.sheets.fetch import fetch, reading


@pytest.fixture
def connection(empty_app: Flask) -> Iterator[sa.Connection]:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE numbers (n INT PRIMARY KEY, label VARCHAR(20))")
        connection.execute(
            sa.text("INSERT INTO numbers VALUES (:n, :label)"), [{"n": n, "label": f"{n} %"} for n in range(5000)]
        )
    with db.engine.connect() as connection:
        yield connection


def test_rows_come_in_batches(connection: sa.Connection) -> None:
    query = "SELECT n, label FROM numbers WHERE label LIKE '% %' ORDER BY n"
    with reading(connection), fetch(connection, query) as result:
        batches = list(result.batches)
    assert result.names == ("n", "label")
    assert [len(batch) for batch in batches] == [1000] * 5
    assert [str(row[0]) for batch in batches for row in batch] == [str(n) for n in range(5000)]


def test_they_are_of_one_moment(connection: sa.Connection) -> None:
    with reading(connection):
        with fetch(connection, "SELECT n FROM numbers") as result:
            first = next(result.batches)
            with db.engine.begin() as other:
                other.exec_driver_sql("DELETE FROM numbers WHERE n >= 2500")
            assert len(first) + sum(map(len, result.batches)) == 5000
        with fetch(connection, "SELECT n FROM numbers") as result:
            assert sum(map(len, result.batches)) == 5000


def test_nothing_can_be_written_meanwhile(connection: sa.Connection) -> None:
    with reading(connection), pytest.raises(sa.exc.DBAPIError):
        connection.exec_driver_sql("DELETE FROM numbers")
    connection.exec_driver_sql("DELETE FROM numbers")
    connection.commit()


@pytest.mark.parametrize("batches", [0, 1])
def test_the_rest_need_not_be_read(connection: sa.Connection, batches: int) -> None:
    with reading(connection), fetch(connection, "SELECT a.n FROM numbers a, numbers b, numbers c") as result:
        assert [len(next(result.batches)) for _ in range(batches)] == [1000] * batches
    with db.engine.connect() as other:
        assert other.exec_driver_sql("SELECT COUNT(*) FROM numbers").scalar() == 5000
