"""Whether this process can do its work now: what answers, in time for whoever asks every few seconds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import current_app
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.engine import engine_options, is_mysql
from app.extensions import db
from app.services import database

if TYPE_CHECKING:
    from redis import Redis

# A probe gives up after a few seconds itself.
WAIT_S = 2
NO_TABLE = 1146


class Probes:
    """What asks database and Redis: connections of its own, so that a pool in use is not taken for a server away."""

    def __init__(self, engine: Engine, head: str, redis: Redis | None) -> None:
        self.engine, self.head, self.redis = engine, head, redis

    def checks(self) -> dict[str, bool]:
        """Return what is ready, by its name: database, migrations, queue."""
        revision = self._revision()
        return {
            "database": revision is not None,
            "migrations": revision == self.head,
            "queue": self.redis is None or _pings(self.redis),
        }

    def _revision(self) -> str | None:
        """Return where the migrations stand, "" where there are none; None if the database does not answer."""
        if not self._may_be_there():
            return None
        try:
            with self.engine.connect() as connection:
                return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")
        except DBAPIError as error:
            # Whoever says that there is no such table does answer.
            return None if error.connection_invalidated or not _knows_no_table(error) else ""
        except SQLAlchemyError:
            return None

    def _may_be_there(self) -> bool:
        """Tell whether it is worth connecting: SQLite would make the file."""
        url = self.engine.url
        return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def checks() -> dict[str, bool]:
    """Return what is ready, by its name."""
    if "opsdesk_probes" not in current_app.extensions:
        current_app.extensions["opsdesk_probes"] = Probes(_engine(), database.head(), _redis())
    return cast(Probes, current_app.extensions["opsdesk_probes"]).checks()


def _engine() -> Engine:
    """Return an engine that keeps one connection for all probes."""
    url, options = db.engine.url, engine_options(db.engine.url, current_app.config)
    waits: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_timeout": WAIT_S}
    if is_mysql(url):
        limits = {"connect_timeout": WAIT_S, "read_timeout": WAIT_S, "write_timeout": WAIT_S}
        options["connect_args"] = {**options["connect_args"], **limits}
    return create_engine(url, **{**options, **waits})


def _redis() -> Redis | None:
    if not current_app.config["REDIS_URL"]:
        return None
    from redis import Redis

    return Redis.from_url(
        current_app.config["REDIS_URL"], socket_connect_timeout=WAIT_S, socket_timeout=WAIT_S, retry=None
    )


def _knows_no_table(error: DBAPIError) -> bool:
    """Tell whether the database has no such table (MySQL's error 1146)."""
    number = error.orig.args[0] if error.orig and error.orig.args else None
    return number == NO_TABLE or "no such table" in str(error.orig)


def _pings(redis: Redis) -> bool:
    from redis.exceptions import RedisError

    try:
        return bool(redis.ping())
    except RedisError:
        return False
