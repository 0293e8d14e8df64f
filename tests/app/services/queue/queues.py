"""Queue runs as the console does, and wait for their processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.asker import Asker
from app.extensions import db
from app.models import Run, RunRequest
from app.services import runs
from app.services.imports import ImportRequest, reading_limits
from app.services.queue import results
from tests.commands.script.mend import ADD, HEAD
from tests.conftest import ROOT

DEADLINE_S = 240
LI = Asker("li", request_id="req-7")
GOOD = [["id", "name", "amount"], [2, "面料", 10], [3, "Knopf", 2.25]]
BAD = [["id", "name", "amount"], [2, "面料", 10], [3, "Knopf", "viel"], [4, "Garn", "mehr"]]

# A batch each, until a file is there.
SLOW = ADD.replace("size=10", "size=1").replace(
    'time.sleep(float(os.environ.get("NAP", "0")))',
    'time.sleep(0 if os.path.exists(os.path.join(os.path.dirname(__file__), "go")) else 1)',
)


def request(path: Path, table: str = "order_lines", **options: Any) -> ImportRequest:
    """Return the request of an import."""
    return ImportRequest((path,), table, reading_limits(), **options)


@contextmanager
def process_of(run_id: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process of a queued run, as the queue does; it is killed in the end."""
    command = [sys.executable, str(ROOT / "manage.py"), "runs", "work", str(run_id)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(reached: Callable[[], Any], what: str) -> Any:
    """Wait until something is true, and return it."""
    end = time.monotonic() + DEADLINE_S
    while not (found := reached()):
        assert time.monotonic() < end, f"it did not come to this: {what}"
        time.sleep(0.05)
    return found


def in_state(run_id: int, *states: str) -> Run:
    """Wait until a run has come to one of these states, and return it."""
    return until(lambda: (run := runs.get(run_id)).state in states and run, f"{states}, from {runs.get(run_id).state}")


def ended(run_id: int) -> Run:
    """Wait until a run has ended and its process has said what came of it."""
    return until(lambda: not results.awaited(run := runs.get(run_id)) and run, "ended")


def result_of(run: Run) -> dict[str, Any]:
    """Return what came of a run."""
    result = results.read(run)
    assert result is not None, run.error
    return result


def output_of(run_id: int) -> str:
    """Return what a run's process printed."""
    run = runs.get(run_id)
    return runs.folder_of(run_id, run.token).output.read_text()


def requests() -> int:
    """Return how many requests wait."""
    with db.engine.connect() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(RunRequest)) or 0)


def write(folder: Path, body: str = ADD, declared: str = "") -> None:
    """Write the script `mend`."""
    (folder / "mend.py").write_text(HEAD + body.replace("{declared}", declared))
