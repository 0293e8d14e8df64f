"""Locks of a SQLite database: an flock on a file, which the system lets go when its process ends (Linux, flock(2))."""

from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path

from sqlalchemy import Engine

from app.runner import lock_forks
from app.runner.lock_folders import folder_of_database


class FileLock:
    """An flock that is held. Its file goes with it where nobody else ever takes it."""

    def __init__(self, name: str, path: Path, descriptor: int, alone: bool) -> None:
        """Hold the lock on an open file; `alone`: one run only has this lock, so nobody waits for this very file."""
        self.name = name
        self._path = path
        self._descriptor: int | None = descriptor
        self._alone = alone
        lock_forks.remember(self)

    def held(self) -> bool:
        """Tell whether it is: always, but after release() and in a forked child."""
        return self._descriptor is not None

    def expire_after(self, seconds: int | None) -> None:
        """Do nothing: the system knows at once whether a process of its own lives."""

    def release(self) -> None:
        """Let go."""
        if self._descriptor is None:
            return
        if self._alone:
            self._path.unlink(missing_ok=True)
        self.forget()

    def forget(self) -> None:
        """Close the file; where another process has it open since a fork, the lock stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None


def take(engine: Engine, name: str, alone: bool) -> FileLock | None:
    """Take a lock; None if another process has it, or just asks for it."""
    path = path_of(engine, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return FileLock(name, path, descriptor, alone)


def is_free(engine: Engine, name: str) -> bool:
    """Tell whether nobody has it."""
    try:
        with path_of(engine, name).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:  # never taken, or let go just now
        return True
    return True


def path_of(engine: Engine, name: str) -> Path:
    """Return the file of a lock, readable for people."""
    readable = "".join(character if character.isalnum() else "-" for character in name)[:60]
    return folder_of_database(engine) / f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.lock"
