"""Measure the API under gunicorn, and the queue: `python -m benchmarks.web`.

Requests per second and latency of lists, single runs and readiness at 1, 4 and 16 clients, and of the console's pages
of the same beside them; then runs per second of RQ's workers, and of child processes. MariaDB and Redis are the
benchmark's own.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from benchmarks import clients, crowd, queue_rate
from benchmarks.clients import Load
from tests.browser import demo, people
from tests.browser.console import Console, Installation, serve
from tests.private_server import private_server

CLIENTS = (1, 4, 16)
SECONDS = 5.0
# As `gunicorn.conf.py` has them on two cores.
WORKERS, THREADS = 2, 8
NO_LIMIT = {"API_RATE_LIMIT": "100000000 per minute"}


@dataclass(frozen=True)
class Question:
    """What is asked for, and as whom."""

    name: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def served(folder: Path) -> Iterator[tuple[Console, list[Question]]]:
    """Start a server with runs to look at; give it and what is asked for."""
    folder.mkdir()
    with private_server(folder) as server:
        installation = Installation(folder / "instance", server.url, NO_LIMIT)
        demo.fill(installation)
        token = installation.flask("tokens", "create", "viewer", "--name", "benchmark").strip()
        with serve(installation, WORKERS, THREADS) as console:
            bearer = {"Authorization": f"Bearer {token}"}
            cookie = {"Cookie": crowd.sign_in(console.url, "viewer", people.PASSWORD)}
            yield (
                console,
                [
                    Question("list: GET /api/v1/runs", "/api/v1/runs", bearer),
                    Question("console: GET /runs/", "/runs/", cookie),
                    Question("show: GET /api/v1/runs/5", "/api/v1/runs/5", bearer),
                    Question("console: GET /runs/5", "/runs/5", cookie),
                    Question("GET /readyz", "/readyz"),
                ],
            )


def measure_requests(folder: Path, seconds: float) -> None:
    """Print a line for each question and number of clients."""
    click.echo("\n| request | clients | requests/s | median | p95 | p99 | not 200 |\n|" + " --- |" * 7)
    with served(folder) as (console, questions):
        for question in questions:
            for count in CLIENTS:
                load = clients.ask(console.url, question.path, question.headers, count, seconds)
                click.echo(_line(question, load))


def _line(question: Question, load: Load) -> str:
    times = (load.median, load.percentile(95), load.percentile(99))
    shown = " | ".join(f"{1000 * time:.1f} ms" for time in times)
    failed = load.statuses.total() - load.statuses[200]
    return f"| {question.name} | {load.clients} | {load.per_second:.0f} | {shown} | {failed} |"


@click.command(help=__doc__)
@click.option("--seconds", default=SECONDS, show_default=True, help="How long each request is asked for.")
@click.option("--runs", default=queue_rate.RUNS, show_default=True, help="How many runs the queue is given.")
@click.option("--only", type=click.Choice(["requests", "queue"]), help="Leave the other part out.")
def main(seconds: float, runs: int, only: str | None) -> None:
    """Print the machine, and both tables."""
    load = ", ".join(f"{load:.2f}" for load in os.getloadavg())
    click.echo(f"Python {platform.python_version()}, {os.cpu_count()} cores, load average at the start {load}")
    with tempfile.TemporaryDirectory() as name:
        if only != "queue":
            measure_requests(Path(name) / "requests", seconds)
        if only != "requests":
            queue_rate.measure(Path(name) / "queue", runs)


if __name__ == "__main__":
    main()
