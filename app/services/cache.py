"""The application's cached keys in Redis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app

from app.errors import ConfigError, Failed

if TYPE_CHECKING:
    from redis import Redis

CONNECT_TIMEOUT_S = 3
ANSWER_TIMEOUT_S = 30
PAGE = 1000
MEND = "Is it running, and the setting right? It looks like redis://:password@host:6379/1."
# What MATCH takes for more than itself (Redis documentation, "KEYS").
_GLOB = re.compile(r"([\\*?\[\]])")


@dataclass(frozen=True)
class Cache:
    """The Redis database that holds the cached keys. `where` is its address, fit to be shown."""

    client: Redis
    where: str

    def pages(self, prefix: str) -> Iterator[list[bytes]]:
        """Yield the keys that begin with `prefix`, a page at a time; a page can be empty.

        A key that is there all the while is in one page at least, and in two where Redis moves it meanwhile (Redis
        documentation, "SCAN").
        """
        client: Any = self.client
        cursor = 0
        while True:
            cursor, keys = client.scan(cursor, match=_GLOB.sub(r"\\\1", prefix) + "*", count=PAGE)
            yield list(dict.fromkeys(keys))
            if cursor == 0:
                return

    def delete(self, keys: list[bytes]) -> int:
        """Delete keys; return how many of them were still there. Redis frees their memory in the background."""
        client: Any = self.client
        return int(client.unlink(*keys)) if keys else 0


@contextmanager
def cache() -> Iterator[Cache]:
    """Connect to the Redis at `CACHE_URL`, else `REDIS_URL`.

    Raises:
        ConfigError: neither is set, or the one that is set is no URL of a Redis.
        Failed: nothing answers there, or it refuses what it is asked, now or later.
    """
    from redis.exceptions import RedisError

    setting, url = _setting()
    client, where = _client(setting, url), _address(url)
    try:
        with client:
            client.ping()
            yield Cache(client, where)
    except RedisError as error:
        raise Failed(f"Redis at {where} ({setting}) fails: {error}", MEND) from error


def _setting() -> tuple[str, str]:
    """Return the name of the setting that is used, and its value."""
    for name in ("CACHE_URL", "REDIS_URL"):
        if url := current_app.config[name]:
            return name, url
    raise ConfigError("No cache is configured: neither CACHE_URL nor REDIS_URL is set.", "Put CACHE_URL into .env.")


def _client(setting: str, url: str) -> Redis:
    from redis import Redis

    try:
        return Redis.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT_S, socket_timeout=ANSWER_TIMEOUT_S)
    except ValueError:  # a scheme or a port that is none; its words may quote the password
        raise ConfigError(f"{setting} is not the URL of a Redis.", "It looks like redis://host:6379/1.") from None


def _address(url: str) -> str:
    """Return a URL's host, port and database: `redis.internal:6379/1`; or the path of a socket."""
    split = urlsplit(url)
    return f"{split.hostname}:{split.port or 6379}{split.path}" if split.hostname else split.path
