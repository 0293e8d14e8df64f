"""Keep a lock for as long as this process goes on: ask it every few seconds, on a thread of its own.

The server learns at once that a process has died, but not that its machine has, that the link is cut, or that it stands
still. A lock that is kept goes free there too: its connection ends where nobody has asked it for `DIES_AFTER_S`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self

from app.runner.locks import Lock

ASK_S = 2.0
DIES_AFTER_S = 20


class LockKeeper:
    """Asks a lock every `ASK_S` seconds between `start()` and `stop()`, or inside a `with`.

    It calls `lost` if the lock is gone.
    """

    def __init__(self, lock: Lock, lost: Callable[[], None] = lambda: None) -> None:
        """Keep this lock."""
        self._lock = lock
        self._lost = lost
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask_on, name=f"keeper of {lock.name}", daemon=True)

    def start(self) -> Self:
        """Begin to ask."""
        self._lock.expire_after(DIES_AFTER_S)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End; the lock stays until it is released. A question that hangs at a server that is gone is left behind."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._thread.join(ASK_S)
        if not self._thread.is_alive():
            self._lock.expire_after(None)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _ask_on(self) -> None:
        while not self._ended.wait(ASK_S):
            if not self._lock.held():
                self._lost()
