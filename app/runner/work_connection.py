"""The connection through which a run changes data, which whoever finds the run's process dead can end.

A server hears nothing of a machine that is gone, nor of a link that is cut: the transaction stays open there for hours,
and its rows locked, the very rows that the run would change again elsewhere. So this connection has a lock that names
the run: MySQL and MariaDB tell which connection has a lock, and let users end their own (MySQL manual, "Locking
Functions", "KILL Statement").
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.engine import is_mysql
from app.runner.server_lock import key_of

log = logging.getLogger(__name__)


@contextmanager
def named_for(run_id: int, connection: Connection) -> Iterator[None]:
    """Let others find a connection, on which nothing has begun, as that of a run; not once this has ended."""
    if not is_mysql(connection.engine.url):
        yield
        return
    name = {"name": _key(connection.engine, run_id)}
    connection.execute(text("SELECT GET_LOCK(:name, 0)"), name)
    connection.rollback()
    try:
        yield
    finally:
        with suppress(SQLAlchemyError):  # a connection that is gone has let its locks go
            connection.rollback()
            connection.execute(text("SELECT RELEASE_LOCK(:name)"), name)
            connection.rollback()


def end(engine: Engine, run_id: int) -> None:
    """Have the server end the connection of a run whose process is dead, and roll back what it left open, if any."""
    if not is_mysql(engine.url):
        return
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            found = connection.scalar(text("SELECT IS_USED_LOCK(:name)"), {"name": _key(engine, run_id)})
            if found is not None:
                connection.exec_driver_sql(f"KILL {int(found)}")
                log.warning("connection of a dead process ended", extra={"run": run_id})
    except SQLAlchemyError as error:  # it has ended meanwhile, or is of another account
        log.warning("connection of a dead process not ended", extra={"run": run_id, "reason": str(error)})


def _key(engine: Engine, run_id: int) -> str:
    return key_of(engine, f"work:{run_id}")
