"""Commands need no Redis: with one that is away, or says nothing, they do what they do."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from flask.testing import FlaskCliRunner

from app.services import runs
from tests.project_copy import ROOT

# All commands together; each may try a Redis that says nothing a few times, for a second or three.
LONGEST_S = 60
COMMANDS = (
    ("import-excel", str(ROOT / "examples" / "orders.xlsx"), "orders"),
    ("runs", "list"),
    ("script", "run", "purge_runs"),
    ("runs", "verify"),
)


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database, which does not matter here."""
    return str(request.param)


@pytest.fixture(autouse=True, params=["refuses", "says nothing"])
def redis(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have `REDIS_URL` lead to a port where nobody listens, or where the kernel alone takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{server.getsockname()[1]}/0")
        if request.param == "refuses":
            server.close()
        yield


def test_commands_need_no_redis(cli: FlaskCliRunner) -> None:
    began = time.monotonic()
    for command in COMMANDS:
        done = cli.invoke(args=list(command))
        assert done.exit_code == 0, f"{command}: {done.output}"
    assert time.monotonic() - began < LONGEST_S
    assert {run.state for run in runs.newest(10)} == {"succeeded"}
