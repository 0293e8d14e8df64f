"""Ask before something is destroyed."""

from __future__ import annotations

import sys

import click

from app.errors import Refused


def confirm(loss: str, kept: str, name: str = "") -> None:
    """Ask on the terminal whether to go on.

    Args:
        loss: what is about to be lost, a sentence.
        kept: what declining means, a sentence: "Nothing was dropped."
        name: what the operator must type instead of y, if anything.

    Raises:
        Refused: the answer is no, or nobody is there to be asked.
    """
    if not sys.stdin.isatty():
        raise Refused(f"{loss} Nobody can be asked here, so it must be said beforehand.", f"{kept} To go on: --yes")
    click.echo(loss, err=True)
    if name:
        agreed = click.prompt(f'Type "{name}" to go on', default="", show_default=False, err=True) == name
    else:
        agreed = click.confirm("Go on?", err=True)
    if not agreed:
        raise Refused(kept)
