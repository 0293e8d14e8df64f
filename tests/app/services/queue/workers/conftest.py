"""Real workers, and a Redis of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import ROOT
from tests.private_redis import PrivateRedis, private_redis

Workers = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def redis(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateRedis]:
    """Give a Redis that the application and its workers use."""
    with private_redis(tmp_path) as server:
        monkeypatch.setenv("REDIS_URL", server.url)
        app.config["REDIS_URL"] = server.url
        yield server


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Workers]:
    """Start `manage.py rq worker` with the environment of the test; it and its children are killed in the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**env: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"worker {len(started)}").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "rq", "worker"],
                cwd=ROOT,
                env={**os.environ, **env},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        for pid in (*children_of(process.pid), process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started, and that have not ended."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
