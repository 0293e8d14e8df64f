"""The options that every script has from the runner."""

from __future__ import annotations

from typing import Any

import click

from commands.finite import FiniteRange
from commands.runs.run_id import RunId

# They land in names of their own, so that a script's parameter may be called dry_run all the same.
PREFIX = "runner_"
_RUN_ID = RunId()


def _option(spelling: str, **settings: Any) -> click.Option:
    return click.Option([spelling, PREFIX + spelling.strip("-").replace("-", "_")], **settings)


def runner_params() -> list[click.Parameter]:
    """Return the runner's options, anew for each command."""
    return [
        _option("--dry-run", is_flag=True, help="Do everything, show what would change, and roll it back."),
        _option(
            "--apply",
            type=_RUN_ID,
            metavar="RUN",
            help="Do for real what this dry run did, with its arguments and options.",
        ),
        _option("--retry-failed", type=_RUN_ID, metavar="RUN", help="Go through the items that failed in this run."),
        _option("--max-rows", type=click.IntRange(1), metavar="N", help="Fail, and roll back, if more rows change."),
        _option("--throttle", type=FiniteRange(0, min_open=True), metavar="N", help="At most N items a second."),
        _option(
            "--pause-while",
            multiple=True,
            metavar="SQL",
            help="Wait between batches while this query's first value is neither NULL, 0 nor blank. Repeatable.",
        ),
        _option(
            "--wait",
            type=FiniteRange(0),
            default=0,
            metavar="SECONDS",
            help="Wait this long for another run of the script to end.",
        ),
        _option("--reason", metavar="TEXT", help="Why, for the record; production asks for it."),
        _option("--force", is_flag=True, help="Run it although it is retired."),
        _option("--yes", is_flag=True, help="Agree to changing production."),
        _option("--json", is_flag=True, help="Print the result as JSON."),
    ]
