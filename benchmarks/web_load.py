"""Put the console under load, with its pool of connections and without: `python -m benchmarks.web_load`.

500 requests at once, round after round, of people who are signed in, to pages that read the database; gunicorn before a
MariaDB server of its own, whose connections are watched all along.
"""

from __future__ import annotations

import itertools
import os
import platform
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from app.config import Base
from benchmarks import crowd
from benchmarks.connections import Connections
from benchmarks.crowd import Answer
from tests.browser import demo, people
from tests.browser.console import Console, Installation, serve
from tests.private_server import DATABASE, PrivateServer, private_server

AT_ONCE = 500
ROUNDS = 2
WORKERS = 2
# Every page reads it, to know who asks.
LOCKED_TABLE = "users"
PAGES = ("/", "/tables/", "/tables/orders", "/tables/orders?page=7&sort=amount", "/runs/", "/runs/5", "/account/")
# The server's, apart from the one that watches.
WATCHER = 1


@dataclass(frozen=True)
class Case:
    """A way to run the console; what is not said is as `app/config.py` has it.

    `locked_s`: the database stands still for so long at the beginning.
    """

    threads: int
    pooled: bool = True
    pool_size: int = Base.POOL_SIZE
    overflow: int = Base.POOL_OVERFLOW
    timeout_s: int = Base.POOL_TIMEOUT_S
    locked_s: float = 0

    @property
    def name(self) -> str:
        """What it is called in the table."""
        pool = f"pool of {self.pool_size} + {self.overflow}" if self.pooled else "no pool"
        return f"{pool}, locked for {self.locked_s} s" if self.locked_s else pool

    @property
    def allowed(self) -> int | None:
        """The most connections that the server may have, with the one that watches; None: nothing bounds them."""
        return WORKERS * (self.pool_size + self.overflow) + WATCHER if self.pooled else None

    @property
    def settings(self) -> dict[str, str]:
        """Its settings as the environment has them."""
        pool = {"POOL_SIZE": self.pool_size, "POOL_OVERFLOW": self.overflow, "POOL_TIMEOUT_S": self.timeout_s}
        return {name: str(value) for name, value in pool.items()}


CASES = (
    Case(threads=4),
    Case(threads=4, pooled=False),
    Case(threads=40),
    Case(threads=40, pooled=False),
    Case(threads=40, timeout_s=1, locked_s=3),
)


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    Attributes:
        most: the most connections that were seen; most_ever: that the server counted. The watcher's is in both.
        samples: how often it was looked at.
        opened: how many connections were opened for all requests.
        in_use: of each process's pool, once everything is answered.
        left: connections once everything is answered, and once the console has stopped; the watcher's is in both.
    """

    answers: Sequence[Answer]
    seconds: float
    most: int
    most_ever: int
    samples: int
    opened: int
    in_use: dict[int, int]
    left: tuple[int, int]

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came."""
        return Counter(answer.status for answer in self.answers)


def measure(case: Case, server: PrivateServer, folder: Path, at_once: int = AT_ONCE, rounds: int = ROUNDS) -> Outcome:
    """Put a console of this case under load; the server's database is filled already."""
    installation = Installation(folder, server.url, case.settings)
    application = f"benchmarks.web_app:{'with_pool' if case.pooled else 'without_pool'}()"
    connections = Connections(server.port)
    with serve(installation, WORKERS, case.threads, application) as console:
        cookies = [crowd.sign_in(console.url, name, people.PASSWORD) for name in people.PEOPLE]
        if case.locked_s:
            connections.lock(LOCKED_TABLE, DATABASE, case.locked_s)
        connections.start()
        started = time.perf_counter()
        answers = [answer for _ in range(rounds) for answer in _round(console, cookies, at_once)]
        seconds = time.perf_counter() - started
        connections.stop()
        in_use = crowd.in_use(console.url, WORKERS)
        left = connections.status("Threads_connected")
    left_at_the_end = _settled(connections)
    connections.close()
    return Outcome(
        answers=answers,
        seconds=seconds,
        most=connections.most,
        most_ever=connections.most_ever,
        samples=connections.samples,
        opened=connections.opened,
        in_use=in_use,
        left=(left, left_at_the_end),
    )


def fill(server: PrivateServer, folder: Path) -> None:
    """Fill the server's database with what there is to look at."""
    demo.fill(Installation(folder, server.url))


def _round(console: Console, cookies: Sequence[str], at_once: int) -> list[Answer]:
    paths = list(itertools.islice(itertools.cycle(PAGES), at_once))
    return crowd.ask_all(console.url, paths, cookies)


def _settled(connections: Connections) -> int:
    """Return how many connections are left once the server has noticed who is gone."""
    deadline = time.monotonic() + 10
    while (left := connections.status("Threads_connected")) > WATCHER and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


HEADINGS = (
    "connections", "threads", "200", "503", "else", "seconds", "requests/s", "median", "slowest",
    "at most", "allowed", "opened", "in use after", "left", "left at the end",
)  # fmt: skip


def line(case: Case, outcome: Outcome) -> str:
    """Return an outcome as a line of a table in Markdown."""
    seconds = sorted(answer.seconds for answer in outcome.answers)
    statuses = outcome.statuses
    cells = (
        case.name,
        f"{WORKERS} × {case.threads}",
        f"{statuses.pop(200, 0):,}",
        f"{statuses.pop(503, 0):,}",
        f"{statuses.total():,}",
        f"{outcome.seconds:.1f}",
        f"{len(seconds) / outcome.seconds:.0f}",
        f"{statistics.median(seconds):.2f} s",
        f"{seconds[-1]:.2f} s",
        max(outcome.most, outcome.most_ever),
        case.allowed or "–",
        f"{outcome.opened:,}",
        sum(outcome.in_use.values()),
        *outcome.left,
    )
    return f"| {' | '.join(map(str, cells))} |"


@click.command(help=__doc__)
@click.option("--at-once", default=AT_ONCE, show_default=True, help="Requests on their way at the same time.")
@click.option("--rounds", default=ROUNDS, show_default=True, help="How often.")
def main(at_once: int, rounds: int) -> None:
    """Print a line for each case."""
    load = ", ".join(f"{load:.2f}" for load in os.getloadavg())
    click.echo(f"Python {platform.python_version()}, {os.cpu_count()} cores, load average at the start {load}")
    with tempfile.TemporaryDirectory() as name, private_server(Path(name)) as server:
        fill(server, Path(name) / "filled")
        click.echo(f"| {' | '.join(HEADINGS)} |\n|{' --- |' * len(HEADINGS)}")
        for number, case in enumerate(CASES):
            click.echo(line(case, measure(case, server, Path(name) / f"case{number}", at_once, rounds)))


if __name__ == "__main__":
    main()
