"""`flask initdb`: set the database up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app

from commands.confirmation import confirm

if TYPE_CHECKING:
    from app.services.initdb import Initialised


@click.command("initdb")
@click.option(
    "--sql",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="Load this SQL file too, .sql or .sql.gz, a mysqldump for instance. May be given several times.",
)
@click.option("--drop", is_flag=True, help="Drop the database with all its data first.")
@click.option("--yes", is_flag=True, help="Drop without asking.")
def command(files: tuple[Path, ...], drop: bool, yes: bool) -> None:
    """Make the database if it is missing, migrate it to head, and load each file of sql/ once.

    A file is remembered by its content: loaded before, it is skipped, under whatever name. On SQLite a file is loaded
    whole or not at all; MySQL and MariaDB cannot take back what stands before a CREATE, ALTER or DROP.
    """
    from app.services import database
    from app.services.failures import where
    from app.services.initdb import initdb

    if drop and not yes:
        name = database.name() if current_app.config["PRODUCTION"] else ""
        confirm(f"This drops the database {where()} with everything in it.", "Nothing was dropped.", name)
    for line in _report(initdb(files, drop=drop)):
        click.echo(line, err=True)


def _report(done: Initialised) -> list[str]:
    if not done.changed:
        loaded = f", {len(done.skipped)} SQL file(s) loaded before" if done.skipped else ""
        return [f"Nothing to do: {done.where} is at head ({done.to_revision}){loaded}."]
    lines = [f"Dropped {done.where}."] * done.dropped + [f"Created {done.where}."] * done.created
    if done.migrated:
        lines.append(f"Migrated from {done.from_revision or 'nothing'} to {done.to_revision}.")
    lines += [f"Loaded {name}." for name in done.loaded]
    return lines + [f"Skipped {name}: loaded before." for name in done.skipped]
