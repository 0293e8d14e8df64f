"""Child processes for queued runs, where there is no Redis: here, and nowhere else, somebody knows of them.

A thread starts one for each run that may go, and notices when one ends, however it does: then the next may go. It ends
when nothing waits. A process that outlives who started it starts the next one itself.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time

from flask import Flask, current_app

from app.config import ROOT, environment_of
from app.services.failures import failure_of
from app.services.queue import claiming, sweeping

# How often it is seen whether a process has ended, and whether a run was missed.
POLL_S = 0.1
LOOK_S = 2.0
# How long nothing is started after a process could not do its work, or could not be started.
PAUSE_S = 5.0
# How often in a row the database may fail before nobody looks any more; the next run that is queued begins anew.
MOST_FAILURES = 30

log = logging.getLogger(__name__)


def start() -> None:
    """See to it that processes are started for the runs that may go, now and as long as any wait."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # what Flask's proxy is there for
    with _one:
        minder = app.extensions.get(_Minder.__name__)
        if minder is None or not minder.is_alive():  # a fork has no threads
            minder = app.extensions[_Minder.__name__] = _Minder(app)
            minder.start()
        minder.woken.set()


def start_next() -> None:
    """Start a process for each run that may go, which nobody minds then."""
    for _ in range(claiming.may_go()):
        _unminded.append(process(current_app._get_current_object()))  # type: ignore[attr-defined]  # as above


_one = threading.Lock()
# Processes that nobody waits for; forgotten, each would be told of as a resource that leaks.
_unminded: list[subprocess.Popen[bytes]] = []


class _Minder(threading.Thread):
    """Starts processes, and minds them."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name="queue of child processes", daemon=True)
        self.woken = threading.Event()
        self._app = app
        self._children: list[subprocess.Popen[bytes]] = []
        self._not_before = 0.0
        self._failures = 0

    def run(self) -> None:
        while self._goes_on():
            end = time.monotonic() + LOOK_S
            while time.monotonic() < end and not self.woken.is_set() and not self._ended():
                self.woken.wait(POLL_S)

    def _goes_on(self) -> bool:
        """Look once; tell whether to look again."""
        with _one:
            self.woken.clear()
        with self._app.app_context():
            try:
                swept = sweeping.sweep()
                self._start()
                self._failures = 0
            except Exception as error:  # noqa: BLE001 - nobody waits for this thread, and the database may come back
                self._failures += 1
                log.warning("the queue cannot be looked at: %s", failure_of(error).message)
                if self._failures < MOST_FAILURES:
                    return True
                _unminded.extend(self._children)
                return False
        with _one:
            if self._children or swept.waiting or swept.going_on or self.woken.is_set():
                return True
            self._app.extensions.pop(_Minder.__name__)
            return False

    def _start(self) -> None:
        """Start as many processes as runs may go that no other child is about to claim."""
        holders = claiming.holders()
        starting = sum(claiming.here(child.pid) not in holders for child in self._children)
        for _ in range(claiming.may_go() - starting):
            if time.monotonic() < self._not_before:
                return
            try:
                self._children.append(process(self._app))
            except OSError as error:
                log.error("no process could be started: %s", error.strerror or error)
                self._rest()

    def _ended(self) -> bool:
        """Tell whether a child has ended since; it does not stay as a zombie."""
        ended = [child for child in self._children if child.poll() is not None]
        for child in ended:
            self._children.remove(child)
            if child.returncode:
                log.warning("process %d of the queue ended with code %d", child.pid, child.returncode)
                self._rest()
        return bool(ended)

    def _rest(self) -> None:
        self._not_before = time.monotonic() + PAUSE_S


def process(app: Flask) -> subprocess.Popen[bytes]:
    """Start `manage.py runs work` with the settings of this application, whatever its own environment says.

    Raises:
        OSError: it cannot be started.
    """
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "runs", "work", "--parent", str(os.getpid())],
        cwd=ROOT,
        env={**os.environ, **environment_of({**app.config, "INSTANCE_PATH": app.instance_path})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
