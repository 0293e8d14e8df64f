"""Installations that are made once for all processes of a test run, and copied."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Copied = Callable[[str, Callable[[Path], None]], Path]


def copied(factory: pytest.TempPathFactory, worker_id: str) -> Copied:
    """Return what gives a copy of an installation's folder: `copied(name, make)`.

    `make` fills a folder that does not exist yet. The first that asks for a name makes it; others wait for that.
    """
    own = factory.getbasetemp()
    everybodys = own if worker_id == "master" else own.parent

    def copy(name: str, make: Callable[[Path], None]) -> Path:
        original = everybodys / f"{name}-original"
        with (everybodys / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not original.exists():
                make(everybodys / f"{name}-unfinished")
                (everybodys / f"{name}-unfinished").rename(original)
        return shutil.copytree(original, factory.mktemp(name) / "instance")

    return copy
