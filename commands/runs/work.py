"""`flask runs work`: take up a queued run."""

from __future__ import annotations

import os

import click

from commands.output import say
from commands.runs.run_id import RunId


@click.command("work")
@click.argument("run_id", metavar="[ID]", type=RunId(), required=False)
@click.option("--parent", type=int, hidden=True, help="The process that starts the next one, as long as it lives.")
def command(run_id: int | None, parent: int | None) -> None:
    """Take up the queued run ID in this process, or the one whose turn it is.

    It carries the run out as its operator asked, and keeps what came of it in the run's folder. Without ID it takes
    the first run that may go beside those that go on (QUEUE_LIMITS); where none may, it ends at once. What the run
    prints is then in its folder, too.

    SIGTERM has it leave a script at its next checkpoint, for another process to go on with; an import is done first.

    Exit codes with ID: 0 done; 1 failed, or not queued; 2 wrong arguments of a script; 3 rows or headers rejected,
    nothing written; 4 another process has it, or what it needs; 5 refused; 130 stopped. Without ID: 0 whatever came of
    the run, which is on record.
    """
    from app.services.queue.working import work, work_next

    if run_id is not None:
        work(run_id)
        return
    done = work_next()
    if parent is None:
        say("No run may go now." if done is None else f"Run {done} was taken up. See: flask runs show {done}")
    elif os.getppid() != parent:
        _start_next()


def _start_next() -> None:
    """Start the next process: whoever started this one is gone."""
    from app.services.queue import starting

    starting.start_next()
