"""Clients that ask for the same thing again and again, each a process with a connection of its own that it keeps."""

from __future__ import annotations

import multiprocessing as mp
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing.synchronize import Barrier
from typing import Any

# Before it counts: gunicorn's threads, the pool's connections and the templates are there then.
WARM_UP = 5
ANSWER_WITHIN_S = 60
# A fork starts in a hundredth of the time of a new interpreter; there are no threads here that it would lack.
CONTEXT = mp.get_context("fork")


@dataclass(frozen=True)
class Load:
    """What came back.

    Attributes:
        took: seconds of each request, sorted.
        seconds: from the first to the last of them.
    """

    clients: int
    took: Sequence[float]
    statuses: Counter[int]
    seconds: float

    @property
    def per_second(self) -> float:
        """Requests per second, of all clients together."""
        return len(self.took) / self.seconds

    @property
    def median(self) -> float:
        """The median in seconds."""
        return statistics.median(self.took)

    def percentile(self, of_100: int) -> float:
        """Return the time in seconds within which so many of 100 requests were answered."""
        return self.took[min(len(self.took) * of_100 // 100, len(self.took) - 1)]


def ask(url: str, path: str, headers: Mapping[str, str], clients: int, seconds: float) -> Load:
    """Have so many clients ask for a path for so long, each again as soon as it is answered."""
    answers = CONTEXT.SimpleQueue()
    together = CONTEXT.Barrier(clients + 1)
    given = (url.removeprefix("http://"), path, headers, seconds, together, answers)
    processes = [CONTEXT.Process(target=_ask, args=given) for _ in range(clients)]
    for process in processes:
        process.start()
    together.wait(ANSWER_WITHIN_S)
    told: list[tuple[list[float], Counter[int], float]] = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    took = sorted(second for each, _, _ in told for second in each)
    statuses = sum((counted for _, counted, _ in told), Counter[int]())
    return Load(clients, took, statuses, max(lasted for _, _, lasted in told))


def _ask(host: str, path: str, headers: Mapping[str, str], seconds: float, together: Barrier, answers: Any) -> None:
    """Ask, in a process of its own, and tell how long each request took, its status, and how long all took."""
    connection = HTTPConnection(host, timeout=ANSWER_WITHIN_S)
    for _ in range(WARM_UP):
        _status(connection, path, headers)
    together.wait(ANSWER_WITHIN_S)
    took, statuses = [], Counter[int]()
    started = asked = time.perf_counter()
    while asked < started + seconds:
        statuses[_status(connection, path, headers)] += 1
        answered = time.perf_counter()
        took.append(answered - asked)
        asked = answered
    answers.put((took, statuses, asked - started))


def _status(connection: HTTPConnection, path: str, headers: Mapping[str, str]) -> int:
    """Ask once, read the whole answer, and return its status."""
    connection.request("GET", path, headers=dict(headers))
    with connection.getresponse() as answer:
        answer.read()
        return answer.status
