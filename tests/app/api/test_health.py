"""Whether the server lives and can do its work: said to anybody, quickly, and without a name of a host."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from app import create_app
from app.services.transactions import writing
from tests.app.api.conftest import ApiClient
from tests.private_redis import private_redis

OK, FAILED = "ok", "failed"
# What a probe waits for, with some time to spare.
SOON_S = 30


def ready(client: ApiClient) -> tuple[int, dict[str, str]]:
    """Return the status, and what is ready."""
    answer = client.get("/readyz")
    found = answer.json
    assert found is not None
    assert found["status"] == (OK if answer.status_code == 200 else FAILED)
    return answer.status_code, dict(found["checks"])


def asking(**settings: object) -> ApiClient:
    """Return a client of an application on the test's database with other settings."""
    return ApiClient(create_app(settings).test_client())


def checks(database: str = OK, migrations: str = OK, queue: str = OK) -> dict[str, str]:
    """Return what is expected."""
    return {"database": database, "migrations": migrations, "queue": queue}


def test_a_server_that_can_work_says_so(anonymous: ApiClient) -> None:
    assert anonymous.get("/healthz").json == {"status": OK}
    for _ in range(2):
        assert ready(anonymous) == (200, checks())
    head = anonymous.ask("HEAD", "/readyz")
    assert (head.status_code, head.data) == (200, b"")


def test_a_database_that_is_behind_is_not_ready(anonymous: ApiClient) -> None:
    with writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    assert ready(anonymous) == (503, checks(migrations=FAILED))
    with writing() as session:
        session.execute(text("DROP TABLE alembic_version"))
    assert ready(anonymous) == (503, checks(migrations=FAILED))


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "none.sqlite3"
    client = asking(DATABASE_URL=f"sqlite:///{file}")
    assert ready(client) == (503, checks(FAILED, FAILED))
    assert client.get("/healthz").status_code == 200
    assert not file.exists()


@contextmanager
def silent() -> Iterator[int]:
    """Give the port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_a_server_that_stands_still_is_not_waited_for(empty_app: Flask, database_url: str) -> None:
    with silent() as port:
        url = make_url(database_url).set(port=port)
        client = asking(DATABASE_URL=url.render_as_string(hide_password=False), REDIS_URL=f"redis://127.0.0.1:{port}/0")
        began = time.monotonic()
        answer = client.get("/readyz")
        took_s = time.monotonic() - began
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"] == checks(FAILED, FAILED, FAILED)
    assert took_s < SOON_S
    assert not any(told in answer.text for told in ("127.0.0.1", str(port), str(url.database)))


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_without_redis_where_there_should_be_one_nothing_is_queued_well(tmp_path: Path) -> None:
    with private_redis(tmp_path) as redis:
        client = asking(REDIS_URL=redis.url)
        assert ready(client) == (200, checks())
        redis.stop()
        assert ready(client) == (503, checks(queue=FAILED))
