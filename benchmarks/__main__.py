"""Time `flask import-excel` as a whole process beside its peers, in turns, on SQLite and MariaDB.

    python -m benchmarks [ROWS ...]

Prints seconds (median and range), rows per second, peak memory of the largest process, and the ratio to ours. Ours
validates every cell and proves the table; the peers check nothing.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from benchmarks import sheet
from tests.databases import mysql_database, sqlite_database

ROOT = Path(__file__).resolve().parent.parent
RUNS = 3
DEFAULT_ROWS = (10_000, 100_000)


@dataclass
class Contender:
    """A command and what its runs took: seconds, and MiB of the largest process."""

    name: str
    command: list[str]
    seconds: list[float]
    memory: list[float]


def contenders(path: Path, url: str) -> list[Contender]:
    """Return ours and the peers for one file and one database."""
    ours = [sys.executable, str(ROOT / "manage.py"), "import-excel", str(path), "bench"]
    peers = [
        (name, [sys.executable, "-m", "benchmarks.peers", name, str(path), url]) for name in ("calamine", "openpyxl")
    ]
    named = [("opsdesk", ours), *((f"{name} + executemany", command) for name, command in peers)]
    return [Contender(name, command, [], []) for name, command in named]


def run(contender: Contender, environment: dict[str, str]) -> None:
    """Run a command once and note what it took; one that fails ends the benchmark."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(contender.command, env=environment, cwd=ROOT, stdout=words, stderr=words)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            words.seek(0)
            raise SystemExit(f"{contender.name} failed:\n{words.read().decode()}")
    contender.seconds.append(time.perf_counter() - started)
    contender.memory.append(usage.ru_maxrss / 1024)


def measure(rows: int, path: Path, backend: str, folder: Path) -> None:
    """Run all contenders in turns, and print a line for each."""
    with mysql_database() if backend == "mysql" else sqlite_database(folder) as url:
        environment = {**os.environ, "DATABASE_URL": url, "FLASK_CONFIG": "testing", "INSTANCE_PATH": str(folder)}
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "initdb"], env=environment, check=True, capture_output=True
        )
        engine = sa.create_engine(url)
        field = contenders(path, url)
        for _ in range(RUNS):
            for contender in field:
                with engine.begin() as connection:
                    connection.exec_driver_sql("DROP TABLE IF EXISTS bench")
                    connection.exec_driver_sql(sheet.TABLE)
                run(contender, environment)
        engine.dispose()
    ours = statistics.median(field[0].seconds)
    for contender in field:
        median = statistics.median(contender.seconds)
        print(  # noqa: T201 - a script's result
            f"{backend:<7} {rows:>9,} rows  {contender.name:<23} {median:>7.2f} s"
            f"  ({min(contender.seconds):.2f} to {max(contender.seconds):.2f})  {rows / median:>9,.0f} rows/s"
            f"  {max(contender.memory):>5.0f} MiB  {median / ours:>5.2f} x ours"
        )


def main() -> None:
    """Measure every size on every database."""
    sizes = [int(size) for size in sys.argv[1:]] or list(DEFAULT_ROWS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for size in sizes:
            path = folder / f"{size}.xlsx"
            sheet.write(path, size)
            for backend in ("sqlite", "mysql"):
                own = folder / f"{backend}{size}"
                own.mkdir()
                measure(size, path, backend, own)


if __name__ == "__main__":
    main()
