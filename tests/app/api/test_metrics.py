"""Figures for Prometheus: as its own parser reads them, of one process or of several together."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.models import Run, RunRequest
from app.models.base import utc_now
from app.services.transactions import writing
from tests.app.api.conftest import ApiClient
from tests.conftest import ROOT
from tests.waiting import queue_one

Figure = Callable[..., float | None]


def read(text: str) -> Figure:
    """Return what gives a figure by its name and labels; None where there is none."""
    found = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    return lambda name, **labels: found.get((f"opsdesk_{name}", tuple(sorted(labels.items()))))


def figures(program: ApiClient) -> Figure:
    """Ask for the figures."""
    answer = program.get("/metrics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    return read(answer.text)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_requests_are_counted_by_what_was_asked_and_answered(viewer: ApiClient, anonymous: ApiClient) -> None:
    for _ in range(3):
        viewer.get("me")
    anonymous.get("me")
    anonymous.get("/nowhere")
    anonymous.ask("BREW", "/healthz")
    anonymous.get("/sign-in")
    figure = figures(viewer)
    assert figure("requests_total", endpoint="api_me.me", method="GET", status="200") == 3
    assert figure("requests_total", endpoint="api_me.me", method="GET", status="401") == 1
    assert figure("requests_total", endpoint="none", method="GET", status="404") == 1
    assert figure("requests_total", endpoint="none", method="other", status="405") == 1
    assert figure("requests_total", endpoint="auth.sign_in", method="GET", status="200") == 1
    assert figure("request_seconds_count", endpoint="api_me.me", method="GET") == 4
    assert figure("pool_connections_in_use") == 0


def queued_before(waits_for: timedelta) -> int:
    """Queue a run as if it had been some time ago."""
    run_id = queue_one()
    with writing() as session:
        session.get_one(RunRequest, run_id).created_at = utc_now() - waits_for
    return run_id


def test_the_ledger_and_the_queue_are_told(viewer: ApiClient) -> None:
    before = figures(viewer)
    assert (before("queue_waiting"), before("queue_oldest_seconds")) == (0, 0)
    for minutes in (5, 2):
        queued_before(timedelta(minutes=minutes))
    taken = queued_before(timedelta(minutes=9))
    with writing() as session:
        session.get_one(RunRequest, taken).claim = "0" * 32
        session.get_one(Run, taken).state = "running"
    figure = figures(viewer)
    assert figure("queue_waiting") == 2
    assert 300 <= (figure("queue_oldest_seconds") or 0) < 360
    assert figure("runs", kind="script", state="queued") == 2
    assert figure("runs", kind="script", state="running") == 1
    assert figure("runs", kind="user", state="succeeded") == 1


ASK = """
import sys
from app import create_app
from app.services import tokens
client = create_app("testing").test_client()
headers = {"Authorization": "Bearer " + sys.argv[1]}
assert client.get("/api/v1/me", headers=headers).status_code == 200
print(client.get("/metrics", headers=headers).text)
"""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_processes_that_share_a_folder_are_counted_together(
    viewer: ApiClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "metrics"
    shared.mkdir()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(shared))
    told = [
        subprocess.run(
            [sys.executable, "-c", ASK, viewer.token], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
        ).stdout
        for _ in range(2)
    ]
    counted = [read(text)("requests_total", endpoint="api_me.me", method="GET", status="200") for text in told]
    assert counted == [1, 2]


def test_the_command_line_knows_nothing_of_it() -> None:
    """What serves nobody starts without the API and its libraries."""
    code = (
        "import sys; from app import create_app; create_app('testing', console=False);"
        "sys.exit(bool({'prometheus_client', 'apiflask', 'limits', 'marshmallow'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60).returncode == 0
