"""A server that takes connections and then says nothing is not waited for."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.engine import MYSQL_CONNECT_ARGS
from app.mysql_connection import WATCH, MySQLConnection
from app.sheets.load.mysql import LoadConnection
from tests.databases import mysql_database
from tests.private_server import private_server


@pytest.fixture
def silent() -> Iterator[int]:
    """Give the port of a server whose kernel takes connections, and which greets nobody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.parametrize("read_timeout", [None, 3600])
def test_who_gets_no_greeting_gives_up(silent: int, read_timeout: int | None) -> None:
    began = time.monotonic()
    with pytest.raises(pymysql.err.OperationalError, match="timed out") as raised:
        MySQLConnection(host="127.0.0.1", port=silent, connect_timeout=1, read_timeout=read_timeout)
    assert time.monotonic() - began < 10
    assert raised.value.args[0] == pymysql.constants.CR.CR_SERVER_LOST


def test_every_connection_is_one_of_these_watched_and_patient_with_statements() -> None:
    with mysql_database() as url:
        engine = sa.create_engine(url, connect_args={**MYSQL_CONNECT_ARGS, "connect_timeout": 1})
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, MySQLConnection)
            assert connection.scalar(sa.text("SELECT SLEEP(1.5)")) == 0
            driver.ping()
            assert connection.scalar(sa.text("SELECT SLEEP(1.5)")) == 0
            assert driver._sock is not None
            watched = {name: driver._sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in WATCH}
        engine.dispose()
    assert watched == WATCH
    assert issubclass(LoadConnection, MySQLConnection)


def test_a_server_that_has_become_a_replica_is_left(tmp_path: Path) -> None:
    with private_server(tmp_path) as server:
        server.execute("CREATE USER 'li'@'%' IDENTIFIED BY ''")
        server.execute("GRANT ALL ON shop.* TO 'li'@'%'")
        engine = sa.create_engine(server.url.replace("root", "li"), connect_args=MYSQL_CONNECT_ARGS, pool_pre_ping=True)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE numbers (n INTEGER)"))
            before = connection.scalar(sa.text("SELECT CONNECTION_ID()"))
        server.execute("SET GLOBAL read_only = ON")
        with pytest.raises(OperationalError) as raised, engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO numbers VALUES (1)"))
        assert raised.value.connection_invalidated
        server.execute("SET GLOBAL read_only = OFF")
        with engine.begin() as connection:
            assert connection.execute(sa.text("INSERT INTO numbers VALUES (1)")).rowcount == 1
            assert connection.scalar(sa.text("SELECT CONNECTION_ID()")) != before
        engine.dispose()


def test_the_systems_certificates_are_read_once_for_all_connections() -> None:
    one, another = (MySQLConnection(defer_connect=True) for _ in range(2))
    assert one.ctx is another.ctx
    assert MySQLConnection(defer_connect=True, ssl={"check_hostname": False}).ctx is not one.ctx
