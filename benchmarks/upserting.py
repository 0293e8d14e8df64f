"""Upserting: a sheet of which one row in a hundred differs from the table, beside inserting it into an empty one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import sqlalchemy as sa

from benchmarks import floor, sheet
from benchmarks.contest import Contender, hold, report
from benchmarks.importing import MANAGE, on_every_database
from tests.databases import mysql_database, sqlite_database

DEFAULT_ROWS = (1_000_000,)


def measure_upserting(sizes: tuple[int, ...], folder: Path) -> None:
    """Print how inserting and upserting do with every size on every database."""
    on_every_database(sizes, folder, _measure_on)


def _measure_on(backend: str, rows: int, path: Path, instance: Path) -> None:
    with mysql_database() if backend == "mysql" else sqlite_database(instance) as url:
        environment = {**os.environ, "DATABASE_URL": url, "FLASK_CONFIG": "testing", "INSTANCE_PATH": str(instance)}
        subprocess.run([*MANAGE, "initdb"], env=environment, check=True, capture_output=True)
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(sheet.TABLE)
        floor.load(instance / "ready", sa.make_url(url))
        statements = (
            "ALTER TABLE bench RENAME TO bench_full",
            "UPDATE bench_full SET quantity = quantity + 1 WHERE id % 100 = 0".replace("%", _percent(backend)),
        )
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

        def tables() -> None:
            """Make an empty table, and one that has all rows."""
            with engine.begin() as connection:
                for name in ("bench", "bench_known"):
                    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
                    connection.exec_driver_sql(sheet.TABLE.replace("bench", name))
                connection.exec_driver_sql("INSERT INTO bench_known SELECT * FROM bench_full")

        command = [*MANAGE, "import-excel", str(path)]
        contenders = [
            Contender("insert", [*command, "bench", "--again"]),
            Contender("upsert, 1 % changed", [*command, "bench_known", "--mode", "upsert", "--again"]),
        ]
        hold(contenders, environment, tables)
        engine.dispose()
    report(backend, rows, contenders)


def _percent(backend: str) -> str:
    """Return a percent sign as the driver wants it."""
    return "%%" if backend == "mysql" else "%"
