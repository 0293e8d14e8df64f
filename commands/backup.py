"""`flask backup`: the database and the files of runs, into a folder."""

from __future__ import annotations

from pathlib import Path

import click

from app.words import counted


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keep", type=click.IntRange(1), help="Afterwards delete all backups in FOLDER but the last so many.")
def command(folder: Path, keep: int | None) -> None:
    """Put a backup into FOLDER: the database as it is now, and the files of runs; prints its path.

    Everybody can go on working meanwhile. MySQL and MariaDB are dumped by their own mariadb-dump, which must be
    installed. Settings and SECRET_KEY are not in it; nor is a store that is a bucket.
    """
    from app.services import backups

    made = backups.make(folder, keep)
    click.echo(str(made.path))
    click.echo(f"{made.bytes / 1024 / 1024:,.1f} MiB. The ledger's head is {made.head}.", err=True)
    if made.dropped:
        click.echo(f"Deleted {counted(len(made.dropped), 'older backup')}.", err=True)
    if made.problems:
        click.echo(f"The ledger has {counted(made.problems, 'problem')}. See: flask runs verify", err=True)
