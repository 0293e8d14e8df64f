"""The database in a file, as it was at one moment, while others go on working with it."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import URL

from app.engine import is_mysql
from app.errors import Failed
from app.extensions import db
from app.services.failures import where

MYSQL_DUMP, SQLITE_COPY = "database.sql.gz", "database.sqlite3"
PROGRAMS = ("mariadb-dump", "mysqldump")
# One snapshot of all InnoDB tables without locking them (MariaDB documentation, "mariadb-dump"), with all that belongs
# to the database; the right to see tablespaces is a server's, not a database's.
OPTIONS = (
    "--single-transaction",
    "--quick",
    "--routines",
    "--triggers",
    "--events",
    "--hex-blob",
    "--no-tablespaces",
    "--default-character-set=utf8mb4",
)
COMPLETED = b"-- Dump completed"
BLOCK = 1 << 20


def dump(folder: Path) -> Path:
    """Put the database into a file in a folder, and return its path.

    Raises:
        Failed: it is of a kind that is not backed up here, or its own program fails.
    """
    url = db.engine.url
    if is_mysql(url):
        return _dump_of_server(url, folder / MYSQL_DUMP)
    if url.get_backend_name() == "sqlite":
        return _copy_of_file(str(url.database), folder / SQLITE_COPY)
    raise Failed(f"{url.get_backend_name()} databases are not backed up from here.", "Use the server's own program.")


def _copy_of_file(path: str, target: Path) -> Path:
    """Copy a SQLite database that is in use (SQLite documentation, "Online Backup API"), and check the copy."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        try:
            source.backup(copy)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:  # the copy's disk: the database itself is only read
                said = f"The disk of the backup is full: {target.parent.parent}"
                raise Failed(said, "Make room there, and try again; nothing was kept.") from error
            raise
        (said,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise Failed(f"{path} is damaged: {said}", "See SQLite's documentation, How To Corrupt, and mend it.")
    return target


def _dump_of_server(url: URL, target: Path) -> Path:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise Failed("mariadb-dump is not installed.", "Debian: apt-get install mariadb-client")
    with _options_file(url) as options, tempfile.TemporaryFile() as said:
        command = [program, f"--defaults-file={options}", *OPTIONS, str(url.database)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            end = _packed(process.stdout.read, target)
        if process.returncode != 0 or COMPLETED not in end:
            said.seek(0)
            reason = said.read().decode(errors="replace").strip() or f"it ended with {process.returncode}"
            raise Failed(f"{where()} cannot be dumped: {reason}", "Nothing was kept. Try again.")
    return target


def _packed(read: Callable[[int], bytes], target: Path) -> bytes:
    """Write all that is read to a file, packed; return its last bytes."""
    end = b""
    with gzip.open(target, "wb", compresslevel=6) as file:
        while block := read(BLOCK):
            file.write(block)
            end = (end + block)[-1000:]
    return end


@contextmanager
def _options_file(url: URL) -> Iterator[str]:
    """Write how to connect into a file that only this user can read: a command line is seen by everybody."""
    options = {"user": url.username, "password": url.password, **_address(url)}
    with tempfile.NamedTemporaryFile("w", suffix=".cnf", encoding="utf-8") as file:  # made with mode 600
        _write(file, {name: str(value) for name, value in options.items() if value is not None})
        yield file.name


def _address(url: URL) -> dict[str, object]:
    """Return where the server is; to its clients `localhost` alone would mean a socket (as `protocol` says)."""
    query = {name.replace("_", "-"): value for name, value in url.query.items()}
    if socket := query.get("unix-socket"):
        return {"socket": socket}
    tls: dict[str, object] = {name: query[name] for name in ("ssl-ca", "ssl-cert", "ssl-key") if name in query}
    return {"protocol": "tcp", "host": url.host or "localhost", "port": url.port or 3306, **tls}


def _write(file: IO[str], options: dict[str, str]) -> None:
    """Write an option file (MariaDB documentation, "Configuring MariaDB with Option Files")."""
    file.write("[client]\n")
    for name, value in options.items():
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        file.write(f'{name}="{escaped}"\n')
    file.flush()
