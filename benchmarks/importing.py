"""Importing: `flask import-excel` beside DuckDB, polars, pandas and loops of one's own, on SQLite and MariaDB.

Ours validates every cell and proves the table; the peers check nothing. The floor is the database's own road for rows
that are ready.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from benchmarks import floor, sheet
from benchmarks.contest import Contender, hold, report, rounds_of
from benchmarks.measuring import ROOT
from benchmarks.peers import PEERS
from tests.databases import mysql_database, sqlite_database

DEFAULT_ROWS = (100_000, 1_000_000)
MANAGE = [sys.executable, str(ROOT / "manage.py")]
FAST = frozenset({"DuckDB"})  # all others take a minute for 1,000,000 rows on one database or the other


# Told the database, the rows, the workbook, and a folder with an instance, in which the rows are ready for the floor.
MeasureOn = Callable[[str, int, Path, Path], None]


def measure_importing(sizes: tuple[int, ...], folder: Path) -> None:
    """Print how all contenders do with every size on every database."""
    on_every_database(sizes, folder, _measure_on)


def on_every_database(sizes: tuple[int, ...], folder: Path, measure_on: MeasureOn) -> None:
    """Have a sheet of every size, and measure on every database."""
    for rows in sizes:
        path = folder / f"{rows}.xlsx"
        sheet.write(path, rows, "shared")
        for backend in ("sqlite", "mysql"):
            instance = folder / f"{backend}{rows}"
            instance.mkdir()
            floor.write(instance / "ready", rows, backend)
            measure_on(backend, rows, path, instance)
        path.unlink()


def _measure_on(backend: str, rows: int, path: Path, instance: Path) -> None:
    with mysql_database() if backend == "mysql" else sqlite_database(instance) as url:
        environment = {**os.environ, "DATABASE_URL": url, "FLASK_CONFIG": "testing", "INSTANCE_PATH": str(instance)}
        subprocess.run([*MANAGE, "initdb"], env=environment, check=True, capture_output=True)
        engine = sa.create_engine(url, poolclass=sa.NullPool)

        def empty_table() -> None:
            with engine.begin() as connection:
                connection.exec_driver_sql("DROP TABLE IF EXISTS bench")
                connection.exec_driver_sql(sheet.TABLE)

        def check(contender: Contender) -> None:
            with engine.connect() as connection:
                count = connection.exec_driver_sql("SELECT COUNT(*) FROM bench").scalar_one()
            if count != rows:
                raise SystemExit(f"{contender.name} loaded {count} rows of {rows}.")

        contenders = _contenders(backend, rows, path, instance / "ready", url)
        hold(contenders, environment, empty_table, check)
    report(backend, rows, contenders)


def _contenders(backend: str, rows: int, path: Path, ready: Path, url: str) -> list[Contender]:
    """Return ours, the peers and the floor for one file and one database."""
    peers = [
        Contender(name, [sys.executable, "-m", "benchmarks.peers", name, str(path), url], rounds_of(rows, name in FAST))
        for name in PEERS
    ]
    ours = Contender("opsdesk", [*MANAGE, "import-excel", str(path), "bench", "--again"])
    least = Contender(floor.NAMES[backend], [sys.executable, "-m", "benchmarks.floor", "load", str(ready), url])
    return [ours, *peers, least]
