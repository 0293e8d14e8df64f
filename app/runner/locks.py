"""Locks that die with their process: GET_LOCK on MySQL and MariaDB, a locked file beside a SQLite database."""

from __future__ import annotations

import time
from typing import Protocol

from sqlalchemy import Connection, Engine

from app.engine import is_mysql
from app.runner import file_lock, server_lock

POLL_S = 0.1
# Whoever asks whether a file is locked holds it for a moment, and a server sees a moment later that whoever held a
# lock has died; a taker tries again for PROBE_S, this often.
PROBE_S = 0.5
PROBE_POLL_S = 0.05


class Lock(Protocol):
    """A lock that is held."""

    name: str

    def held(self) -> bool:
        """Tell whether it still is; a server that restarted has let it go. Any thread may ask."""
        ...

    def expire_after(self, seconds: int | None) -> None:
        """Have a server let it go where nobody asks `held()` for that long; None: as long as its connections last."""
        ...

    def release(self) -> None:
        """Let go; in a forked child of the process that took it, this does nothing."""
        ...


def acquire(engine: Engine, name: str, wait_s: float = 0) -> Lock | None:
    """Take the lock called `name` of this database; None if another still holds it `wait_s` seconds from now.

    Raises:
        SQLAlchemyError: the server cannot be asked. OSError: the file cannot be made.
    """
    end = time.monotonic() + max(wait_s, PROBE_S)
    while True:
        lock = _take(engine, name)
        if lock is not None or time.monotonic() >= end:
            return lock
        time.sleep(POLL_S if wait_s else PROBE_POLL_S)


def is_free(connection: Connection, name: str) -> bool:
    """Tell whether nobody holds the lock called `name`."""
    if is_mysql(connection.engine.url):
        return server_lock.is_free(connection, name)
    return file_lock.is_free(connection.engine, name)


def remove(engine: Engine, name: str) -> None:
    """Remove what a dead process left of its lock: the file, if one run alone ever took it.

    Raises:
        OSError: it cannot be removed.
    """
    if is_of_one_run(name) and not is_mysql(engine.url):
        file_lock.path_of(engine, name).unlink(missing_ok=True)


def name_of_run(token: str) -> str:
    """Return the name of the lock that one run alone holds."""
    return f"run:{token}"


def name_of_script(script_id: str) -> str:
    """Return the name of the lock that all runs of a script share."""
    return f"script:{script_id}"


def name_of_table(table: str) -> str:
    """Return the name of the lock that all imports into a table share, in small letters: SQLite ignores the case."""
    return f"table:{table.lower()}"


def is_of_one_run(name: str) -> bool:
    """Tell whether one run alone holds the lock called `name`."""
    return name.startswith("run:")


def _take(engine: Engine, name: str) -> Lock | None:
    if is_mysql(engine.url):
        return server_lock.take(engine, name)
    return file_lock.take(engine, name, alone=is_of_one_run(name))
