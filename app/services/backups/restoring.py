"""Restore a backup into an installation that has nothing yet."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from app.engine import is_mysql
from app.errors import Conflict, Failed
from app.extensions import db
from app.runner.sql.counting import UNKNOWN
from app.services import database, runs
from app.services.backups import archives
from app.services.backups.dumps import MYSQL_DUMP, SQLITE_COPY
from app.services.backups.manifest import Manifest
from app.services.backups.private import private
from app.services.failures import where
from app.services.initdb import initdb
from app.services.runs.telling import changing


@dataclass(frozen=True)
class Restored:
    """What was restored, and the run that records it."""

    where: str
    made_at: str
    run_id: int
    runs: int


def restore(folder: Path) -> Restored:
    """Restore the backup in a folder, migrate it if the code is newer, and check its ledger against its head.

    Raises:
        NotFound, Invalid: it is no backup, or is damaged.
        Conflict: it is of another kind of database, or there is something already: nothing was done.
        Failed: the database refuses it; or its ledger is not what it was.
    """
    manifest = Manifest.read(folder)
    _check_fits(manifest)
    with private():
        for name, (root, _folders) in archives.places().items():
            if name in manifest.sha256:
                archives.unpack(folder / name, root)
        _restore_database(folder)
    ledger = runs.verify(manifest.head)
    if ledger.problems:
        raise Failed(
            f"The ledger in this backup is not what was written: {ledger.problems[0].sentence}",
            "All is restored. See: flask runs verify",
        )
    with runs.recorded("initdb", where(), {"restored": folder.name}) as run, changing(run.id, UNKNOWN):
        pass
    return Restored(where(), manifest.made_at, run.id, ledger.runs)


def _check_fits(manifest: Manifest) -> None:
    kind = "mysql" if is_mysql(db.engine.url) else db.engine.url.get_backend_name()
    if manifest.database != kind:
        raise Conflict(f"The backup is of {manifest.database}, and {where()} is {kind}.", "Mend DATABASE_URL.")
    if database.exists() and not database.is_empty():
        raise Conflict(f"{where()} has tables already. Nothing was done.", "Name an empty database in DATABASE_URL.")
    if archives.STORE in manifest.sha256 and archives.STORE not in archives.places():
        raise Conflict(
            "The backup has the files of a shared folder, and STORE_URL names none. Nothing was done.",
            "Name an empty folder: STORE_URL=file:///PATH",
        )
    for root, folders in archives.places().values():
        if not archives.is_empty(root, folders):
            raise Conflict(f"{root} has files of runs already. Nothing was done.", "Name another INSTANCE_PATH.")


def _restore_database(folder: Path) -> None:
    if is_mysql(db.engine.url):
        initdb([folder / MYSQL_DUMP])
        return
    db.engine.dispose()
    database.drop()  # what may be there is empty
    shutil.copyfile(folder / SQLITE_COPY, str(db.engine.url.database))
    initdb()
