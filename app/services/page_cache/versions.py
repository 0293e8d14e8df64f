"""The versions of tables in Redis, the marks of those that change, and what is kept with them."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import current_app

from app.errors import ConfigError
from app.extensions import db
from app.runner.sql.counting import UNKNOWN

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)

# How long a result is kept at most, and how long a mark stays whose writer died: longer than a COMMIT may take.
KEPT_S = 60
MARKED_S = 120
# Neither a page nor a commit waits longer for a Redis that is away.
TIMEOUT_S = 1
PREFIX = "opsdesk:page:"
EXTENSION = "opsdesk.page_cache"
_told = {"until": 0.0}
# Versions are random, so that one that Redis has lost, which then has none, cannot come up a second time.
# KEYS: of n tables first the versions, then the marks; the entry last. ARGV: a version for tables that have none.
_LOOK = """
local now, n = tonumber(redis.call('TIME')[1]), (#KEYS - 1) / 2
local found = {}
for i = 1, n do
  if redis.call('ZCOUNT', KEYS[n + i], now, '+inf') > 0 then return {} end
  found[i] = redis.call('GET', KEYS[i])
  if not found[i] then
    found[i] = ARGV[1]
    redis.call('SET', KEYS[i], ARGV[1])
  end
end
found[n + 1] = redis.call('GET', KEYS[#KEYS]) or ''
return found
"""
# KEYS: the version and the marks of a table. ARGV: its new version, the writer, how many seconds its mark stays.
_MARK = """
local now = tonumber(redis.call('TIME')[1])
redis.call('SET', KEYS[1], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. now)
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[3] + 1)
"""
_UNMARK = """
redis.call('SET', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[2])
"""


@dataclass(frozen=True)
class Look:
    """What is there now: the tables' versions, and as JSON the result that was kept with just these; None: none was."""

    versions: str
    kept: str | None


@dataclass(frozen=True)
class Versions:
    """The versions of one database's tables."""

    client: Redis
    prefix: str

    @classmethod
    def of_app(cls) -> Versions | None:
        """Return those of the application's database; None without a Redis.

        Raises:
            ConfigError: `REDIS_URL` is no URL of a Redis.
        """
        if not current_app.config["REDIS_URL"]:
            return None
        if EXTENSION not in current_app.extensions:
            current_app.extensions[EXTENSION] = cls(_client(current_app.config["REDIS_URL"]), _prefix())
        found: Versions = current_app.extensions[EXTENSION]
        return found

    def look(self, name: str, feeds: Sequence[str]) -> Look | None:
        """Return what is there of tables and a result; None while one of them changes: nothing must be kept then."""
        tables = sorted({*map(str.lower, feeds), UNKNOWN})
        keys = [*map(self._version, tables), *map(self._marks, tables), self._entry(name)]
        found = self._run(_LOOK, keys, uuid4().hex)
        if not found:
            return None
        *parts, entry = found
        versions = " ".join(parts)
        kept_with, _, text = entry.partition("\n")
        return Look(versions, text if kept_with == versions else None)

    def keep(self, name: str, look: Look, text: str) -> None:
        """Keep a result that was computed since `look`."""
        self.client.set(self._entry(name), f"{look.versions}\n{text}", ex=KEPT_S)

    def mark(self, tables: Collection[str], run_id: int) -> None:
        """Take note that this process is about to commit rows of these tables; UNKNOWN: of any."""
        for table in tables:
            self._run(_MARK, [self._version(table), self._marks(table)], uuid4().hex, _writer(run_id), MARKED_S)

    def unmark(self, tables: Collection[str], run_id: int) -> None:
        """Take note that they are committed."""
        for table in tables:
            self._run(_UNMARK, [self._version(table), self._marks(table)], uuid4().hex, _writer(run_id))

    def _run(self, script: str, keys: list[str], *arguments: Any) -> Any:
        return self.client.eval(script, len(keys), *keys, *arguments)

    def _version(self, table: str) -> str:
        return f"{self.prefix}version:{table.lower()}"

    def _marks(self, table: str) -> str:
        return f"{self.prefix}changing:{table.lower()}"

    def _entry(self, name: str) -> str:
        return f"{self.prefix}entry:{name}"


@contextmanager
def away_is_logged() -> Iterator[None]:
    """Let neither a page nor a commit fail for a Redis that is away: leave what stands inside, and log it."""
    from redis.exceptions import RedisError

    try:
        yield
    except RedisError as error:
        _tell_away(error)


def _tell_away(error: Exception) -> None:
    """Log it, once a minute: a script may come here with each batch."""
    if time.monotonic() >= _told["until"]:
        _told["until"] = time.monotonic() + KEPT_S
        log.warning("page cache is away: %s", error)


def _writer(run_id: int) -> str:
    """Name who writes: a run that was taken up elsewhere is another writer."""
    return f"{run_id} {socket.gethostname()} {os.getpid()} {threading.get_ident()}"


def _prefix() -> str:
    """Return what the keys of this database begin with; the braces keep them together in a Redis cluster."""
    url = db.engine.url
    where = "|".join(map(str, (url.get_backend_name(), url.host, url.port, url.database)))
    return f"{PREFIX}{{{hashlib.sha256(where.encode()).hexdigest()[:16]}}}:"


def _client(url: str) -> Redis:
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    try:
        return Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=TIMEOUT_S,
            socket_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError:  # its words may quote the password
        raise ConfigError("REDIS_URL is not the URL of a Redis.", "It looks like redis://host:6379/0.") from None
