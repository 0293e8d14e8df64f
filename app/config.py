"""Every setting, once.

A setting is read from the environment, then from `.env` beside `manage.py`, else its default below holds. The type of
the default is the type of the setting. `FLASK_CONFIG` chooses the class: development (default), testing, production.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
KNOWN_KEYS = {"changeme", "change-me", "secret", "dev", "development", "replace-me", "your-secret-key"}
SHORTEST_KEY = 32
# What turns Flask's own reading of .env off turns ours off as well (Flask documentation, FLASK_SKIP_DOTENV).
_NO = ("", "0", "false", "no")


class Base:
    """What holds everywhere unless a class below says otherwise."""

    # The folder of what this installation keeps: SQLite file, secret key, logs and artifacts of runs. Empty: instance/
    # beside manage.py, which is also where a relative path starts.
    INSTANCE_PATH = ""
    # Any SQLAlchemy URL, e.g. mysql+pymysql://user:password@host/shop. Empty: a SQLite file in the instance folder.
    DATABASE_URL = ""
    # Signs cookies. Empty: made once and kept in the instance folder; production refuses to start without one.
    SECRET_KEY = ""
    # redis://host:6379/0: sessions, rate limits and queue move to Redis. Empty: the database does it all.
    REDIS_URL = ""
    # redis://host:6379/1: where the application's cached keys are. Empty: REDIS_URL.
    CACHE_URL = ""
    # Connections of one process: kept open, opened beyond that, seconds to wait for one, seconds until one is renewed.
    POOL_SIZE = 5
    POOL_OVERFLOW = 3
    POOL_TIMEOUT_S = 10
    POOL_RECYCLE_S = 120
    # Limits of the process that reads a workbook: address space in MiB, wall time in seconds.
    IMPORT_MEMORY_MB = 1024
    IMPORT_TIMEOUT_S = 1800
    # Limits of a workbook's content: MiB that it may inflate to, times that a part of it may inflate (counted from
    # 64 MiB), parts of the file, different texts, and the widest sheet, in columns.
    IMPORT_MAX_INFLATED_MB = 8192
    IMPORT_MAX_RATIO = 500
    IMPORT_MAX_PARTS = 10_000
    IMPORT_MAX_STRINGS = 20_000_000
    IMPORT_MAX_COLUMNS = 16_384
    # The folder of the offline scripts. Empty: offline_script/ beside manage.py.
    SCRIPTS_PATH = ""
    # The largest log that one run may keep, in MiB; what comes after is cut, and the log says so.
    RUN_LOG_MB = 10
    # Days that the workbooks of imports are kept, so that an import can be undone. 0: none is kept.
    KEEP_FILES_DAYS = 30
    # The largest upload that the web console and the API take, in MiB.
    UPLOAD_LIMIT_MB = 64

    PRODUCTION = False


class Development(Base):
    """One person's machine: readable logs, a key made on the spot."""


class Testing(Base):
    """The test suite: keys and databases are the test's own."""

    TESTING = True
    SECRET_KEY = "only-the-test-suite-signs-with-this-key"  # noqa: S105 - signs nothing outside the tests


class Production(Base):
    """Real data: JSON logs, no start without a secret key."""

    PRODUCTION = True


MAY_BE_ZERO = {"POOL_OVERFLOW", "KEEP_FILES_DAYS"}
# What the system takes as a limit of time or memory ends somewhere; these are 7 days in seconds and 1 TiB in MiB. A
# sheet of Excel has no more columns; the calendar ends as well, after a hundred years here.
MOST = {
    "IMPORT_TIMEOUT_S": 604_800,
    "IMPORT_MEMORY_MB": 1_048_576,
    "IMPORT_MAX_COLUMNS": 16_384,
    "KEEP_FILES_DAYS": 36_500,
}
CONFIGS = {"development": Development, "testing": Testing, "production": Production}


def settings_of(config: type[Base], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of `config` with what `environ` says on top, each in its default's type."""
    settings = {name: getattr(config, name) for name in dir(config) if name.isupper()}
    for name, default in settings.items():
        if name in environ and name not in ("PRODUCTION", "TESTING"):
            settings[name] = _parse(name, environ[name], type(default))
    return settings


def read_env_files() -> None:
    """Add what stands in `.env`, then `.flaskenv`, beside `manage.py` to the environment; what is there stays.

    Flask would read the files of the folder one happens to stand in: another project's database, perhaps.

    Raises:
        ConfigError: a file that is not UTF-8 text.
    """
    if os.environ.get("FLASK_SKIP_DOTENV", "").lower() not in _NO:
        return
    from dotenv import load_dotenv

    for file in (ROOT / ".env", ROOT / ".flaskenv"):
        try:
            load_dotenv(file)
        except UnicodeDecodeError:
            raise ConfigError(f"{file} is not UTF-8 text.", "Save it as UTF-8.") from None


def load(config: str | Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return all settings.

    Args:
        config: the name of a class above, or a mapping laid over the class that `FLASK_CONFIG` names.

    Raises:
        ConfigError: an unknown class, or a value that is not of its setting's type.
    """
    read_env_files()
    name = config if isinstance(config, str) else os.environ.get("FLASK_CONFIG", "development")
    if name not in CONFIGS:
        raise ConfigError(f'FLASK_CONFIG is "{name}".', f"It takes one of: {', '.join(CONFIGS)}.")
    settings = settings_of(CONFIGS[name], os.environ)
    if config is not None and not isinstance(config, str):
        settings.update(config)
    return settings


def instance_path(settings: Mapping[str, Any]) -> str:
    """Return the absolute path of the instance folder."""
    return str((ROOT / (settings["INSTANCE_PATH"] or "instance")).resolve())


def scripts_path(settings: Mapping[str, Any]) -> Path:
    """Return the absolute path of the offline scripts' folder."""
    return (ROOT / (settings["SCRIPTS_PATH"] or "offline_script")).resolve()


def problems_of(settings: Mapping[str, Any]) -> list[str]:
    """Return why these settings must not serve anyone: sentences that say what to do, none when all is well."""
    if not settings["PRODUCTION"]:
        return []
    mend = "Put SECRET_KEY= into .env with what this prints: python -c 'import secrets; print(secrets.token_hex(32))'"
    key = settings["SECRET_KEY"]
    if not key:
        return [f"SECRET_KEY is not set. {mend}"]
    if key.lower() in KNOWN_KEYS or key == Testing.SECRET_KEY:
        return [f"SECRET_KEY is a well-known word. {mend}"]
    if len(key) < SHORTEST_KEY:
        return [f"SECRET_KEY has {len(key)} characters; it needs {SHORTEST_KEY}. {mend}"]
    return []


def _parse(name: str, text: str, kind: type) -> Any:
    if kind is not int:
        return text
    least = 0 if name in MAY_BE_ZERO else 1
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least or number > MOST.get(name, number):
        end = f"to {MOST[name]}" if name in MOST else "up"
        raise ConfigError(f'{name} is "{text}"; it takes a whole number from {least} {end}.', "Mend it in .env.")
    return number
