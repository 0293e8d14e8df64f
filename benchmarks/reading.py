"""Reading: ours beside the readers that people know, on sheets with shared and with inline texts."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

import click

from benchmarks.contest import Contender, hold, report, rounds_of
from benchmarks.measuring import ROOT
from benchmarks.readers import READERS
from benchmarks.sheet import TEXTS

DEFAULT_ROWS = (100_000, 1_000_000)
SLOW = "openpyxl read-only"


def measure_reading(sizes: tuple[int, ...], folder: Path) -> None:
    """Print how all readers do on every size, then how our rate at each size compares to that at the first."""
    rates: dict[str, list[tuple[int, float]]] = {texts: [] for texts in TEXTS}
    for rows in sizes:
        for texts, path in _sheets(rows, folder).items():
            contenders = [Contender(name, _command(name, path), rounds_of(rows, name != SLOW)) for name in READERS]
            hold(contenders)
            _check(contenders, rows)
            report(texts, rows, contenders)
            rates[texts].append((rows, rows / _seconds_of_reading(contenders[0])))
            path.unlink()
    for texts, measured in rates.items():
        _say_rates(texts, measured)


def _sheets(rows: int, folder: Path) -> dict[str, Path]:
    """Write both sheets of a size, side by side, in processes of their own."""
    paths = {texts: folder / f"{rows}-{texts}.xlsx" for texts in TEXTS}
    writers = [
        subprocess.Popen([sys.executable, "-m", "benchmarks.sheet", str(path), str(rows), texts], cwd=ROOT)
        for texts, path in paths.items()
    ]
    exit_codes = [writer.wait() for writer in writers]
    if any(exit_codes):
        raise SystemExit("The sheets cannot be written.")
    return paths


def _command(name: str, path: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.readers", name, str(path)]


def _check(contenders: list[Contender], rows: int) -> None:
    """Refuse a reader that has not seen every row."""
    for contender in contenders:
        for run in contender.runs:
            if int(run.output.split()[0]) != rows + 1:
                raise SystemExit(f"{contender.name} read {run.output.split()[0]} rows of {rows + 1}.")


def _seconds_of_reading(contender: Contender) -> float:
    """Return the median without the start of Python, which would flatter the larger sheet."""
    return statistics.median(float(run.output.split()[1]) for run in contender.runs)


def _say_rates(texts: str, measured: list[tuple[int, float]]) -> None:
    _, first = measured[0]
    listed = ", ".join(f"{rate:,.0f} rows/s at {rows:,} ({rate / first:.2f})" for rows, rate in measured)
    click.echo(f"{texts:<7} opsdesk without the start of Python: {listed}")
