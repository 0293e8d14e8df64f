"""The number of a run, as an argument."""

from __future__ import annotations

import click

LARGEST_ID = 2**31 - 1  # MySQL's INT

run_id_argument = click.argument("run_id", metavar="ID", type=click.IntRange(1, LARGEST_ID))
