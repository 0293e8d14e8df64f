"""The number of a run, as an argument."""

from __future__ import annotations

from typing import Any

import click


class RunId(click.ParamType):
    """A run's number: an integer that the database can hold; help does not show the bounds."""

    name = "run"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return it as an int."""
        from app.models.run import LARGEST_ID  # help needs no database

        return click.IntRange(1, LARGEST_ID).convert(value, param, ctx)


run_id_argument = click.argument("run_id", metavar="ID", type=RunId())
