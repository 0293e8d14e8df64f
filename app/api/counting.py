"""Count requests in windows that begin with the clock's own, a minute say: in Redis, else in this process.

A request takes one step to count. The database is not asked: with SQLite a request would wait for an import.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass, field

from limits import RateLimitItem
from limits.storage import Storage

PREFIX = "opsdesk-api"
# No request waits for Redis for so many seconds after one has waited in vain.
AWAY_S = 10
TIDIED_EVERY_S = 60

log = logging.getLogger(__name__)


@dataclass
class Memory:
    """Counts of one process. (The library's own starts a thread every hundredth of a second to tidy up.)"""

    hits: dict[str, int] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    tidied: float = 0

    def incr(self, key: str, seconds: int) -> int:
        """Count one of `key`, which is forgotten after so many seconds; return how many there are."""
        now = time.monotonic()
        with self.lock:
            if now - self.tidied > TIDIED_EVERY_S:
                self._tidy(now)
            self.ends.setdefault(key, now + seconds)
            self.hits[key] = self.hits.get(key, 0) + 1
            return self.hits[key]

    def _tidy(self, now: float) -> None:
        self.tidied = now
        for key in [key for key, end in self.ends.items() if end <= now]:
            del self.ends[key], self.hits[key]


@dataclass
class Counts:
    """What is counted, and where.

    Attributes:
        rate: how many requests in which time.
        shared: where all processes count; None: each counts by itself.
        blocked: until when an address may try no other token, in seconds since 1970.
    """

    rate: RateLimitItem
    shared: Storage | None
    own: Memory = field(default_factory=Memory)
    blocked: dict[str, float] = field(default_factory=dict)
    _away_until: float = 0

    def hit(self, what: str, seconds: int) -> tuple[int, int]:
        """Count one; return how many there are in this window, and in how many seconds the next one begins."""
        now = time.time()
        key = f"{PREFIX}/{what}/{int(now // seconds)}"
        return self._incr(key, seconds), math.ceil(seconds - now % seconds)

    def _incr(self, key: str, seconds: int) -> int:
        if self.shared is not None and time.monotonic() >= self._away_until:
            try:
                return self.shared.incr(key, seconds)
            except self.shared.base_exceptions as error:
                self._away_until = time.monotonic() + AWAY_S
                log.warning("Redis away", extra={"reason": str(error)})
        return self.own.incr(key, seconds)
