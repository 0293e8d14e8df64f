"""How often something was tried, counted in the table `rate_limits` for Flask-Limiter, where there is no Redis.

All processes count together, as they would not in each one's memory. A window is fixed: it begins with the first try.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from limits.storage import Storage
from sqlalchemy import ColumnElement, case, delete, select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.errors import ConfigError
from app.extensions import db
from app.models import RateLimit
from app.models.base import utc_now
from app.services.transactions import reading, write_if_free, writing

SCHEME = "opsdesk-database"
# Expired rows that go as a new one comes: more than come, and not so many that anybody waits for it.
PRUNED = 100
REDIS_SCHEMES = ("redis://", "rediss://", "unix://")
REDIS_TIMEOUT_S = 3


class DatabaseStorage(Storage):
    """Counts in the application's database. It must be used within an application's context."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - the library's attribute

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what is raised where the database fails."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count `amount` tries of `key`, in a new window of `expiry` seconds if there is none; return all in it."""
        hash_, now = _hash(key), utc_now()
        with writing() as session:
            session.execute(_counted(hash_, amount, now, now + timedelta(seconds=expiry)))
            hits = session.scalars(select(RateLimit.hits).where(RateLimit.key_hash == hash_)).one()
        if hits == amount:
            write_if_free(_prune)
        return hits

    def get(self, key: str) -> int:
        """Return how often `key` was tried in its window."""
        row = _row(key)
        return row.hits if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window of `key` ends, in seconds since 1970; now, if there is none."""
        row = _row(key)
        return row.expires_at.timestamp() if row else time.time()

    def check(self) -> bool:
        """Tell whether the database can be counted in."""
        try:
            _row("")
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int:
        """Forget all tries; return of how many keys."""
        with writing() as session:
            result: Any = session.execute(delete(RateLimit))
        return int(result.rowcount)

    def clear(self, key: str) -> None:
        """Forget the tries of `key`."""
        with writing() as session:
            session.execute(delete(RateLimit).where(RateLimit.key_hash == _hash(key)))


def limiter_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return Flask-Limiter's settings of where it counts: Redis with `REDIS_URL`, else the database.

    Raises:
        ConfigError: `REDIS_URL` is no URL of a Redis.
    """
    url = settings["REDIS_URL"]
    if not url:
        return {"RATELIMIT_STORAGE_URI": f"{SCHEME}://"}
    if not url.startswith(REDIS_SCHEMES):  # the library's words would quote the password
        raise ConfigError("REDIS_URL is not the URL of a Redis.", "It looks like redis://host:6379/0.")
    timeouts = {"socket_connect_timeout": REDIS_TIMEOUT_S, "socket_timeout": REDIS_TIMEOUT_S}
    # What Redis's own client calls unix:// has another name in the library.
    uri = f"redis+{url}" if url.startswith("unix://") else url
    return {"RATELIMIT_STORAGE_URI": uri, "RATELIMIT_STORAGE_OPTIONS": timeouts}


def _counted(hash_: str, amount: int, now: datetime, until: datetime) -> Any:
    """Return the one statement that begins a window, or counts in the one that is there."""
    over = RateLimit.expires_at <= now
    hits = case((over, amount), else_=RateLimit.hits + amount)
    expires_at = case((over, until), else_=RateLimit.expires_at)
    return UPSERTS[db.engine.dialect.name]({"key_hash": hash_, "hits": amount, "expires_at": until}, hits, expires_at)


def _on_mysql(row: dict[str, Any], hits: ColumnElement[Any], expires_at: ColumnElement[Any]) -> Any:
    # MariaDB assigns from left to right: the hits need the end of the window as it was.
    return mysql.insert(RateLimit).values(row).on_duplicate_key_update([("hits", hits), ("expires_at", expires_at)])


def _on_sqlite(row: dict[str, Any], hits: ColumnElement[Any], expires_at: ColumnElement[Any]) -> Any:
    return (
        sqlite.insert(RateLimit)
        .values(row)
        .on_conflict_do_update(index_elements=["key_hash"], set_={"hits": hits, "expires_at": expires_at})
    )


# The upsert of each database that there is one for.
UPSERTS: dict[str, Callable[..., Any]] = {"mysql": _on_mysql, "mariadb": _on_mysql, "sqlite": _on_sqlite}


def _row(key: str) -> RateLimit | None:
    """Return the counter of `key`, if its window has not ended."""
    current = select(RateLimit).where(RateLimit.key_hash == _hash(key), RateLimit.expires_at > utc_now())
    with reading() as session:
        return session.scalar(current)


def _prune(session: Session) -> None:
    """Delete some counters whose windows have ended."""
    ended = select(RateLimit.key_hash).where(RateLimit.expires_at <= utc_now())
    if hashes := sorted(session.scalars(ended.order_by(RateLimit.expires_at).limit(PRUNED))):
        # One that has begun a new window meanwhile stays.
        session.execute(
            delete(RateLimit).where(RateLimit.key_hash.in_(hashes), RateLimit.expires_at <= utc_now()),
            execution_options={"synchronize_session": False},
        )


def _hash(key: str) -> str:
    """Return the SHA-256 of a key, as hex: keys hold addresses and names, of any length."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
