"""The secret key: the team's own in production, one made once and kept beside the database elsewhere."""

from __future__ import annotations

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
    """Tell whether this is a server: outside any Click command (gunicorn), or `flask run`."""
    import click

    context = click.get_current_context(silent=True)
    return context is None or context.info_name == "run"


def _kept_key(path: Path) -> str:
    """Return the key in `path`; make it first, readable by its owner alone, where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()
