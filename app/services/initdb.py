"""Set the database up: make it, migrate it to head, load its SQL files once each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.config import ROOT
from app.models.base import utc_now
from app.runner.sql.counting import UNKNOWN
from app.services import database, runs
from app.services.failures import where
from app.services.runs.telling import changing
from app.services.sql import files as sql_files

SEEDS = ROOT / "sql"


@dataclass
class Initialised:
    """What was done; revisions are Alembic's, None before the first."""

    where: str
    dropped: bool = False
    created: bool = False
    from_revision: str | None = None
    to_revision: str = ""
    loaded: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def migrated(self) -> bool:
        """Tell whether any migration ran."""
        return self.from_revision != self.to_revision

    @property
    def changed(self) -> bool:
        """Tell whether there was anything to do."""
        return self.dropped or self.created or self.migrated or bool(self.loaded)


def initdb(files: Sequence[Path] = (), drop: bool = False, folder: Path = SEEDS) -> Initialised:
    """Make the database if it is missing, migrate it to head, load the SQL files that have not been loaded before.

    The one exception to "no act before its run": the ledger lives in the database that this makes, so the run is
    opened after migrating, with the time at which it all began, around the loading of the files. The dump of a whole
    opsdesk database brings a ledger; it is loaded before migrating, and only where there are no tables yet. Where
    nothing is to do, no run is recorded.

    Args:
        files: SQL files, loaded in this order after those of `folder`.
        drop: drop the database first.
        folder: its *.sql and *.sql.gz are loaded in the order of their names.

    Raises:
        Failed: the server cannot be reached, a migration or a statement fails.
        Conflict: the database has tables of the same names already; nothing was done.
        Refused: a dump would replace the run ledger of this database.
    """
    started_at = utc_now()
    wanted = [sql_files.identify(path) for path in (*seeds(folder), *files)]  # first: a file may be unreadable
    done = Initialised(where())
    if drop and database.exists():
        database.drop()
        done.dropped = True
    done.created = not database.exists()
    if done.created:
        database.create()
    restored = _restore(wanted)
    database.check_free()
    done.from_revision = database.revisions().current
    database.migrate()
    done.to_revision = database.revisions().head
    new = _new(wanted)
    done.skipped = [file.name for file in wanted if file not in new]
    if not (done.changed or new):
        return done
    arguments = {"sql": [file.name for file in wanted], "drop": drop}
    with runs.recorded("initdb", done.where, arguments, started_at) as run, changing(run.id, UNKNOWN):
        for file in new:
            if file is restored:
                sql_files.remember(file, run.id)
            else:
                sql_files.load(file, run.id)
            done.loaded.append(file.name)
            run.rows["seeds"] = {"inserted": len(done.loaded)}
    return done


def seeds(folder: Path) -> list[Path]:
    """Return the SQL files of a folder in the order in which they are loaded: that of their names."""
    return sorted((*folder.glob("*.sql"), *folder.glob("*.sql.gz")), key=lambda path: path.name)


def _restore(wanted: Sequence[sql_files.SqlFile]) -> sql_files.SqlFile | None:
    """Load the first file that brings the run ledger, if this database has no tables; return it."""
    file = next((file for file in wanted if file.brings_records), None)
    if file is None or not database.is_empty():
        return None
    sql_files.restore(file)
    return file


def _new(wanted: Sequence[sql_files.SqlFile]) -> list[sql_files.SqlFile]:
    """Return the files not loaded before, the first of those with the same content."""
    first = {file.sha256: file for file in reversed(wanted)}
    return [file for file in wanted if first[file.sha256] is file and not sql_files.is_loaded(file)]
