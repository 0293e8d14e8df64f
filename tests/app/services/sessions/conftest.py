"""Sessions on each place that keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.models import User
from app.services.transactions import writing
from tests.databases import mysql_database, sqlite_database
from tests.migrated import migrate
from tests.private_redis import private_redis


@pytest.fixture(params=["sqlite", "mysql", "redis"])
def place(request: pytest.FixtureRequest) -> str:
    """Name the place that keeps sessions in this round of the test."""
    return str(request.param)


@pytest.fixture
def database_url(place: str, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty database: with Redis users are in SQLite."""
    with mysql_database() if place == "mysql" else sqlite_database(tmp_path) as url:
        yield url


@pytest.fixture
def redis_url(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the URL of a Redis; empty where the database keeps sessions."""
    if place != "redis":
        yield ""
        return
    with private_redis(tmp_path) as server:
        monkeypatch.setenv("REDIS_URL", server.url)
        yield server.url


@pytest.fixture
def empty_app(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Give an application that keeps its sessions in that place."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    app = create_app("testing")
    with app.app_context():
        yield app
        from app.extensions import db

        db.engine.dispose()


@pytest.fixture
def app(empty_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give that application with its tables, and two users: 1 and 2."""
    migrate(tmp_path_factory.getbasetemp())
    with writing() as session:
        session.add_all([User(id=1, name="li", role="viewer", password_hash="!")])
        session.add_all([User(id=2, name="Zhao", role="viewer", password_hash="!")])
    return empty_app
