"""The secret key: the team's own in production, one made once and kept beside the database elsewhere."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from flask import Flask

from app.config import problems_of
from app.errors import ConfigError

# Commands that must start in a broken set-up are left to report it themselves; a server never starts in one.
PROBLEMS = "OPSDESK_PROBLEMS"


def init_app(app: Flask) -> None:
    """Give `app` its key, and keep what is wrong with the settings in `app.config[PROBLEMS]`.

    Raises:
        ConfigError: the application is about to serve requests with settings that forbid it.
    """
    problems = problems_of(app.config)
    app.config[PROBLEMS] = problems
    if problems and _is_serving():
        raise ConfigError(f"Production refuses to start: {problems[0]}")
    if not app.config["SECRET_KEY"] and not app.config["PRODUCTION"]:
        app.config["SECRET_KEY"] = _kept_key(Path(app.instance_path) / "secret_key")


def _is_serving() -> bool:
    """Tell whether this is a server: outside Flask's command line (gunicorn), or `flask run` by any of its names."""
    import click
    from flask.cli import ScriptInfo

    context = click.get_current_context(silent=True)
    return context is None or context.find_object(ScriptInfo) is None or context.command.name == "run"


def _kept_key(path: Path) -> str:
    """Return the key in `path`; make it first, readable by its owner alone, where there is none.

    Of several processes that start at once one makes it; the lock keeps the others from reading a file still empty.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # freed when the file is closed
        key = file.read().strip()
        if not key:
            key = secrets.token_hex(32)
            file.write(key)
    return key
