"""Databases at head without running every migration for every test: made once, then copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import sqlalchemy as sa

from app.extensions import db
from app.services import database

_sqlite: list[Path] = []
_mysql: list[str] = []


def migrate(folder: Path) -> None:
    """Bring the application's empty database to head; `folder` outlives the test and keeps the copy."""
    if db.engine.dialect.name == "sqlite":
        _migrate_sqlite(folder)
    else:
        _migrate_mysql()


def _migrate_sqlite(folder: Path) -> None:
    path = Path(str(db.engine.url.database))
    if _sqlite:
        db.engine.dispose()
        shutil.copyfile(_sqlite[0], path)
        return
    database.migrate()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()
    shutil.copyfile(path, folder / "at_head.sqlite3")
    _sqlite.append(folder / "at_head.sqlite3")


def _migrate_mysql() -> None:
    if not _mysql:
        database.migrate()
        with db.engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            _mysql.extend(str(connection.exec_driver_sql(f"SHOW CREATE TABLE {table}").one()[1]) for table in tables)
            _mysql.extend(_inserts(connection, table) for table in ("alembic_version", "run_moves"))
        return
    with db.engine.begin() as connection:
        for statement in ("SET foreign_key_checks = 0", *_mysql, "SET foreign_key_checks = 1"):
            connection.exec_driver_sql(statement)


def _inserts(connection: sa.Connection, table: str) -> str:
    """Return the INSERT of the one row that a migration put into a table."""
    row = connection.exec_driver_sql(f"SELECT * FROM {table}").one()
    values = ", ".join("NULL" if value is None else f"'{value}'" for value in row)
    return f"INSERT INTO {table} VALUES ({values})"
