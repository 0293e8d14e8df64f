"""Importing: `flask import-excel` beside a library with `executemany`, on SQLite and MariaDB.

Ours validates every cell and proves the table; the peers check nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from benchmarks import sheet
from benchmarks.contest import Contender, hold, report
from benchmarks.measuring import ROOT
from benchmarks.peers import PEERS
from tests.databases import mysql_database, sqlite_database

DEFAULT_ROWS = (10_000, 100_000)
MANAGE = [sys.executable, str(ROOT / "manage.py")]


def measure_importing(sizes: tuple[int, ...], folder: Path) -> None:
    """Print how all contenders do with every size on every database."""
    for rows in sizes:
        path = folder / f"{rows}.xlsx"
        sheet.write(path, rows, "shared")
        for backend in ("sqlite", "mysql"):
            instance = folder / f"{backend}{rows}"
            instance.mkdir()
            _measure_on(backend, rows, path, instance)


def _measure_on(backend: str, rows: int, path: Path, instance: Path) -> None:
    with mysql_database() if backend == "mysql" else sqlite_database(instance) as url:
        environment = {**os.environ, "DATABASE_URL": url, "FLASK_CONFIG": "testing", "INSTANCE_PATH": str(instance)}
        subprocess.run([*MANAGE, "initdb"], env=environment, check=True, capture_output=True)
        engine = sa.create_engine(url)

        def empty_table() -> None:
            with engine.begin() as connection:
                connection.exec_driver_sql("DROP TABLE IF EXISTS bench")
                connection.exec_driver_sql(sheet.TABLE)

        contenders = _contenders(path, url)
        hold(contenders, environment, empty_table)
        engine.dispose()
    report(backend, rows, contenders)


def _contenders(path: Path, url: str) -> list[Contender]:
    """Return ours and the peers for one file and one database."""
    peers = [
        Contender(f"{name} + executemany", [sys.executable, "-m", "benchmarks.peers", name, str(path), url])
        for name in PEERS
    ]
    return [Contender("opsdesk", [*MANAGE, "import-excel", str(path), "bench"]), *peers]
