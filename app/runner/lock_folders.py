"""The folder beside a SQLite database: what its processes must find, whatever their settings, lies there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import Engine

MEMORY = ("", ":memory:")


def folder_of_database(engine: Engine) -> Path:
    """Return the folder for locks and messages of this SQLite database: `shop.db-locks` beside `shop.db`.

    It is the same from every working directory, through links, and for a path and a `file:` URI of SQLite's own
    (SQLite documentation, "Uniform Resource Identifiers"). A database in memory is this process's alone, and so is its
    folder. Nothing is made.
    """
    (name,), options = engine.dialect.create_connect_args(engine.url)
    if options.get("uri"):
        parts = urlsplit(name)
        name = "" if parse_qs(parts.query).get("mode") == ["memory"] else unquote(parts.path)
    if name in MEMORY:
        return Path(tempfile.gettempdir()) / f"opsdesk-{os.getpid()}-locks"
    return Path(f"{Path(name).resolve()}-locks")
