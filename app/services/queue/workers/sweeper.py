"""The thread of a worker that sweeps, whatever else goes on, and whether or not Redis answers."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Self

from flask import Flask

from app.models.base import utc_now
from app.services.failures import failure_of
from app.services.queue import claiming, starting, sweeping, waking

SWEEP_S = 5.0
# How long a run may wait though it may go, and somebody is free: then no bell will be heard.
HEARD_WITHIN_S = 15

log = logging.getLogger(__name__)


class Sweeper(threading.Thread):
    """Sweeps every `SWEEP_S` seconds inside a `with`; wakes workers if a run may go.

    Where Redis does not, and its own worker is free, it has a child process do the run.
    """

    def __init__(self, app: Flask, is_free: Callable[[], bool]) -> None:
        """Sweep for this application; `is_free` tells whether the worker has nothing to do."""
        super().__init__(name="sweeper", daemon=True)
        self._app = app
        self._is_free = is_free
        self._ended = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()

    def run(self) -> None:
        """Sweep on."""
        while True:
            with self._app.app_context():
                self._try_to_sweep()
            if self._ended.wait(SWEEP_S):
                return

    def _try_to_sweep(self) -> None:
        try:
            self._sweep()
        except Exception as error:  # noqa: BLE001 - the database or the system may be away for a while
            log.warning("not swept: %s", failure_of(error).message)

    def _sweep(self) -> None:
        sweeping.sweep()
        since = claiming.waits_since()
        if since is None:
            return
        unheard = utc_now() - since > timedelta(seconds=HEARD_WITHIN_S)
        if (not waking.wake() or unheard) and self._is_free() and self._has_no_child():
            self._child = starting.process(self._app)

    def _has_no_child(self) -> bool:
        """Tell whether no child process goes on; one that has ended does not stay as a zombie."""
        return self._child is None or self._child.poll() is not None
