"""`--wait SECONDS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from commands.finite import FiniteRange

Command = TypeVar("Command", bound=Callable[..., Any])


def wait_option(help_text: str) -> Callable[[Command], Command]:
    """Return the option that says how many seconds to wait for another run; its value is `wait_s`."""
    return click.option("--wait", "wait_s", type=FiniteRange(0), default=0, metavar="SECONDS", help=help_text)
