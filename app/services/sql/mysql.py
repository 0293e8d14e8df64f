"""Run a SQL file on MySQL or MariaDB."""

from __future__ import annotations

from contextlib import closing
from typing import IO, Any

from flask import current_app
from pymysql import MySQLError
from pymysql.constants import CR, ER, SERVER_STATUS
from sqlalchemy import NullPool, create_engine

from app.engine import engine_options
from app.extensions import db
from app.services.sql.failures import failure, guard_records, named
from app.services.sql.statements import MYSQL, Statement, statements

# A server that gets a longer statement than this says so, or just hangs up (MySQL manual, "Packet Too Large").
USUAL_PACKET = 1024 * 1024
TOO_LARGE = (ER.NET_PACKET_TOO_LARGE, CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST)


def run(name: str, file: IO[bytes], guarded: bool = True) -> None:
    """Run the statements of `file` in order on a connection of its own, so that its SET statements end with it.

    Args:
        name: what messages call the file.
        file: its content.
        guarded: keep the tables of opsdesk's own records from it.

    Raises:
        Failed: a statement fails, or the file cannot be split; what was committed by then stays.
        Refused: a statement would replace the run ledger.
    """
    options = engine_options(db.engine.url, current_app.config)
    engine = create_engine(db.engine.url, poolclass=NullPool, connect_args=options["connect_args"])
    with closing(engine.raw_connection()) as connection:
        session = _Session(name, connection)
        for statement in named(name, statements(file, MYSQL), session.kept):
            if guarded:
                guard_records(name, statement, session.kept())
            session.run(statement)
        connection.commit()


class _Session:
    """One file's connection, and the line up to which what it did is committed."""

    def __init__(self, name: str, connection: Any) -> None:
        self.name = name
        self.connection = connection
        self.cursor = connection.cursor()
        self.last = 0
        self.kept_to = 0

    def run(self, statement: Statement) -> None:
        """Send the statement as it stands and read all its results."""
        try:
            self.cursor.execute(statement.text)  # bytes, no arguments: nothing is done to a % in them
            while self.cursor.nextset():
                pass
        except MySQLError as error:
            if error.args[0] == ER.EMPTY_QUERY:  # a conditional comment that is not for this server
                return
            raise failure(self.name, statement, _reason(error, statement), self.kept_after(error)) from error
        self.last = statement.line
        self.note_commit()

    def note_commit(self) -> None:
        if not self.connection.driver_connection.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS:
            self.kept_to = self.last

    def kept_after(self, error: MySQLError) -> str:
        """Return what is kept; a failed DDL statement commits what stood before it, a deadlock rolls it back."""
        if error.args[0] != ER.LOCK_DEADLOCK:
            try:
                self.connection.driver_connection.ping(reconnect=False)  # an error carries no status, this does
                self.note_commit()
            except MySQLError:
                pass  # the connection is gone, and with it what was not committed
        return self.kept()

    def kept(self) -> str:
        if not self.kept_to:
            return "Nothing of the file was kept."
        return f"What stands up to line {self.kept_to} stays: MySQL cannot roll back DDL. Nothing after it was kept."


def _reason(error: MySQLError, statement: Statement) -> str:
    reason = str(error.args[-1])
    if error.args[0] in TOO_LARGE and len(statement.text) > USUAL_PACKET:
        size = len(statement.text) / 1024 / 1024
        return f"{reason} (the statement has {size:.1f} MiB: raise max_allowed_packet on the server)"
    return reason
