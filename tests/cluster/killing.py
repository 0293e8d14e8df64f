"""Kill workers and what they have made, at random, and start others in their place."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Self

from tests.cluster.hosts import Worker

# Seconds between two kills, in the mean; and how many runs have ended meanwhile, at least: on a slow machine each run
# would be killed again and again, until it is given up.
EVERY_S = 4
AFTER_RUNS = 10
LOOKS_EVERY_S = 0.5
# What is killed, and how often of 10 times: what carries runs out; the worker, whose process goes on; all of a host.
KILLS = (("horses", 6), ("worker", 2), ("host", 2))


class Killer(threading.Thread):
    """Kills inside a `with`; whichever worker does not run is started, until the last."""

    def __init__(self, workers: Sequence[Worker], seed: int, ended: Callable[[], int]) -> None:
        """Kill by the dice of this seed; `ended` counts the runs that have ended."""
        super().__init__(name="killer", daemon=True)
        self.kills: Counter[str] = Counter()
        self._workers = workers
        self._dice = random.Random(seed)
        self._ended = ended
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        """Kill on."""
        due, ended = self._next(), self._ended()
        while not self._over.wait(LOOKS_EVERY_S):
            if time.monotonic() > due and self._ended() >= ended + AFTER_RUNS:
                self._kill()
                due, ended = self._next(), self._ended()
            for worker in self._workers:
                if not worker.running():
                    worker.work()

    def _kill(self) -> None:
        worker = self._dice.choice(self._workers)
        (what,) = self._dice.choices([name for name, _ in KILLS], [weight for _, weight in KILLS])
        self.kills[what] += self._was_there(worker, what)

    def _was_there(self, worker: Worker, what: str) -> bool:
        """Kill, and tell whether there was anything to kill."""
        if what == "horses":
            return worker.kill_horses()
        if what == "worker":
            return worker.kill_workers()
        worker.kill()
        return True

    def _next(self) -> float:
        return time.monotonic() + self._dice.expovariate(1 / EVERY_S)
