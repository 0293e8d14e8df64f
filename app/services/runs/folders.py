"""Where a run keeps its files: log, artifacts, and what it tells while it goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

LOG = "log"
ARTIFACTS = "artifacts"
DIFF = "diff.json"
RESULT = "result.json"
OUTPUT = "output"
NAME = re.compile(r"(\d+)-([0-9a-f]{12})")


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run, `<instance>/runs/<id>-<token>`: made when something is put into it."""

    run_id: int
    token: str
    path: Path

    @property
    def log(self) -> Path:
        """Return the path of the log."""
        return self.path / LOG

    @property
    def artifacts(self) -> Path:
        """Return the path of the folder of artifacts."""
        return self.path / ARTIFACTS

    @property
    def diff(self) -> Path:
        """Return the path of the row diff of a dry run."""
        return self.path / DIFF

    @property
    def result(self) -> Path:
        """Return the path of what came of a run that was queued."""
        return self.path / RESULT

    @property
    def output(self) -> Path:
        """Return the path of what the process of such a run printed."""
        return self.path / OUTPUT

    def make(self) -> Path:
        """Make the folder, for this user only, and return its path."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.path

    def size(self) -> int:
        """Return the bytes of all files in it."""
        return sum(path.stat().st_size for path in self.path.rglob("*") if path.is_file())


def root() -> Path:
    """Return the folder of all runs' folders."""
    return Path(current_app.instance_path) / "runs"


def folder_of(run_id: int, token: str) -> RunFolder:
    """Return the folder of a run."""
    return RunFolder(run_id, token, root() / f"{run_id}-{token}")


def all_folders() -> list[RunFolder]:
    """Return the folders that are there, by id."""
    if not root().is_dir():
        return []
    named = ((NAME.fullmatch(path.name), path) for path in root().iterdir() if path.is_dir())
    return sorted(
        (RunFolder(int(name[1]), name[2], path) for name, path in named if name), key=lambda folder: folder.run_id
    )
