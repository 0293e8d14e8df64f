"""The database as a whole: make it, migrate it, drop it, tell which revision it is at."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect
from sqlalchemy.exc import OperationalError

from app.engine import engine_options, is_mysql
from app.errors import Conflict, Failed
from app.extensions import db, migrate_of
from app.services.failures import where

UNKNOWN_DATABASE = 1049
SQLITE_COMPANIONS = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Revisions:
    """Where the database's migrations stand, and where the code's do."""

    current: str | None
    head: str
    known: bool  # False: the database was migrated by code that this checkout does not have

    @property
    def at_head(self) -> bool:
        """Tell whether nothing is to be migrated."""
        return self.current == self.head


def exists() -> bool:
    """Tell whether the database is there: the SQLite file, or the name on the MySQL server."""
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).exists()
    try:
        with db.engine.connect():
            return True
    except OperationalError as error:
        if error.orig is not None and error.orig.args[0] == UNKNOWN_DATABASE:
            return False
        raise


def is_empty() -> bool:
    """Tell whether the database has no tables."""
    return not inspect(db.engine).get_table_names()


def create() -> None:
    """Make the MySQL database, in utf8mb4; SQLite makes its file itself when it is first used."""
    if is_mysql(db.engine.url):
        _on_server("CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4")


def drop() -> None:
    """Drop the database with all that is in it: DROP DATABASE on MySQL, the file and its companions on SQLite.

    Raises:
        Failed: it is neither of these.
    """
    db.session.remove()
    db.engine.dispose()
    url = db.engine.url
    if is_mysql(url):
        _on_server("DROP DATABASE IF EXISTS {name}")
    elif url.get_backend_name() == "sqlite":
        for companion in SQLITE_COMPANIONS:
            Path(f"{url.database}{companion}").unlink(missing_ok=True)
    else:
        raise Failed(f"{url.get_backend_name()} databases are not dropped from here.", "Use the server's own client.")


def name() -> str:
    """Return what the database is called: its name on the server, or the SQLite file's."""
    url = db.engine.url
    return Path(str(url.database)).name if url.get_backend_name() == "sqlite" else str(url.database)


def check_free() -> None:
    """Refuse a database that was never migrated and has tables by the names that the migrations would make.

    Raises:
        Conflict: there are some; names them.
    """
    if revisions().current is not None:
        return
    taken = sorted(set(inspect(db.engine).get_table_names()) & set(db.metadata.tables))
    if taken:
        raise Conflict(
            f"{where()} has tables that opsdesk would make: {', '.join(taken)}. Nothing was done.",
            "Give opsdesk a database of its own, or rename them.",
        )


def migrate() -> None:
    """Run the migrations that are missing, without a word of Alembic's.

    Raises:
        Failed: the database is at a revision that this code does not know.
    """
    from alembic import command
    from alembic.util import CommandError

    # Flask-Migrate's own upgrade() would print such an error and exit.
    try:
        command.upgrade(_alembic(), "head")
    except CommandError as error:
        raise Failed(f"The database cannot be migrated: {error}.", MEND_UNKNOWN) from error


MEND_UNKNOWN = "It was migrated by newer code, or another branch: check out the code that knows this revision."


def revisions(connection: Connection | None = None) -> Revisions:
    """Return where the database and the code stand; asked by `connection`, if one is given."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_alembic())
    with nullcontext(connection) if connection else db.engine.connect() as asked:
        current = MigrationContext.configure(asked).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    return Revisions(current, scripts.get_current_head() or "", current is None or current in known)


def head() -> str:
    """Return the revision that the code expects."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_alembic()).get_current_head() or ""


def _alembic() -> Any:
    return migrate_of(current_app).get_config()


def _on_server(statement: str) -> None:
    """Run a statement outside any database; `{name}` in it stands for the quoted name of ours."""
    engine = _server()
    with engine.connect() as connection:
        quoted = connection.dialect.identifier_preparer.quote_identifier(str(db.engine.url.database))
        connection.exec_driver_sql(statement.format(name=quoted))


def _server() -> Engine:
    url = db.engine.url
    options = engine_options(url, current_app.config)
    return create_engine(url.set(database=""), poolclass=NullPool, connect_args=options["connect_args"])
