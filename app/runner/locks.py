"""Locks that die with their process: GET_LOCK on MySQL and MariaDB, a locked file beside a SQLite database."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.engine import is_mysql

POLL_S = 0.1
# Whoever asks whether a file is locked holds it for a moment; a taker tries again for that long.
PROBE_S = 0.2


class Lock(Protocol):
    """A lock that is held."""

    name: str

    def held(self) -> bool:
        """Tell whether it still is; a server that restarted has let it go."""
        ...

    def release(self) -> None:
        """Let go."""
        ...


def acquire(engine: Engine, name: str, wait_s: float = 0) -> Lock | None:
    """Take the lock called `name` of this database; None if another holds it for `wait_s` seconds from now.

    Raises:
        SQLAlchemyError: the server cannot be asked.
    """
    take = _take_on_server if is_mysql(engine.url) else _take_file
    end = time.monotonic() + max(wait_s, 0 if is_mysql(engine.url) else PROBE_S)
    while True:
        lock = take(engine, name)
        if lock is not None or time.monotonic() >= end:
            return lock
        time.sleep(min(POLL_S, PROBE_S / 10) if wait_s == 0 else POLL_S)


def is_free(connection: Connection, name: str) -> bool:
    """Tell whether nobody holds the lock called `name`."""
    if is_mysql(connection.engine.url):
        return bool(connection.scalar(text("SELECT IS_FREE_LOCK(:name)"), {"name": _key(connection.engine, name)}))
    try:
        with _path(connection.engine, name).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:  # never taken, or let go just now
        return True
    return True


class _ServerLock:
    """GET_LOCK on a connection that serves nothing else (MySQL manual, "Locking Functions")."""

    def __init__(self, name: str, key: str, connection: Connection) -> None:
        self.name = name
        self._key = key
        self._connection = connection

    def held(self) -> bool:
        try:
            statement = text("SELECT IS_USED_LOCK(:name) = CONNECTION_ID()")
            return bool(self._connection.scalar(statement, {"name": self._key}))
        except SQLAlchemyError:
            return False

    def release(self) -> None:
        with suppress(SQLAlchemyError):  # a connection that is gone has let its locks go
            # The server would see the end of the connection a moment later, when the next may have asked already.
            self._connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": self._key})
        self._connection.close()


class _FileLock:
    """An flock on a file, which the system lets go when its process ends (Linux, flock(2))."""

    def __init__(self, name: str, path: Path, descriptor: int) -> None:
        self.name = name
        self._path = path
        self._descriptor = descriptor

    def held(self) -> bool:
        return True

    def release(self) -> None:
        if is_of_one_run(self.name):
            self._path.unlink(missing_ok=True)  # nobody else takes it, so nobody waits for this very file
        os.close(self._descriptor)


def name_of_run(token: str) -> str:
    """Return the name of the lock that one run alone holds."""
    return f"run:{token}"


def name_of_script(script_id: str) -> str:
    """Return the name of the lock that all runs of a script share."""
    return f"script:{script_id}"


def is_of_one_run(name: str) -> bool:
    """Tell whether one run alone holds the lock called `name`."""
    return name.startswith("run:")


def _take_on_server(engine: Engine, name: str) -> Lock | None:
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection.detach()
        key = _key(engine, name)
        if connection.scalar(text("SELECT GET_LOCK(:name, 0)"), {"name": key}) == 1:
            return _ServerLock(name, key, connection)
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def _take_file(engine: Engine, name: str) -> Lock | None:
    path = _path(engine, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return _FileLock(name, path, descriptor)


def _key(engine: Engine, name: str) -> str:
    """Return the server's name of a lock: at most 64 characters, and of this database only; a server has one list."""
    return "opsdesk." + hashlib.sha256(f"{engine.url.database}\0{name}".encode()).hexdigest()[:40]


def _path(engine: Engine, name: str) -> Path:
    database = Path(engine.url.database or Path(tempfile.gettempdir()) / "opsdesk")
    readable = "".join(character if character.isalnum() else "-" for character in name)[:60]
    return Path(f"{database}-locks") / f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.lock"
