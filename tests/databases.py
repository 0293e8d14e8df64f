"""Databases for tests: each test gets one of its own, on real SQLite or real MariaDB, and drops it afterwards."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import make_url

MYSQL_URL = make_url(os.environ.get("TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/"))
START_MARIADB = "start it (Debian: service mariadb start), or set TEST_MYSQL_URL"

_numbers = itertools.count(1)


def mysql_connection(database: str | None = None) -> pymysql.Connection:
    """Connect to the test server as its administrator."""
    return pymysql.connect(
        host=MYSQL_URL.host or "127.0.0.1",
        port=MYSQL_URL.port or 3306,
        user=MYSQL_URL.username or "root",
        password=str(MYSQL_URL.password or ""),
        database=database,
        charset="utf8mb4",
        autocommit=True,
    )


def missing_server(reason: str) -> None:
    """Skip the test for want of a server; with CI=true fail it instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def mysql_database() -> Iterator[str]:
    """Make an empty MariaDB database and give its URL."""
    try:
        server = mysql_connection()
    except pymysql.err.OperationalError as error:
        missing_server(f"MariaDB does not answer at {MYSQL_URL}: {error.args[-1]}; {START_MARIADB}")
        raise
    name = f"opsdesk_test_{os.getpid()}_{next(_numbers)}"
    with server, server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            yield MYSQL_URL.set(database=name).render_as_string(hide_password=False)
        finally:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")


@contextmanager
def sqlite_database(folder: Path) -> Iterator[str]:
    """Give the URL of a SQLite file that does not exist yet."""
    yield f"sqlite:///{folder / 'test.sqlite3'}"


def has_variable(name: str) -> bool:
    """Tell whether the test server knows a system variable."""
    with mysql_connection() as server, server.cursor() as cursor:
        return bool(cursor.execute("SHOW VARIABLES LIKE %s", (name,)))
