"""`flask script retire`: a script is put aside."""

from __future__ import annotations

import click

from commands.script.moved import tell


@click.command("retire")
@click.argument("name")
@click.option("--as", "to", metavar="NEW", default="", help="Its new name; without it: the one that it has.")
def command(name: str, to: str) -> None:
    """Put a script aside.

    NAME and its test move to unrecycle/: it stays listed, and runs with --force only. Files that git tracks are moved
    with git mv; commit that yourself. The script keeps its history.
    """
    from app.services.scripts import life_cycle

    renamed = life_cycle.retire(name, to)
    tell(renamed, f"flask script run {renamed.script.name} --force")
