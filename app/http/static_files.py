"""Our own files, which browsers may keep for good: style sheet, icon, scripts."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, url_for

KEPT_S = 31_536_000  # a year


def init_app(app: Flask) -> None:
    """Give templates their addresses."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEPT_S
    app.add_template_global(static)


def static(name: str) -> str:
    """Return the address of one of our own files, which changes with its content."""
    return url_for("static", filename=name, v=_digest(str(Path(str(current_app.static_folder)) / name)))


@lru_cache(maxsize=64)
def _digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]
