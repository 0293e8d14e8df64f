"""Whether locks keep others out, and the server is one of several."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.engine import MYSQL_CONNECT_ARGS
from app.extensions import db
from app.mysql_connection import MySQLConnection
from app.services.checks import cluster
from app.services.checks.finding import NOT_APPLICABLE, OK, PROBLEM
from tests.private_server import private_server

on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)


@on_mysql
def test_one_server_keeps_others_out_and_nothing_is_left_locked(empty_app: Flask) -> None:
    with db.engine.connect() as connection:
        assert cluster.locks_hold(connection).state == OK
        assert cluster.cluster(connection).state == OK


class Shared(MySQLConnection):
    """A connection that stays, as those do that a proxy lends to one client after the other."""

    def close(self) -> None:
        """Do nothing."""


@on_mysql
def test_a_proxy_that_gives_everybody_the_same_connection_is_found(empty_app: Flask) -> None:
    """A session gets a lock that it has once more (MariaDB documentation, "GET_LOCK")."""
    url = db.engine.url
    driver = Shared(host=url.host, port=url.port or 3306, user=url.username, password=url.password or "")
    shared = sa.create_engine(url, creator=lambda: driver, poolclass=sa.NullPool)
    with shared.connect() as connection:
        assert cluster.locks_hold(connection).state == PROBLEM
    driver._force_close()


def test_galera_is_told_and_must_not_split_an_import(tmp_path: Path) -> None:
    options = ("--wsrep-on=ON", "--wsrep-provider=none", "--binlog-format=ROW")
    with private_server(tmp_path, *options) as server:
        engine = sa.create_engine(server.url, connect_args=MYSQL_CONNECT_ARGS)
        with engine.connect() as connection:
            found = cluster.cluster(connection)
            assert (found.state, found.what) == (NOT_APPLICABLE, "Galera: GET_LOCK holds on one node alone")
            connection.execute(sa.text("SET GLOBAL wsrep_load_data_splitting=ON"))
            assert cluster.cluster(connection).state == PROBLEM
        engine.dispose()
