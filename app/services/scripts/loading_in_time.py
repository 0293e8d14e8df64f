"""Load a script for who only looks at it, in a thread of its own: one that never ends takes nothing else with it."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from flask import Flask, current_app

from app.errors import AppError, Failed
from app.runner.files import loading
from app.runner.files.loading import Loaded
from app.services.scripts.catalog import Entry

LIMIT_S = 10.0

# What is being loaded now, by path and hash: whoever wants the same waits for it, so that a script that never ends has
# one thread, however often its page is asked for.
_going: dict[tuple[str, str], Future[Loaded]] = {}
_guard = threading.Lock()


def load(entry: Entry) -> Loaded:
    """Load a script as its file is now.

    Raises:
        Failed: it is broken, or not loaded after LIMIT_S seconds.
    """
    if entry.problem:
        raise Failed(f"Line {entry.outline.problems[0].line}: {entry.problem}")
    try:
        return _begun(entry).result(LIMIT_S)
    except TimeoutError:
        raise Failed(
            f"{entry.file.name} is not loaded after {LIMIT_S:g} s: it does work outside of its functions.",
            "See where: flask script lint",
        ) from None


def _begun(entry: Entry) -> Future[Loaded]:
    """Return the loading of a script, begun now unless it goes on already."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # what Flask's proxy is there for
    key = (str(entry.file.path), _sha256(entry))
    with _guard:
        if key not in _going:
            _going[key] = Future()
            threading.Thread(target=_load, args=(app, entry, key, _going[key]), daemon=True).start()
        return _going[key]


def _load(app: Flask, entry: Entry, key: tuple[str, str], done: Future[Loaded]) -> None:
    try:
        with app.app_context():
            loaded = loading.load(entry.file)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the thread that waits is told
        _end(key)
        failed = f"{entry.file.name} cannot be loaded: {type(error).__name__}."
        done.set_exception(error if isinstance(error, AppError) else Failed(failed))
    else:
        _end(key)
        done.set_result(loaded)


def _end(key: tuple[str, str]) -> None:
    with _guard:
        del _going[key]


def _sha256(entry: Entry) -> str:
    try:
        return entry.file.sha256()
    except OSError as error:
        raise Failed(f"{entry.file.name} cannot be read: {error.strerror or error}.") from error
