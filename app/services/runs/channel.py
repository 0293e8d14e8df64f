"""What a run that goes on tells, and is told: its heartbeat and progress one way, the wish that it stop the other.

On SQLite, which has one writer, through small files beside the database, where its locks are too: a batch or an import
may hold the database for long, and whoever asks may have another instance folder. Elsewhere through columns of the
run's row.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.models import Run
from app.models.base import utc_now
from app.runner.lock_folders import folder_of_database
from app.runner.sql.guarding import INTERNAL
from app.services.runs.folders import RunFolder


@dataclass(frozen=True)
class Beat:
    """A heartbeat: when, how many items are done, of how many where that is known."""

    at: datetime
    done: int | None
    total: int | None


class Channel(Protocol):
    """The way to and from one run."""

    def tell(self, done: int | None, total: int | None) -> None:
        """Say that the run is alive, and how far it is."""
        ...

    def last_beat(self) -> Beat | None:
        """Return what it said last; None if nothing, or if its row says it."""
        ...

    def ask(self, what: str) -> None:
        """Ask the run to pause or to cancel: PAUSE or CANCEL of `app.runner.stopping`."""
        ...

    def asked(self) -> str | None:
        """Return what the run is asked to do."""
        ...

    def withdraw(self) -> None:
        """Forget what it was asked: it stopped since, and is taken up again."""
        ...

    def remove(self) -> None:
        """Leave nothing behind: the run has ended. What cannot be removed stays."""
        ...


def channel_of(engine: Engine, folder: RunFolder) -> Channel:
    """Return the way to and from the run whose folder this is."""
    if engine.dialect.name == "sqlite":
        return _FileChannel(folder_of_database(engine) / f"run-{folder.run_id}-{folder.token}")
    return _ColumnChannel(engine, folder.run_id)


class _FileChannel:
    def __init__(self, name: Path) -> None:
        self._beat = name.with_suffix(".beat")
        self._stop = name.with_suffix(".stop")

    def tell(self, done: int | None, total: int | None) -> None:
        _replace(self._beat, json.dumps({"at": utc_now().isoformat(), "done": done, "total": total}))

    def last_beat(self) -> Beat | None:
        try:
            said = json.loads(self._beat.read_text())
        except (FileNotFoundError, PermissionError):  # not yet, or the file is another user's
            return None
        return Beat(datetime.fromisoformat(said["at"]), said["done"], said["total"])

    def ask(self, what: str) -> None:
        _replace(self._stop, what)

    def asked(self) -> str | None:
        try:
            return self._stop.read_text()
        except (FileNotFoundError, PermissionError):
            return None

    def withdraw(self) -> None:
        self._stop.unlink(missing_ok=True)

    def remove(self) -> None:
        with suppress(OSError):
            for path in self._beat.parent.glob(
                f"{self._beat.stem}.*"
            ):  # a process may have died over an unfinished one
                path.unlink(missing_ok=True)


class _ColumnChannel:
    def __init__(self, engine: Engine, run_id: int) -> None:
        self._engine = engine
        self._run_id = run_id

    def tell(self, done: int | None, total: int | None) -> None:
        self._set(heartbeat_at=utc_now(), progress_done=done, progress_total=total)

    def last_beat(self) -> Beat | None:
        return None

    def ask(self, what: str) -> None:
        self._set(stop_requested=what)

    def asked(self) -> str | None:
        with Session(self._engine) as session:
            return session.scalar(select(Run.stop_requested).where(Run.id == self._run_id))

    def withdraw(self) -> None:
        self._set(stop_requested=None)

    def remove(self) -> None:
        """Do nothing: the move that ends a run empties its columns."""

    def _set(self, **values: object) -> None:
        with self._engine.connect().execution_options(**{INTERNAL: True}) as connection, connection.begin():
            connection.execute(update(Run).where(Run.id == self._run_id).values(**values))


def _replace(path: Path, text: str) -> None:
    """Write a small file such that whoever reads it finds the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    unfinished.write_text(text)
    unfinished.replace(path)
