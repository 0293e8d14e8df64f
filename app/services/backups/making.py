"""Make a backup."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from app.errors import NotFound
from app.extensions import db
from app.models.base import utc_now
from app.services import database, runs
from app.services.backups import archives, dumps, manifest
from app.services.backups.private import private
from app.services.failures import where

PREFIX = "opsdesk-"


@dataclass(frozen=True)
class Made:
    """A backup that was made.

    Attributes:
        problems: how many the ledger has; see `flask runs verify`.
        dropped: the names of older backups that were deleted.
    """

    path: Path
    bytes: int
    head: str
    problems: int
    dropped: list[str]


def make(folder: Path, keep: int | None = None) -> Made:
    """Put a backup into a folder, by its time, and then delete all but the last `keep` of those that are there.

    The files are taken after the database: each file that a row speaks of is there, and others do no harm. Whoever
    reads a backup reads the data: all of it is for this user alone.

    Raises:
        NotFound: there is no database. Failed: it cannot be dumped. OSError: the files cannot be read or kept.
    """
    if not database.exists():
        raise NotFound(f"There is no {where()} to be backed up.", "Make it with: flask initdb")
    made_at = utc_now()
    path = folder / f"{PREFIX}{made_at:%Y%m%dT%H%M%SZ}"
    unfinished = folder / f".{path.name}.unfinished"
    with private():
        unfinished.mkdir(parents=True)
        try:
            ledger = runs.verify()
            files = [dumps.dump(unfinished), *_archives(unfinished)]
            manifest.Manifest(
                made_at.isoformat(timespec="seconds") + "Z",
                db.engine.url.get_backend_name().replace("mariadb", "mysql"),
                str(database.revisions().current),
                ledger.head,
                {file.name: manifest.kept(file) for file in files},
            ).write(unfinished)
            unfinished.rename(path)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    size = sum(file.stat().st_size for file in path.iterdir())
    return Made(path, size, ledger.head, len(ledger.problems), _drop_all_but(folder, keep) if keep else [])


def _archives(folder: Path) -> list[Path]:
    for name, place in archives.places().items():
        archives.pack(folder / name, *place)
    return [folder / name for name in archives.places()]


def _drop_all_but(folder: Path, keep: int) -> list[str]:
    backups = sorted(path for path in folder.glob(f"{PREFIX}*") if (path / manifest.NAME).is_file())
    for path in backups[:-keep]:
        shutil.rmtree(path)
    return [path.name for path in backups[:-keep]]
