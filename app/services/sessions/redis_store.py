"""Sessions in Redis: a hash for each, and a sorted set for each user that names theirs by their last possible end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from app.errors import ConfigError
from app.models.base import utc_now
from app.services.sessions.ids import HANDLE_LENGTH, hash_of
from app.services.sessions.limits import Limits
from app.services.sessions.stored import Listed, StoreAway, Stored

if TYPE_CHECKING:
    from redis import Redis

# A request waits no longer for a server that is away.
TIMEOUT_S = 3
SESSION = "opsdesk:session:"
SESSIONS_OF = "opsdesk:sessions-of:"
# Writes fields of a hash that is there: a request under way while its session was ended must not bring that back.
_CHANGE = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""


@dataclass(frozen=True)
class RedisStore:
    """Keeps sessions in a Redis, which forgets those that expire; see `Store` for what it does."""

    client: Redis
    limits: Limits

    @classmethod
    def at(cls, url: str, limits: Limits) -> RedisStore:
        """Return the store in the Redis at `url`; it connects when it is used.

        Raises:
            ConfigError: that is no URL of a Redis.
        """
        from redis import Redis

        try:
            client = Redis.from_url(
                url, decode_responses=True, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S
            )
        except ValueError:  # its words may quote the password
            raise ConfigError("REDIS_URL is not the URL of a Redis.", "It looks like redis://host:6379/0.") from None
        return cls(client, limits)

    def load(self, id_: str) -> Stored | None:
        """Return a session; None if there is none. One that has expired is deleted."""
        with self._answering() as client:
            fields = client.hgetall(SESSION + hash_of(id_))
        if not fields:
            return None
        stored = _stored(fields)
        if self._is_over(stored):
            self.delete(id_)
            return None
        return stored

    def add(self, id_: str, stored: Stored) -> None:
        """Keep a new session."""
        key = SESSION + hash_of(id_)
        with self._answering() as client, client.pipeline() as together:
            together.hset(key, mapping=_fields(stored))
            together.expire(key, self._lives_s(stored))
            self._name(together, id_, stored)
            together.execute()

    def save(self, id_: str, stored: Stored, waits: bool = True) -> None:  # noqa: ARG002 - for `Store`
        """Keep what has changed of a session, if it is still there. Redis has nobody wait for long."""
        before = self.load(id_)
        if before is None or not self._change(id_, stored, _fields(stored)):
            return
        with self._answering() as client, client.pipeline() as together:
            if before.user_id != stored.user_id:
                together.zrem(f"{SESSIONS_OF}{before.user_id}", hash_of(id_))
            self._name(together, id_, stored)
            together.execute()

    def touch(self, id_: str, stored: Stored) -> None:
        """Keep when a session was seen, if it is still there."""
        self._change(id_, stored, _seen(stored))

    def delete(self, id_: str) -> None:
        """End a session, if there is one. Its name among the user's goes with the absolute limit."""
        with self._answering() as client:
            client.delete(SESSION + hash_of(id_))

    def delete_of_user(self, user_id: int, except_id: str | None = None) -> int:
        """End a user's sessions, but for the one of the id `except_id`; return how many there were."""
        kept = hash_of(except_id) if except_id else None
        return self._end(user_id, [hash_ for hash_ in self._hashes(user_id) if hash_ != kept])

    def delete_one(self, user_id: int, handle: str) -> bool:
        """End a user's session of this handle; tell whether there was one."""
        found = [hash_ for hash_ in self._hashes(user_id) if hash_[:HANDLE_LENGTH] == handle]
        return self._end(user_id, found) > 0

    def of_user(self, user_id: int) -> list[Listed]:
        """Return a user's sessions, the last seen first."""
        hashes = self._hashes(user_id)
        with self._answering() as client, client.pipeline() as together:
            for hash_ in hashes:
                together.hgetall(SESSION + hash_)
            found = dict(zip(hashes, together.execute(), strict=True))
        kept = [(hash_, _stored(fields)) for hash_, fields in found.items() if fields]
        listed = [
            Listed(hash_[:HANDLE_LENGTH], stored.created_at, stored.seen_at, stored.address, stored.agent)
            for hash_, stored in kept
            if not self._is_over(stored)
        ]
        return sorted(listed, key=lambda one: one.seen_at, reverse=True)

    def _hashes(self, user_id: int) -> list[str]:
        """Return the hashes of a user's sessions; of those that have expired too."""
        with self._answering() as client:
            hashes: list[str] = client.zrange(f"{SESSIONS_OF}{user_id}", 0, -1)
        return hashes

    def _end(self, user_id: int, hashes: list[str]) -> int:
        """Delete sessions of a user; return how many were still there."""
        if not hashes:
            return 0
        with self._answering() as client, client.pipeline() as together:
            together.delete(*(SESSION + hash_ for hash_ in hashes))
            together.zrem(f"{SESSIONS_OF}{user_id}", *hashes)
            return int(together.execute()[0])

    def _name(self, together: Any, id_: str, stored: Stored) -> None:
        """Name a session among its user's, and drop the names of those that have ended for certain."""
        if stored.user_id is not None:
            names = f"{SESSIONS_OF}{stored.user_id}"
            together.zremrangebyscore(names, "-inf", utc_now().timestamp())
            together.zadd(names, {hash_of(id_): (stored.created_at + self.limits.absolute).timestamp()})
            together.expire(names, _seconds(self.limits.absolute))

    def _change(self, id_: str, stored: Stored, fields: dict[str, str]) -> bool:
        """Write fields of a session; tell whether it is still there."""
        pairs = [part for pair in fields.items() for part in pair]
        with self._answering() as client:
            return bool(client.eval(_CHANGE, 1, SESSION + hash_of(id_), self._lives_s(stored), *pairs))

    def _lives_s(self, stored: Stored) -> int:
        return _seconds(self.limits.end_of(stored.user_id, stored.created_at, stored.seen_at) - utc_now())

    def _is_over(self, stored: Stored) -> bool:
        return self.limits.over(stored.user_id, stored.created_at, stored.seen_at)

    @contextmanager
    def _answering(self) -> Iterator[Any]:
        """Give the client; what goes wrong says that sessions cannot be reached. A page may show that to anybody."""
        from redis.exceptions import RedisError

        try:
            yield self.client
        except RedisError as error:
            raise StoreAway(
                "Redis, which keeps the sessions, does not answer as it should: nobody can sign in.",
                "Is it running, and REDIS_URL right? The log says more.",
                for_record=f"Redis, which keeps the sessions, fails: {error}",
            ) from error


def _fields(stored: Stored) -> dict[str, str]:
    return {
        "user_id": "" if stored.user_id is None else str(stored.user_id),
        "data": stored.text,
        "created_at": stored.created_at.isoformat(),
        **_seen(stored),
    }


def _seen(stored: Stored) -> dict[str, str]:
    return {**stored.seen(), "seen_at": stored.seen_at.isoformat()}


def _stored(fields: dict[str, str]) -> Stored:
    return Stored(
        user_id=int(fields["user_id"]) if fields["user_id"] else None,
        text=fields["data"],
        created_at=datetime.fromisoformat(fields["created_at"]),
        seen_at=datetime.fromisoformat(fields["seen_at"]),
        address=fields["address"],
        agent=fields["agent"],
    )


def _seconds(time: timedelta) -> int:
    """Return whole seconds, rounded up. With none left Redis deletes the key (Redis documentation, "EXPIRE")."""
    return ceil(time.total_seconds())
