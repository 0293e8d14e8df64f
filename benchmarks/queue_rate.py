"""How many runs a second the queue gets done: by RQ's workers, and by child processes beside them.

The workers are at hand; what is measured goes from when the first run is queued until the last has ended, as the ledger
has it. `python -m benchmarks.queue_rate RUNS` queues them, and waits for their end.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import sqlalchemy as sa

from tests.browser.console import Installation
from tests.private_redis import private_redis
from tests.private_server import PrivateServer, private_server
from tests.project_copy import ROOT

RUNS = 200
WORKERS = (1, 2, 4)
# A script has one instance at a time, so that many go on at once.
SCRIPTS = 8
LIMITS = f"import=2,undo=2,script={SCRIPTS}"
STARTS_WITHIN_S = 60
ENDS_WITHIN_S = 1200
NOOP = '''"""Do nothing."""

from app.runner import script


@script(owner="bench")
def main(run): ...


if __name__ == "__main__":
    main()
'''
TOOK = """
    SELECT TIMESTAMPDIFF(MICROSECOND, MIN(at), MAX(at)) / 1e6 FROM run_moves
    WHERE run_id IN (SELECT id FROM runs WHERE kind = 'script')
"""
GOING_ON = "SELECT COUNT(*) FROM runs WHERE kind = 'script' AND state IN ('queued', 'running')"
LISTENS = "Listening on"


@dataclass(frozen=True)
class Way:
    """A way to have runs done: by so many workers, or, where there is none, by child processes."""

    workers: int

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return f"RQ, {self.workers} worker{'s' if self.workers > 1 else ''}" if self.workers else "child processes"


def measure(folder: Path, runs: int) -> None:
    """Print a line for each way."""
    click.echo("\n| queue | runs | seconds | runs/s | to one worker |\n|" + " --- |" * 5)
    rates: dict[int, float] = {}
    for way in (*map(Way, WORKERS), Way(0)):
        own = folder / f"{way.workers}"
        own.mkdir(parents=True)
        with private_server(own) as server:
            seconds = _seconds(way, server, own, runs)
        rates[way.workers] = runs / seconds
        ratio = rates[way.workers] / rates[WORKERS[0]]
        click.echo(f"| {way.name} | {runs} | {seconds:.1f} | {runs / seconds:.1f} | {ratio:.2f} x |")


def _seconds(way: Way, server: PrivateServer, folder: Path, runs: int) -> float:
    """Return how long it takes to get so many runs done, on an empty database."""
    with ExitStack() as stack:
        redis = stack.enter_context(private_redis(folder)).url if way.workers else ""
        settings = {"REDIS_URL": redis, "SCRIPTS_PATH": str(_scripts(folder)), "QUEUE_LIMITS": LIMITS}
        installation = Installation(folder / "instance", server.url, settings)
        installation.flask("initdb", "--yes")
        for number in range(way.workers):
            stack.enter_context(_worker(installation, folder / f"worker{number}"))
        command = [sys.executable, "-m", __spec__.name, str(runs)]
        subprocess.run(command, cwd=ROOT, env=installation.environment, check=True, timeout=ENDS_WITHIN_S)
        with sa.create_engine(server.url, poolclass=sa.NullPool).connect() as connection:
            return float(connection.scalar(sa.text(TOOK)) or 0)


@contextmanager
def _worker(installation: Installation, log: Path) -> Iterator[None]:
    """Start a worker, and wait until it listens."""
    command = [sys.executable, str(ROOT / "manage.py"), "rq", "worker"]
    with log.open("wb") as output:
        worker = subprocess.Popen(command, cwd=ROOT, env=installation.environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while LISTENS not in log.read_text(encoding="utf-8"):
            if time.monotonic() > deadline:
                raise TimeoutError(log.read_text(encoding="utf-8"))
            time.sleep(0.05)
        yield
    finally:
        worker.terminate()
        worker.wait()


def _scripts(folder: Path) -> Path:
    """Write the scripts, and return their folder."""
    made = folder / "offline_script"
    (made / "recycle").mkdir(parents=True)
    for number in range(SCRIPTS):
        (made / "recycle" / f"noop_{number}.py").write_text(NOOP, encoding="utf-8")
    return made


@click.command()
@click.argument("runs", type=int)
def main(runs: int) -> None:
    """Queue so many runs, and wait until they have ended."""
    from app import create_app
    from app.extensions import db
    from app.services.queue import queue_script
    from app.services.scripts.request import ScriptRequest

    with create_app(console=False).app_context():
        for number in range(runs):
            queue_script(ScriptRequest(f"noop_{number % SCRIPTS}", {}))
        while True:
            with db.engine.connect() as connection:
                if not connection.scalar(sa.text(GOING_ON)):
                    return
            time.sleep(0.2)


if __name__ == "__main__":
    main()
