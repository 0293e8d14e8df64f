"""A limit for the time of a query, which the next query on the connection does not have."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.services.browsing.time_limit import TooSlow, time_limit

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n",
    "mysql": "SELECT COUNT(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b WHERE a.seq + b.seq < 0",
}
LONG = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT MAX(i) FROM n",
    "mysql": "SELECT 300000 + SLEEP(1)",
}


def test_a_query_ends_at_its_limit_and_the_connection_goes_on(empty_app: Flask, backend: str) -> None:
    with db.engine.connect() as connection:
        with pytest.raises(TooSlow, match=r"within 0.2 seconds"), time_limit(connection, 0.2):
            connection.execute(sa.text(ENDLESS[backend]))
        assert connection.scalar(sa.text(LONG[backend])) == 300000


def test_the_limit_ends_with_its_block(empty_app: Flask, backend: str) -> None:
    with db.engine.connect() as connection:
        with time_limit(connection, {"sqlite": 0.01, "mysql": 0.5}[backend]):
            assert connection.scalar(sa.text("SELECT 1")) == 1
        assert connection.scalar(sa.text(LONG[backend])) == 300000


def test_other_errors_are_left_alone(empty_app: Flask) -> None:
    with pytest.raises(sa.exc.DBAPIError), db.engine.connect() as connection, time_limit(connection, 5):
        connection.execute(sa.text("SELECT * FROM nowhere"))
