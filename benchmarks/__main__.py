"""Measure reading, importing and exporting beside what people know, whole processes in turns.

Prints seconds (median and range, with the start of each process), CPU seconds (median), rows per second, the peak
memory of a process and its children together, and the ratio of the seconds to ours.
"""

from __future__ import annotations

import os
import platform
import tempfile
from pathlib import Path

import click

from benchmarks import exporting, importing, reading, upserting

PARTS = {
    "read": (reading.measure_reading, reading.DEFAULT_ROWS),
    "import": (importing.measure_importing, importing.DEFAULT_ROWS),
    "upsert": (upserting.measure_upserting, upserting.DEFAULT_ROWS),
    "export": (exporting.measure_exporting, exporting.DEFAULT_ROWS),
}


@click.command(help=__doc__)
@click.argument("rows", nargs=-1, type=click.IntRange(min=1))
@click.option("--only", type=click.Choice(PARTS), help="Leave the other parts out; all but reading need MariaDB.")
def main(rows: tuple[int, ...], only: str | None) -> None:
    """Measure all parts with sheets of so many ROWS, or each part with its own sizes."""
    load = ", ".join(f"{load:.2f}" for load in os.getloadavg())
    click.echo(f"Python {platform.python_version()}, {os.cpu_count()} cores, load average at the start {load}")
    for part in [only] if only else PARTS:
        measure, default_rows = PARTS[part]
        with tempfile.TemporaryDirectory() as folder:
            measure(rows or default_rows, Path(folder))


if __name__ == "__main__":
    main()
