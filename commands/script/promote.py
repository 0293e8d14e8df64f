"""`flask script promote`: a temporary script becomes a reusable one."""

from __future__ import annotations

import click

from commands.script.moved import tell


@click.command("promote")
@click.argument("name")
@click.option(
    "--as", "to", metavar="NEW", default="", help="Its new name; without it: the old one without ts_ and date."
)
def command(name: str, to: str) -> None:
    """Make a temporary script reusable.

    NAME and its test move to recycle/, because it is wanted again. Files that git tracks are moved with git mv; commit
    that yourself. The script keeps its history.
    """
    from app.services.scripts import life_cycle

    renamed = life_cycle.promote(name, to)
    tell(renamed, f"flask script run {renamed.script.name}")
