"""Redis for tests: the real server, a database of its own for them all, a prefix of its own for each test's keys."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as NoConnection
from sqlalchemy import make_url

from tests.databases import missing_server

REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
SHOWN_URL = str(make_url(REDIS_URL))  # without its password
START_REDIS = "start it (Debian: service redis-server start), or set TEST_REDIS_URL"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class TestKeys:
    """A connection to the test server, and what the keys of one test begin with."""

    __test__ = False  # its name is no test's

    client: Redis
    prefix: str
    url: str = REDIS_URL

    def put(self, *names: str) -> list[str]:
        """Make a key of each name under the prefix; return the keys."""
        keys = [f"{self.prefix}{name}" for name in names]
        for start in range(0, len(keys), 1000):
            self.client.mset(dict.fromkeys(keys[start : start + 1000], "1"))
        return keys

    def left(self) -> list[str]:
        """Return the names under the prefix, sorted."""
        found: Any = self.client.scan_iter(match=f"{self.prefix}*", count=1000)
        return sorted(key.decode().removeprefix(self.prefix) for key in found)


def redis_client() -> Redis:
    """Connect to the test server."""
    return Redis.from_url(REDIS_URL, socket_connect_timeout=3)


@contextmanager
def redis_keys() -> Iterator[TestKeys]:
    """Give keys of the test's own on the test server; they are deleted afterwards."""
    with redis_client() as client:
        try:
            client.ping()
        except NoConnection as error:
            missing_server(f"Redis does not answer at {SHOWN_URL}: {error}; {START_REDIS}")
        keys = TestKeys(client, f"opsdesk_test_{os.getpid()}_{next(_numbers)}:")
        try:
            yield keys
        finally:
            for name in keys.left():
                client.delete(f"{keys.prefix}{name}")
