"""Fixtures of the whole suite."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import HealthCheck, settings

from app import create_app
from tests.databases import mysql_database, sqlite_database
from tests.migrated import migrate

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

# The same examples every time, and no clock: machines are busy.
settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")

FlaskProcess = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's own settings out of the tests, for this process and those it starts."""
    for name in ("DATABASE_URL", "SECRET_KEY", "REDIS_URL", "CACHE_URL", "STORE_URL", "FLASK_DEBUG", "FLASK_APP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FLASK_SKIP_DOTENV", "1")
    monkeypatch.setenv("FLASK_CONFIG", "testing")
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "instance"))


@pytest.fixture(params=["sqlite", "mysql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database that this round of the test runs on."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty database."""
    with mysql_database() if backend == "mysql" else sqlite_database(tmp_path) as url:
        yield url


@pytest.fixture
def console() -> bool:
    """Tell whether the application has the web console, which takes longer to make."""
    return False


@pytest.fixture
def empty_app(database_url: str, console: bool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Give an application on an empty database, inside its context. `DATABASE_URL` names it for processes as well."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    app = create_app("testing", console)
    with app.app_context():
        from app.extensions import db, migrate_of

        migrate_of(app)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(empty_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give an application whose database is migrated to head, inside its context."""
    migrate(tmp_path_factory.getbasetemp())
    return empty_app


@pytest.fixture
def cli(app: Flask) -> FlaskCliRunner:
    """Run commands in this process: `cli.invoke(args=[...])` gives exit_code, stdout and stderr."""
    return app.test_cli_runner()


@pytest.fixture
def flask_process() -> FlaskProcess:
    """Run `python manage.py ARGS` as a real process with the test's environment."""

    def run(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "manage.py"), *map(str, args)]
        settings: dict = {"capture_output": True, "text": True, "timeout": 300, "cwd": ROOT, "env": os.environ.copy()}
        return subprocess.run(command, **{**settings, **options})

    return run
