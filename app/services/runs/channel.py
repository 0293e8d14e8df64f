"""What a run that goes on tells, and is told: its heartbeat and progress one way, the wish that it stop the other.

On SQLite, which has one writer, through small files in the run's folder: a batch or an import may hold the database for
long. Elsewhere through columns of the run's row.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from app.models import Run
from app.models.base import utc_now
from app.services.runs.folders import RunFolder

PAUSE = "pause"
CANCEL = "cancel"


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
        """Ask the run to PAUSE or to CANCEL."""
        ...

    def asked(self) -> str | None:
        """Return what the run is asked to do."""
        ...

    def withdraw(self) -> None:
        """Forget what it was asked: it stopped since, and is taken up again."""
        ...


def channel_of(engine: Engine, folder: RunFolder) -> Channel:
    """Return the way to and from the run whose folder this is."""
    if engine.dialect.name == "sqlite":
        return _FileChannel(folder)
    return _ColumnChannel(engine, folder.run_id)


class _FileChannel:
    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._beat = folder.path / "beat.json"
        self._stop = folder.path / "stop"

    def tell(self, done: int | None, total: int | None) -> None:
        self._folder.make()
        _replace(self._beat, json.dumps({"at": utc_now().isoformat(), "done": done, "total": total}))

    def last_beat(self) -> Beat | None:
        try:
            said = json.loads(self._beat.read_text())
        except (FileNotFoundError, PermissionError):  # not yet, or the folder is another user's
            return None
        return Beat(datetime.fromisoformat(said["at"]), said["done"], said["total"])

    def ask(self, what: str) -> None:
        self._folder.make()
        _replace(self._stop, what)

    def asked(self) -> str | None:
        try:
            return self._stop.read_text()
        except (FileNotFoundError, PermissionError):
            return None

    def withdraw(self) -> None:
        self._stop.unlink(missing_ok=True)


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

    def _set(self, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(Run).where(Run.id == self._run_id).values(**values))


def _replace(path: Path, text: str) -> None:
    """Write a small file such that whoever reads it finds the old text or the new one."""
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    unfinished.write_text(text)
    unfinished.replace(path)
