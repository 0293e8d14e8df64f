"""All checks, in the order in which they are shown, and how they are carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Connection

from app.extensions import db
from app.services.checks import cluster, database, mysql, settings, sqlite
from app.services.checks.finding import NOT_CHECKED, PROBLEM, Finding
from app.services.checks.redis import redis
from app.services.checks.store import shared_store
from app.services.failures import failure_of

SettingsCheck = Callable[[Flask], Finding]
DatabaseCheck = Callable[[Connection], Finding]

FIRST: dict[str, SettingsCheck] = {"configuration": settings.configuration}
_MYSQL: dict[str, DatabaseCheck] = {
    "database": mysql.database,
    "charset": mysql.charset,
    "sql_mode": mysql.sql_mode,
    "engine": mysql.engine,
    "local_infile": mysql.local_infile,
    "locks": cluster.locks_hold,
    "cluster": cluster.cluster,
    "migrations": database.migrations,
}
# The first of each tells that the database can be reached; the others are carried out only then.
OF_DATABASE: dict[str, dict[str, DatabaseCheck]] = {
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "sqlite": {
        "database": sqlite.database,
        "file": sqlite.file,
        "journal": sqlite.journal,
        "foreign keys": sqlite.foreign_keys,
        "migrations": database.migrations,
    },
}
OF_OTHERS: dict[str, DatabaseCheck] = {"database": database.other, "migrations": database.migrations}
# What takes more than the one connection that a page may have.
THOROUGH = ("locks",)
LAST: dict[str, SettingsCheck] = {
    "secret key": settings.secret_key,
    "proxy": settings.proxy,
    "folders": settings.folders,
    "compiled": settings.compiled,
    "redis": redis,
    "store": shared_store,
}


def carry_out(thorough: bool = True) -> Iterator[tuple[str, Finding]]:
    """Yield each check's name and finding. A check that fails itself is a problem like any other.

    Args:
        thorough: also what takes connections of its own.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    for name, check in FIRST.items():
        yield name, _found(check, app)
    yield from _of_database(thorough)
    for name, check in LAST.items():
        yield name, _found(check, app)


def _of_database(thorough: bool) -> Iterator[tuple[str, Finding]]:
    checks = OF_DATABASE.get(db.engine.url.get_backend_name(), OF_OTHERS)
    checks = {name: check for name, check in checks.items() if thorough or name not in THOROUGH}
    unreachable = _unreachable()
    if unreachable is not None:
        first, *others = checks
        yield first, unreachable
        for name in others:
            yield name, Finding(NOT_CHECKED, "not checked")
        return
    with db.engine.connect() as connection:
        for name, check in checks.items():
            yield name, _found(check, connection)


def _unreachable() -> Finding | None:
    try:
        missing = database.missing()
        if missing is None:
            db.engine.connect().close()
    except Exception as error:  # noqa: BLE001 - whatever keeps the database away is the finding
        return _failed(error)
    return missing


def _found(check: Callable[[Any], Finding], subject: Any) -> Finding:
    try:
        return check(subject)
    except Exception as error:  # noqa: BLE001 - the doctor must not die of the disease
        return _failed(error)


def _failed(error: Exception) -> Finding:
    failure = failure_of(error)
    return Finding(PROBLEM, failure.message, failure.hint)
