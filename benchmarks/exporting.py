"""Exporting: `flask export-excel` beside DuckDB and the libraries that people know, from SQLite and MariaDB.

Ours writes what an import gives back; the others write what they make of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import click
import sqlalchemy as sa

from benchmarks import sheet
from benchmarks.contest import ROUNDS, Contender, hold, report
from benchmarks.measuring import ROOT
from benchmarks.writers import WRITERS
from tests.databases import mysql_database, sqlite_database

DEFAULT_ROWS = (100_000, 1_000_000)
MANAGE = [sys.executable, str(ROOT / "manage.py")]
# Writers that take a minute for 1,000,000 rows write large sheets once.
SLOW = ("XlsxWriter", "openpyxl write-only")
LARGE = 500_000
INSERTED = 10_000


def measure_exporting(sizes: tuple[int, ...], folder: Path) -> None:
    """Print how all contenders do with every size on every database."""
    for rows in sizes:
        for backend in ("sqlite", "mysql"):
            instance = folder / f"{backend}{rows}"
            instance.mkdir()
            _measure_on(backend, rows, instance)


def _measure_on(backend: str, rows: int, instance: Path) -> None:
    with mysql_database() if backend == "mysql" else sqlite_database(instance) as url:
        environment = {**os.environ, "DATABASE_URL": url, "FLASK_CONFIG": "testing", "INSTANCE_PATH": str(instance)}
        subprocess.run([*MANAGE, "initdb"], env=environment, check=True, capture_output=True)
        _fill(url, rows)
        contenders = list(_contenders(url, rows, instance))
        hold(contenders, environment)
    report(backend, rows, contenders)
    sizes = (f"{file.stem} {file.stat().st_size / 1e6:,.1f}" for file in sorted(instance.glob("*.xlsx")))
    click.echo(f"{backend:<7} {rows:>9,} rows  MB: {', '.join(sizes)}")


def _fill(url: str, rows: int) -> None:
    engine = sa.create_engine(url)
    insert = sa.table("bench", *map(sa.column, sheet.HEADERS)).insert()
    source = sheet.rows(rows)
    with engine.begin() as connection:
        connection.exec_driver_sql(sheet.TABLE)
        while batch := list(islice(source, INSERTED)):
            texts = [[str(value) if hasattr(value, "isoformat") else value for value in row] for row in batch]
            connection.execute(insert, [dict(zip(sheet.HEADERS, row, strict=True)) for row in texts])
    engine.dispose()


def _contenders(url: str, rows: int, folder: Path) -> Iterator[Contender]:
    """Yield ours, then the others."""
    yield Contender("opsdesk", [*MANAGE, "export-excel", "bench", str(folder / "opsdesk.xlsx"), "--force"])
    for name in WRITERS:
        command = [sys.executable, "-m", "benchmarks.writers", name, str(folder / f"{name}.xlsx"), url]
        yield Contender(name, command, 1 if name in SLOW and rows > LARGE else ROUNDS)
