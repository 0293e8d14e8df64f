"""Commit what a run did together with its end: the ledger says succeeded if, and only if, the rows are there.

When the connection goes during COMMIT, nobody knows whether the server has carried it out. The run's row does: it is
in the same transaction.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.engine import is_mysql
from app.errors import Failed
from app.interrupts import uninterrupted
from app.models import Run
from app.services.failures import where
from app.services.runs import closing, telling
from app.services.runs.open_run import OpenRun
from app.services.transactions import writing

# How long a database that is gone is asked for what became of a COMMIT, and how often.
ASK_FOR_S = 30.0
ASK_EVERY_S = 0.5

log = logging.getLogger(__name__)


class CommitUnknown(Failed):
    """The connection went during COMMIT, and the database cannot be asked what became of it."""


def commit(run: OpenRun, connection: Connection, rows: dict[str, dict[str, int]]) -> None:
    """Bring a run to succeeded in the transaction of `connection`, which has what it did, and commit both.

    Args:
        rows: what it did, as in `OpenRun.rows`.

    Raises:
        Busy: the run was declared lost meanwhile; nothing is committed.
        Failed: the connection went during COMMIT, and nothing was committed. CommitUnknown: or perhaps it was.
        DBAPIError: the database did not commit.
    """
    with uninterrupted():
        if run.heart is not None:
            run.heart.stop()  # a beat would wait for the run's row, and come after its end
        run.rows = rows
        try:
            _see_rows_of_now(connection)
            with Session(connection, join_transaction_mode="rollback_only") as session:
                closing.close_within(session, run)
                session.flush()
                facts = telling.facts_of(session.get_one(Run, run.id))
            telling.tell_changing(run.id, rows)
            _commit(run, connection)
        except BaseException:
            run.rows = {}
            raise
        run.committed = True
        telling.tell_changed(run.id, rows)
        closing.ended(run, "succeeded")
        telling.tell_moved(facts)


def _see_rows_of_now(connection: Connection) -> None:
    """Let this transaction write what others wrote since it began: the heart the run's row, other runs the chain.

    MariaDB from 11.6.2 on refuses that otherwise (MariaDB documentation, innodb_snapshot_isolation); older ones and
    MySQL do not know the variable.
    """
    if not is_mysql(connection.engine.url):
        return
    if connection.execute(text("SHOW VARIABLES LIKE 'innodb_snapshot_isolation'")).one_or_none() is not None:
        connection.execute(text("SET SESSION innodb_snapshot_isolation = OFF"))


def _commit(run: OpenRun, connection: Connection) -> None:
    """Commit; where that fails, ask the run's row what came of it."""
    try:
        connection.commit()
    except DBAPIError as error:
        _end(connection)
        if _state_now(run) == "succeeded":
            log.warning("COMMIT was carried out, its answer lost", extra={"run": run.id, "reason": str(error.orig)})
            return
        if not error.connection_invalidated:
            raise
        raise Failed(
            f"The connection to {where()} was lost during COMMIT, which was not carried out: all is as it was.",
            "Do it again.",
        ) from error


def _end(connection: Connection) -> None:
    """Roll back at the driver: SQLAlchemy takes a transaction for ended, whatever the database said to COMMIT."""
    driver = connection.dialect.loaded_dbapi
    with suppress(SQLAlchemyError, driver.Error):
        connection.connection.rollback()


def _state_now(run: OpenRun) -> str | None:
    """Return the state in a run's row, once the transaction whose COMMIT failed has ended: a locking read waits for it.

    Raises:
        CommitUnknown: the database cannot be asked.
    """
    end = time.monotonic() + ASK_FOR_S
    while True:
        try:
            with writing() as session:
                return session.scalar(select(Run.state).where(Run.id == run.id).with_for_update())
        except SQLAlchemyError as error:
            if time.monotonic() >= end:
                raise CommitUnknown(
                    f"The connection to {where()} was lost during COMMIT: nobody knows yet whether it was carried out.",
                    f"Once the database answers again, run {run.id} tells: all was written if it has succeeded, nothing"
                    f" if not. See: flask runs show {run.id}",
                ) from error
        time.sleep(ASK_EVERY_S)
