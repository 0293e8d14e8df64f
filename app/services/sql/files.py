"""SQL files: each is loaded once, remembered by the hash of its content."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from sqlalchemy import Insert, insert

from app.config import ROOT
from app.errors import Failed
from app.extensions import db
from app.models import Seed
from app.services.sql import mysql, sqlite
from app.services.transactions import reading, writing

GZIP_MAGIC = b"\x1f\x8b"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
BLOCK = 1024 * 1024
LONGEST_HEAD = 100
# As mysqldump and SQLite's .dump write it, at the beginning of a line.
_MAKES_RECORDS = re.compile(rb"\nCREATE TABLE (?:IF NOT EXISTS )?[`\"]?(?:alembic_version|runs|seeds)[`\"]?\s*\(")
LONGEST_NAME = 255


@dataclass(frozen=True)
class SqlFile:
    """A file, the name that messages give it, the sha256 of what is in it (x.sql.gz is the same as x.sql)."""

    path: Path
    name: str
    sha256: str
    brings_records: bool = False  # the dump of a whole opsdesk database: its run ledger is in it


def identify(path: Path) -> SqlFile:
    """Read the file once and return what tells it from others.

    Raises:
        Failed: it cannot be read, or is not text of an encoding that can be loaded.
    """
    name = _name(path)
    digest = hashlib.sha256()
    brings_records = False
    tail = b""
    with _opened(path, name) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            brings_records = brings_records or _MAKES_RECORDS.search(tail + block) is not None
            tail = block[-LONGEST_HEAD:]
    return SqlFile(path, name, digest.hexdigest(), brings_records)


def is_loaded(file: SqlFile) -> bool:
    """Tell whether this content has been loaded before, under any name."""
    with reading() as session:
        return session.get(Seed, file.sha256) is not None


def load(file: SqlFile, run_id: int) -> None:
    """Run the file's statements on a connection of their own, and remember the file as loaded by this run.

    On SQLite that is one transaction; MySQL commits at every DDL statement, and the file is remembered right after.

    Raises:
        Failed: a statement fails: the file, the line, what the database says, and what of the file is kept.
        Refused: the file would replace the run ledger.
    """
    seed = _seed(file, run_id)
    with _opened(file.path, file.name) as opened:
        if db.engine.dialect.name == "sqlite":
            sqlite.run(file.name, opened, before_commit=lambda connection: connection.execute(seed))
            return
        mysql.run(file.name, opened)
    remember(file, run_id)


def restore(file: SqlFile) -> None:
    """Run a file that brings the run ledger, in a database that has none; remember it when there is a run to name.

    Raises:
        Failed: as for `load`.
    """
    with _opened(file.path, file.name) as opened:
        run = sqlite.run if db.engine.dialect.name == "sqlite" else mysql.run
        run(file.name, opened, guarded=False)


def remember(file: SqlFile, run_id: int) -> None:
    """Note that this run has loaded the file."""
    with writing() as session:
        session.execute(_seed(file, run_id))


def _seed(file: SqlFile, run_id: int) -> Insert:
    return insert(Seed).values(sha256=file.sha256, name=file.name[-LONGEST_NAME:], run_id=run_id)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as raw:
            start = raw.read(len(GZIP_MAGIC))
            raw.seek(0)
            if start in UTF16_BOMS:
                raise Failed(
                    f"{name} is UTF-16 text; SQL files are read as UTF-8.",
                    "In PowerShell, > writes UTF-16: make the dump with mysqldump --result-file=FILE.",
                )
            if start != GZIP_MAGIC:
                yield raw
                return
            with gzip.open(raw) as unpacked:
                yield cast(IO[bytes], unpacked)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Failed(f"{name} is not a whole gzip file: {error}", "Fetch or make it again.") from error


def _name(path: Path) -> str:
    path = path.resolve()
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
