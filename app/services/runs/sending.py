"""Send the files of a run to the store: its log every few seconds while the run goes on, all of them at its end."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask, current_app

from app.services import store
from app.services.runs.folders import LOG
from app.services.runs.stored import missed, run_files

if TYPE_CHECKING:
    from app.services.runs.open_run import OpenRun

# How often the log is sent, and how much longer than a sending takes it is not sent again: a log is sent as a whole.
SEND_S = 3.0
SHARE = 10
# How long the end of a run waits for a sending that is under way.
LONGEST_S = 60.0


@contextmanager
def sent(run: OpenRun) -> Iterator[None]:
    """Send the files of a run that goes on inside. One that is another process's by then is left to that."""
    if not store.is_set():
        yield
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # what Flask's proxy is there for
    ended = threading.Event()
    sender = threading.Thread(target=_send_on, args=(app, run, ended), name="sender of a run's log", daemon=True)
    sender.start()
    try:
        yield
    finally:
        ended.set()
        sender.join(LONGEST_S)
        if run.closed and run.pid == os.getpid():
            missed.send_or_note(run.id, run.token)


def _send_on(app: Flask, run: OpenRun, ended: threading.Event) -> None:
    """Send the log whenever there is more of it."""
    pause, size = SEND_S, 0
    with app.app_context():
        while not ended.wait(pause) and not run.lock_lost:
            if run.id and _size(run) != size:
                started = time.monotonic()
                run_files.try_to_send(run.id, run.token, LOG)
                pause = max(SEND_S, SHARE * (time.monotonic() - started))
                size = _size(run)  # with what is logged where the store is away, which is no reason to try again


def _size(run: OpenRun) -> int:
    return run.folder.log.stat().st_size if run.folder.log.is_file() else 0
