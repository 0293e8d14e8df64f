"""Locks of MySQL and MariaDB: GET_LOCK on a connection of its own (MySQL manual, "Locking Functions")."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.runner import lock_forks


class ServerLock:
    """A lock that is held by a connection that serves nothing else."""

    def __init__(self, name: str, key: str, connection: Connection) -> None:
        """Hold the lock that `connection` has taken."""
        self.name = name
        self._key = key
        self._connection: Connection | None = connection
        self._driver: Any = connection.connection.dbapi_connection
        self._asking = Lock()  # the heart asks, and whoever commits; a connection serves one of them at a time
        lock_forks.remember(self)

    def held(self) -> bool:
        """Tell whether it still is: not once the server has ended the connection, and not in a forked child."""
        if self._connection is None:
            return False
        try:
            statement = text("SELECT IS_USED_LOCK(:name) = CONNECTION_ID()")
            with self._asking:
                return bool(self._connection.scalar(statement, {"name": self._key}))
        except SQLAlchemyError:
            return False

    def expire_after(self, seconds: int | None) -> None:
        """Have the server end the connection where nobody asks for that long (MySQL manual, wait_timeout)."""
        if self._connection is None:
            return
        value = "DEFAULT" if seconds is None else str(int(seconds))
        with self._asking, suppress(SQLAlchemyError):  # one that is gone has let it go already
            self._connection.execute(text(f"SET SESSION wait_timeout = {value}"))

    def release(self) -> None:
        """Let go."""
        if self._connection is None:
            return
        with self._asking:
            with suppress(SQLAlchemyError):  # a connection that is gone has let its locks go
                # The server would see the end of the connection a moment later, when the next may have asked already.
                self._connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": self._key})
            self._connection.close()

    def forget(self) -> None:
        """Give the connection's socket up without a word to the server, which would end the connection."""
        self._connection = None
        socket = getattr(self._driver, "_sock", self._driver)  # PyMySQL keeps it there; mysqlclient is one itself
        if not hasattr(socket, "fileno"):
            return
        # The number stays taken: the driver closes it one day, and must not close another's.
        nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        os.dup2(nothing, socket.fileno(), inheritable=False)
        os.close(nothing)


def take(engine: Engine, name: str) -> ServerLock | None:
    """Take a lock; None if another has it."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection.detach()
        key = key_of(engine, name)
        if connection.scalar(text("SELECT GET_LOCK(:name, 0)"), {"name": key}) == 1:
            return ServerLock(name, key, connection)
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def is_free(connection: Connection, name: str) -> bool:
    """Tell whether nobody has it."""
    return bool(connection.scalar(text("SELECT IS_FREE_LOCK(:name)"), {"name": key_of(connection.engine, name)}))


def key_of(engine: Engine, name: str) -> str:
    """Return the server's name of a lock: at most 64 characters, and of this database only; a server has one list."""
    return "opsdesk." + hashlib.sha256(f"{engine.url.database}\0{name}".encode()).hexdigest()[:40]
