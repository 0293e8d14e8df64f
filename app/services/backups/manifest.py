"""What a backup says of itself; it is written last, so that a folder without it is none."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from app.errors import Invalid, NotFound

NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What is in a backup.

    Attributes:
        made_at: when the database was as it is in the backup, or a moment before: UTC, ISO 8601.
        database: `mysql` or `sqlite`.
        revision: of its migrations.
        head: of the ledger's chain; see `flask runs verify --head`.
        sha256: of each file, by its name.
    """

    made_at: str
    database: str
    revision: str
    head: str
    sha256: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Return what the backup in a folder says.

        Raises:
            NotFound: there is no backup. Invalid: a file of it is missing, or is not what it was.
        """
        try:
            manifest = cls(**json.loads((folder / NAME).read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise NotFound(f"{folder} is no backup.", f"It would have a {NAME}.") from None
        except (ValueError, TypeError):
            raise Invalid(f"{folder / NAME} is damaged.", "Take another backup.") from None
        for name, sha256 in manifest.sha256.items():
            if not (folder / name).is_file() or sha256_of(folder / name) != sha256:
                raise Invalid(f"{folder / name} is missing or damaged. Nothing was done.", "Take another backup.")
        return manifest

    def write(self, folder: Path) -> None:
        """Put it into the folder of a backup."""
        (folder / NAME).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def kept(path: Path) -> str:
    """Wait until a file is on the disk, and return its hash."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return sha256_of(path)


def sha256_of(path: Path) -> str:
    """Return the hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
