"""Upserting: a sheet of which one row in a hundred differs from the table, beside inserting it into an empty one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import sqlalchemy as sa

from benchmarks import sheet
from benchmarks.contest import Contender, hold, report
from benchmarks.importing import MANAGE, on_every_database
from tests.databases import mysql_database, sqlite_database

DEFAULT_ROWS = (1_000_000,)
CHANGED = 100  # one row in so many
INSERT = "insert"
UPSERT = "upsert, 1 % changed"
_RUNS = sa.table("runs", sa.column("id"), sa.column("rows", sa.JSON))
LAST_RUN = sa.select(_RUNS.c.rows).order_by(_RUNS.c.id.desc()).limit(1)


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
        subprocess.run([*MANAGE, "import-excel", str(path), "bench"], env=environment, check=True, capture_output=True)
        statements = (
            "ALTER TABLE bench RENAME TO bench_full",
            f"UPDATE bench_full SET quantity = quantity + 1 WHERE id {_percent(backend)} {CHANGED} = 0",  # noqa: S608
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

        def check(contender: Contender) -> None:
            with engine.connect() as connection:
                (written,) = connection.scalars(LAST_RUN).one().values()
            if {act: count for act, count in written.items() if count} != expected[contender.name]:
                raise SystemExit(f"{contender.name} wrote {written}.")

        command = [*MANAGE, "import-excel", str(path)]
        expected = {INSERT: {"inserted": rows}, UPSERT: {"updated": rows // CHANGED}}
        contenders = [
            Contender(INSERT, [*command, "bench", "--again"]),
            Contender(UPSERT, [*command, "bench_known", "--mode", "upsert", "--again"]),
        ]
        hold(contenders, environment, tables, check)
        engine.dispose()
    report(backend, rows, contenders)


def _percent(backend: str) -> str:
    """Return a percent sign as the driver wants it."""
    return "%%" if backend == "mysql" else "%"
