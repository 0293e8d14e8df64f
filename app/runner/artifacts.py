"""The files that a run leaves."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from app.errors import Refused

# One name, not a path; and not one that hides.
NAME = re.compile(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]*")
READ_SIZE = 1024 * 1024


class Artifacts:
    """The files of one run, in a folder that is made with the first."""

    def __init__(self, folder: Path) -> None:
        """Keep files in `folder`."""
        self._folder = folder

    def path(self, name: str) -> Path:
        """Return where the file called `name` is to be written.

        Raises:
            Refused: the name is none, or a path.
        """
        if not NAME.fullmatch(name):
            raise Refused(f'"{name}" is not the name of an artifact.', "Give a file name without a folder: orders.xlsx")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder / name

    def listed(self) -> list[dict[str, Any]]:
        """Return what is there: `[{"name": , "size": bytes, "sha256": hex}]`, by name."""
        if not self._folder.is_dir():
            return []
        files = sorted(path for path in self._folder.iterdir() if path.is_file())
        return [{"name": path.name, "size": path.stat().st_size, "sha256": _sha256(path)} for path in files]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
