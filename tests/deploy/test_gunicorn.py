"""gunicorn with the project's gunicorn.conf.py: processes, their connections, and how they end."""

from __future__ import annotations

import os
import signal
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.app.services.queue.queues import until
from tests.browser.console import Console, Installation, serve
from tests.databases import mysql_connection, mysql_database
from tests.deploy.probed import CONNECTION, FIFO, SLOW

WORKERS = 2
PROBED = "tests.deploy.probed:make()"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Give an installation on MariaDB, and a FIFO to answer slow requests by."""
    os.mkfifo(tmp_path / "fifo")
    with mysql_database() as url:
        yield Installation(tmp_path / "instance", url, {FIFO: str(tmp_path / "fifo")})


def ask(console: Console, path: str) -> str:
    """Return the body of an answer."""
    with urllib.request.urlopen(f"{console.url}{path}", timeout=60) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def connections(console: Console) -> dict[int, set[int]]:
    """Return the numbers of the connections that each worker uses, once all workers have answered."""
    found: dict[int, set[int]] = {}

    def all_have_answered() -> bool:
        process, number = map(int, ask(console, CONNECTION).split())
        found.setdefault(process, set()).add(number)
        return len(found) == WORKERS

    until(all_have_answered, "every worker answers")
    return found


def on_server(installation: Installation) -> set[int]:
    """Return the numbers of all connections that the server has to a database."""
    name = make_url(installation.database_url).database
    with mysql_connection() as server, server.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE db = %s", (name,))
        return {number for (number,) in cursor.fetchall()}


def test_workers_of_a_preloaded_application_share_no_connection(installation: Installation) -> None:
    with serve(installation, WORKERS, 8, PROBED, "--preload") as console:
        masters = min(on_server(installation))
        first, second = connections(console).values()
        assert not first & second
        assert masters not in first | second
        assert masters in on_server(installation), "a worker has closed the master's connection"


def test_who_is_asked_when_it_is_told_to_stop_answers_first(installation: Installation, tmp_path: Path) -> None:
    with serve(installation, WORKERS, 8, PROBED) as console, ThreadPoolExecutor() as clients:
        workers = set(connections(console))
        asked = clients.submit(ask, console, SLOW)
        with (tmp_path / "fifo").open("w") as fifo:  # returns once the request is being answered
            console.process.send_signal(signal.SIGTERM)
            until(lambda: "Handling signal: term" in console.log, "the master stops")
            fifo.write("answered")
        assert asked.result(60) == "answered"
        assert console.process.wait(60) == 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_hup_replaces_the_worker_and_answers_all_along(installation: Installation, tmp_path: Path) -> None:
    def worker() -> int:
        return int(ask(console, CONNECTION).split()[0])

    with serve(installation, 1, 8, PROBED) as console, ThreadPoolExecutor() as clients:
        before = worker()
        asked = clients.submit(ask, console, SLOW)
        with (tmp_path / "fifo").open("w") as fifo:
            console.process.send_signal(signal.SIGHUP)
            until(lambda: worker() != before, "another worker answers")
            fifo.write("answered by the worker of old")
        assert asked.result(60) == "answered by the worker of old"
        until(lambda: not Path(f"/proc/{before}").exists(), "the worker of old ends")
        assert worker() != before


def test_in_production_it_writes_json_believes_nobody_and_leaves_nothing_behind(installation: Installation) -> None:
    folder = installation.folder / "tmp"
    folder.mkdir(parents=True)
    settings = {"FLASK_CONFIG": "production", "SECRET_KEY": "k" * 40, "TMPDIR": str(folder)}
    production = Installation(installation.folder, installation.database_url, {**installation.settings, **settings})
    with serve(production, 1, 8, PROBED) as console:
        request = urllib.request.Request(f"{console.url}{CONNECTION}", headers={"X-Forwarded-Proto": "https"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            assert answer.headers["X-Scheme"] == "http"
        assert [path.name.startswith("opsdesk-metrics-") for path in folder.iterdir()] == [True]
    assert {line[0] for line in console.log.splitlines()} == {"{"}
    assert not list(folder.iterdir())
