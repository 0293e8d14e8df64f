"""How this project talks to each database: engine options, session settings, transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from app.errors import ConfigError

if TYPE_CHECKING:
    from flask import Flask

BUSY_TIMEOUT_S = 10
# MySQL's ER_OPTION_PREVENTS_STATEMENT, which also tells of other options, and ER_READ_ONLY_MODE.
READ_ONLY = (1290, 1836)
EXAMPLE = "It looks like mysql+pymysql://user:password@host/shop."
# Connection.execution_options(writer=True): take the write lock at BEGIN, instead of failing at the first write
# because somebody else wrote since (SQLite documentation, "BEGIN IMMEDIATE").
WRITER = "writer"
# Beside it, Connection.execution_options(at_once=True): fail where another holds that lock, instead of waiting for it.
AT_ONCE = "at_once"

# TRADITIONAL is strict mode for every engine, no zero dates, no division by zero, no silent change of engine
# (MySQL manual, "Server SQL Modes"). Whoever waits for a locked table gives up as for a locked row, not after a day.
MYSQL_SESSION = (
    "SET SESSION sql_mode='TRADITIONAL', time_zone='+00:00', default_storage_engine='InnoDB', lock_wait_timeout=50"
)
MYSQL_CONNECT_ARGS: dict[str, Any] = {"charset": "utf8mb4", "init_command": MYSQL_SESSION, "connect_timeout": 10}
# Where requests are answered nobody waits that long for a server that stands still.
WEB_CONNECT_S = 5


def init_app(app: Flask, serves: bool = False) -> None:
    """Set Flask-SQLAlchemy's URL and engine options from the project's settings.

    Args:
        serves: requests are answered here; each waits for the database as long as `DATABASE_TIMEOUT_S` says. Commands
            wait: an import's statements take their time.
    """
    url = database_url(app.config, Path(app.instance_path))
    if _is_sqlite_file(url):
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    options = engine_options(url, app.config)
    if serves and url.get_driver_name() == "pymysql":
        limits = {"connect_timeout": WEB_CONNECT_S, "read_timeout": app.config["DATABASE_TIMEOUT_S"]}
        options["connect_args"] = {**options["connect_args"], **limits}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options


def database_url(settings: Mapping[str, Any], instance: Path) -> URL:
    """Return the database's URL: `DATABASE_URL`, else a SQLite file in `instance`. SQLite paths become absolute.

    Raises:
        ConfigError: `DATABASE_URL` is not a URL that leads to a database from here.
    """
    if not settings["DATABASE_URL"]:
        return URL.create("sqlite", database=str(instance / "opsdesk.sqlite3"))
    try:
        url = make_url(settings["DATABASE_URL"])
    except (ArgumentError, ValueError):  # ValueError: a port that is not a number
        raise ConfigError("DATABASE_URL is not a database URL.", EXAMPLE) from None
    if url.drivername in ("mysql", "mariadb"):
        url = url.set(drivername=f"{url.drivername}+pymysql")
    _check(url)
    if _is_sqlite_file(url):
        url = url.set(database=str((instance / str(url.database)).resolve()))
    return url


def engine_options(url: URL, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of `create_engine` for this database."""
    if is_mysql(url):
        return {
            "pool_size": settings["POOL_SIZE"],
            "max_overflow": settings["POOL_OVERFLOW"],
            "pool_timeout": settings["POOL_TIMEOUT_S"],
            "pool_recycle": settings["POOL_RECYCLE_S"],
            "pool_pre_ping": True,
            "hide_parameters": True,  # values of cells and hashes of passwords do not belong into error messages
            "connect_args": MYSQL_CONNECT_ARGS,
        }
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": BUSY_TIMEOUT_S}, "hide_parameters": True}
    return {"pool_pre_ping": True, "hide_parameters": True}


def is_mysql(url: URL) -> bool:
    """Tell whether `url` leads to MySQL or MariaDB."""
    return url.get_backend_name() in ("mysql", "mariadb")


def _is_sqlite_file(url: URL) -> bool:
    """Tell whether `url` names a SQLite file by its path: neither memory nor a `file:` URI of SQLite's own."""
    path = url.database or ":memory:"
    return url.get_backend_name() == "sqlite" and path != ":memory:" and not path.startswith("file:")


def _check(url: URL) -> None:
    """Refuse a URL that cannot work, before SQLAlchemy or the server says it in their words."""
    if "@" in (url.host or ""):
        raise ConfigError("DATABASE_URL has an @ inside its user or password.", "Write it as %40, / as %2F, : as %3A.")
    if is_mysql(url) and not url.database:
        raise ConfigError("DATABASE_URL names a server and no database.", EXAMPLE)
    try:
        url.get_dialect().import_dbapi()
    except NoSuchModuleError:
        raise ConfigError(f'DATABASE_URL begins with "{url.drivername}", which is no database.', EXAMPLE) from None
    except ImportError as error:
        raise ConfigError(
            f"DATABASE_URL ({url.drivername}) needs the Python module {error.name}, which is not installed.",
            "Install the package that has it, or use another driver: MySQL and MariaDB take mysql+pymysql://.",
        ) from None


@event.listens_for(Engine, "do_connect")
def _connect_to_mysql(dialect: Any, _record: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """Make the connection, where PyMySQL would; None leaves it to the driver."""
    if dialect.driver != "pymysql":
        return None
    from app.mysql_connection import MySQLConnection

    return MySQLConnection(*arguments, **keywords)


@event.listens_for(Engine, "handle_error")
def _leave_replica(context: ExceptionContext) -> None:
    """Give up all connections to a server that is only read by now: after a failover the name leads to another one.

    Such a server answers pings, so that they would be used until they are renewed.
    """
    said = getattr(context.original_exception, "args", ())
    if said and said[0] in READ_ONLY and "read" in str(said[-1]):
        context.is_disconnect = True


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # pysqlite's own BEGIN comes too late; ours is in _begin_sqlite
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")


@event.listens_for(Engine, "checkin")
def _end_sqlite(connection: Any, _record: Any) -> None:
    """Roll back what a COMMIT left open that failed, as on a deferred foreign key: SQLAlchemy takes it for ended."""
    if isinstance(connection, sqlite3.Connection) and connection.in_transaction:
        connection.rollback()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    options = connection.get_execution_options()
    if not options.get(AT_ONCE):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITER) else "BEGIN")
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
