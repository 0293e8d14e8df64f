"""Checks of the settings and of what this installation keeps."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from flask import Flask

from app.config import KNOWN_KEYS, SHORTEST_KEY
from app.secret_key import PROBLEMS
from app.services.checks.finding import NOT_APPLICABLE, Finding, ok, problem
from app.sheets.aggregate import CompiledTotals
from app.sheets.straight import IS_COMPILED

NEW_KEY = "Put SECRET_KEY= into .env with what this prints: python -c 'import secrets; print(secrets.token_hex(32))'"

COMPILE = "With a C compiler and Python's headers (Debian: apt-get install gcc libc6-dev python3-dev): pip install -e ."


def configuration(app: Flask) -> Finding:
    """Check that the settings allow a start."""
    name = os.environ.get("FLASK_CONFIG") or "development"
    problems = app.config[PROBLEMS]
    return problem(f"{name}: {problems[0]}", "\n".join(problems[1:])) if problems else ok(name)


def secret_key(app: Flask) -> Finding:
    """Check that the secret key is long and secret."""
    key = str(app.config["SECRET_KEY"] or "")
    if not key:
        return problem("not set", NEW_KEY)
    if key.lower() in KNOWN_KEYS or len(key) < SHORTEST_KEY:
        return problem(f"{len(key)} characters; it takes at least {SHORTEST_KEY} that nobody can guess", NEW_KEY)
    kept = Path(app.instance_path) / "secret_key"
    if not kept.is_file() or kept.read_text().strip() != key:
        return ok(f"{len(key.encode())} bytes")
    mode = stat.S_IMODE(kept.stat().st_mode)
    if mode & 0o077:
        return problem(f"{kept} can be read by others (mode {mode:o})", f"chmod 600 {kept}")
    return ok(f"{len(key.encode())} bytes, kept in {kept}")


def proxy(app: Flask) -> Finding:
    """Tell whether production knows by which name it is called, and that a proxy stands in front."""
    hosts, proxies = app.config["TRUSTED_HOSTS"], app.config["PROXIES"]
    if not app.config["PRODUCTION"]:
        return ok("none is needed outside of production")
    lacks = [
        sentence
        for lacking, sentence in (
            (not hosts, "TRUSTED_HOSTS is empty: the console answers for any name, also one that an attacker gave it."),
            (not proxies, "PROXIES is 0: behind a proxy all clients have its address, and HTTPS is not known as such."),
        )
        if lacking
    ]
    if lacks:
        return Finding(NOT_APPLICABLE, "not set up for the console", "\n".join(lacks))
    return ok(f"{proxies} in front, for {hosts if isinstance(hosts, str) else ', '.join(hosts)}")


def compiled(_app: Flask) -> Finding:
    """Tell whether that is compiled which makes imports fast."""
    if IS_COMPILED and CompiledTotals is not None:
        return ok("imports take the fast way")
    return Finding(NOT_APPLICABLE, "not compiled: imports do the same, and take three times as long", COMPILE)


def folders(app: Flask) -> Finding:
    """Check that the instance folder can be written to, by writing to it; a folder not made yet, its nearest parent."""
    wanted = Path(app.instance_path)
    folder = wanted
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return problem(f"{folder} cannot be written to: {error.strerror}", f"Make {wanted} writable for this user.")
    return ok(f"{wanted} is writable" if folder == wanted else f"{wanted} will be made when it is needed")
