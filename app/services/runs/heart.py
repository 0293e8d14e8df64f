"""The heartbeat of a run: a thread that says that it is alive, keeps its lock, and listens whether it should stop."""

from __future__ import annotations

import logging
import threading
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from app.interrupts import interrupt
from app.runner.lock_keeper import LockKeeper
from app.runner.locks import Lock
from app.runner.stopping import CANCEL
from app.services.runs.channel import Channel
from app.services.runs.open_run import OpenRun

BEAT_S = 2.0
LONGEST_BEAT_S = 10.0

log = logging.getLogger(__name__)


class Heart:
    """Beats every `BEAT_S` seconds between `start()` and `stop()`.

    What it learns stands in the run: `asked` (pause, cancel), and `lock_lost`, after which the run must not go on. One
    that does not look by itself is interrupted where it is to be cancelled.
    """

    def __init__(self, run: OpenRun, channel: Channel, lock: Lock) -> None:
        """Beat for this run, through this channel."""
        self._run = run
        self._channel = channel
        self._keeper = LockKeeper(lock, self._lose)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name=f"heart of run {run.id}", daemon=True)

    def start(self) -> Self:
        """Begin to beat."""
        self._keeper.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        """End, once a beat that is under way is over; one that hangs at a server that is gone is left behind."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(LONGEST_BEAT_S)
        self._keeper.stop()

    def _beat_on(self) -> None:
        while not self._ended.wait(BEAT_S):
            try:
                self._channel.tell(self._run.done, self._run.total)
                self._listen()
            except (SQLAlchemyError, OSError) as error:  # the run itself will meet what is wrong
                log.warning("no heartbeat", extra={"run": self._run.id, "reason": str(error)})

    def _lose(self) -> None:
        self._run.lock_lost = True

    def _listen(self) -> None:
        asked = self._channel.asked() or self._run.asked
        if asked == CANCEL and self._run.asked != CANCEL and self._run.breaks_off:
            interrupt()
        self._run.asked = asked
