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
    # Where hosts that work together keep uploads, workbooks and the files of runs: file:///srv/opsdesk, a folder that
    # all of them mount, or s3://bucket/prefix, whose keys and address AWS_* of the environment say. Empty: nowhere.
    STORE_URL = ""
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
    # Seconds that a request of the console or the API waits for an answer of MySQL or MariaDB. Imports and scripts wait
    # as long as it takes.
    DATABASE_TIMEOUT_S = 60
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
    # A session of the console ends after that many minutes without a request, and that many hours after sign-in.
    SESSION_IDLE_MINUTES = 60
    SESSION_HOURS = 12
    # How many queued runs of a kind go on at once, wherever their processes are; a kind that is not named has no limit.
    QUEUE_LIMITS = "import=2,undo=2,script=4"
    # The largest upload that the web console and the API take, in MiB.
    UPLOAD_LIMIT_MB = 64
    # Hours that an upload is kept. An import keeps a copy of its own (KEEP_FILES_DAYS).
    UPLOAD_KEEP_HOURS = 24
    # Who is told when a run fails or is lost: by e-mail, smtp://user:password@host:587 (smtps:// where all is TLS), to
    # addresses with commas between, from one (empty: opsdesk@ this host); by a POST of JSON to a URL. 1: these may be
    # hosts whose address is not public.
    ALERT_SMTP_URL = ""
    ALERT_MAIL_TO = ""
    ALERT_MAIL_FROM = ""
    ALERT_WEBHOOK_URL = ""
    ALERT_ALLOW_PRIVATE = 0
    # How many requests a user may send to the API: "N per second", minute, hour or day. With REDIS_URL all processes
    # count together, else each by itself.
    API_RATE_LIMIT = "600 per minute"
    # The hosts that the console answers for, with commas between: ops.example.com. Empty: any.
    TRUSTED_HOSTS = ""
    # How many proxies stand in front, each adding to X-Forwarded-For, -Proto and -Host. 0: these are not believed.
    PROXIES = 0

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


MAY_BE_ZERO = {"POOL_OVERFLOW", "KEEP_FILES_DAYS", "PROXIES", "ALERT_ALLOW_PRIVATE"}
# What the system takes as a limit of time or memory ends somewhere; these are 7 days in seconds and 1 TiB in MiB. A
# sheet of Excel has no more columns; the calendar ends as well, after a hundred years here. Sessions last 30 days.
MOST = {
    "DATABASE_TIMEOUT_S": 604_800,
    "IMPORT_TIMEOUT_S": 604_800,
    "IMPORT_MEMORY_MB": 1_048_576,
    "IMPORT_MAX_COLUMNS": 16_384,
    "KEEP_FILES_DAYS": 36_500,
    "UPLOAD_KEEP_HOURS": 876_000,
    "SESSION_IDLE_MINUTES": 43_200,
    "SESSION_HOURS": 720,
}
# What a config class says once and for all.
NOT_FROM_ENVIRON = ("PRODUCTION", "TESTING")
CONFIGS = {"development": Development, "testing": Testing, "production": Production}


def settings_of(config: type[Base], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of `config` with what `environ` says on top, each in its default's type."""
    settings = {name: getattr(config, name) for name in dir(config) if name.isupper()}
    for name, default in settings.items():
        if name in environ and name not in NOT_FROM_ENVIRON:
            settings[name] = _parse(name, environ[name], type(default))
    return settings


def environment_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment in which another process comes to these settings, whatever stands in `.env`."""
    names = [name for name in dir(Base) if name.isupper() and name not in NOT_FROM_ENVIRON]
    environment = {name: _text(settings[name]) for name in names if settings[name] is not None}
    named = (name for name in ("production", "testing") if settings.get(name.upper()))
    return {**environment, "FLASK_CONFIG": next(named, "development")}


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


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list | tuple) else str(value)


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
