"""`flask restore`: a backup, into an installation that has nothing yet."""

from __future__ import annotations

from pathlib import Path

import click

from app.words import counted


@click.command("restore")
@click.argument("backup", type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(backup: Path) -> None:
    """Restore the folder BACKUP, which `flask backup` made, into an empty database and instance folder.

    The files' hashes are checked first, the ledger afterwards, against the head that it had. Stop the services before:
    what was queued at the time of the backup waits to be carried out.
    """
    from app.services import backups

    done = backups.restore(backup)
    click.echo(f"Restored {done.where} as it was at {done.made_at}: {counted(done.runs, 'run')}, verified.", err=True)
    click.echo(f"Run {done.run_id}. Check the set-up with: flask doctor", err=True)
