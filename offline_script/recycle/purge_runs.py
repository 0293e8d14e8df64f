"""Delete the logs and artifacts of runs that ended long ago, and the workbooks of imports no longer to be undone.

Run it now and then, or when the disk fills up. The ledger keeps its rows: who did what is still on record, and only the
files of the run are gone. Runs that go on, wait, or can be taken up again (queued, running, paused, lost) keep theirs,
and so does every folder that belongs to no run of this database. Workbooks are kept for KEEP_FILES_DAYS days, whatever
--days says; each import deletes those that are older, too. Where hosts share a store (STORE_URL), what it has of a run
goes as well; each host deletes what it has itself, so run it on each.

\b
    flask script run purge_runs --dry-run
    flask script run purge_runs --days 30
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from typing import Any

import click
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.models import Run
from app.models.base import utc_now
from app.runner import script
from app.runner.script_run import ScriptRun
from app.services import store
from app.services.imports import kept_files
from app.services.runs.folders import RunFolder, all_folders, folder_of
from app.services.runs.stored import manifest
from app.words import counted

ENDED = ("succeeded", "failed", "cancelled")


def ended_before(moment: datetime) -> Select[Any]:
    """Return the query for the runs that ended before a moment, and are not going on again."""
    return select(Run).where(Run.state.in_(ENDED), func.coalesce(Run.finished_at, Run.started_at) < moment)


def purge(run: ScriptRun, folder: RunFolder) -> int:
    """Delete a run's folder; return the bytes that it has. A dry run only lists the call."""
    size = folder.size()
    run.log.info("Run %d: %s", folder.run_id, shown(size))
    run.external(shutil.rmtree, str(folder.path))
    return size


def purge_stored(run: ScriptRun, folder: RunFolder) -> None:
    """Delete what the store has of a run. A dry run only lists the call."""
    run.log.info("Run %d: in the store", folder.run_id)
    run.external(store.delete_under, manifest.key_of(folder))


def purge_workbooks(run: ScriptRun) -> None:
    """Delete the kept workbooks that are older than KEEP_FILES_DAYS. A dry run only lists the calls."""
    files = kept_files.expired(kept_files.days())
    freed = sum(file.stat().st_size for file in files)
    for file in files:
        run.external(file.unlink, missing_ok=True)
    for key in kept_files.expired_in_store(kept_files.days(), store.names_in(kept_files.FOLDER)):
        run.external(store.delete, key)
    verb = "would be deleted" if run.dry_run else "deleted"
    run.log.info("%s of imports %s, %s freed", counted(len(files), "workbook"), verb, shown(freed))


def shown(size: int) -> str:
    """Return a number of bytes for people: `0.0 MiB`."""
    return f"{size / 1024 / 1024:,.1f} MiB"


def strangers(session: Session) -> int:
    """Return how many folders belong to no run of this database."""
    known = {tuple(row) for row in session.execute(select(Run.id, Run.token))}
    return sum((folder.run_id, folder.token) not in known for folder in all_folders())


@script(owner="yuzaoyah")
@click.option(
    "--days",
    type=click.IntRange(1, 36_500),
    default=90,
    show_default=True,
    help="Keep the files of runs that ended in these last days.",
)
def main(run: ScriptRun, days: int) -> None:
    """Go through the runs that ended before that."""
    folders, freed, stored = 0, 0, set(store.names_in(manifest.FOLDER))
    for batch in run.batches(ended_before(utc_now() - timedelta(days=days))):
        for folder in (folder_of(each.id, each.token) for each in batch):
            if folder.path.is_dir():
                freed += purge(run, folder)
                folders += 1
            if folder.path.name in stored:
                purge_stored(run, folder)
    verb = "would be deleted" if run.dry_run else "deleted"
    run.log.info("%s %s, %s freed", counted(folders, "folder"), verb, shown(freed))
    purge_workbooks(run)
    if left := strangers(run.session):
        run.log.warning("%s of no run in this database: left alone", counted(left, "folder"))


if __name__ == "__main__":
    main()
