"""Say which servers and which browser the tests will find: `python -m tests.servers`, before a run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pymysql
from redis.exceptions import RedisError

from tests.browser.chromium import CHROMIUM, INSTALL_CHROMIUM
from tests.databases import MYSQL_URL, START_MARIADB, mysql_connection
from tests.redis_server import SHOWN_URL, START_REDIS, redis_client


def mariadb() -> str:
    """Return what answers at `TEST_MYSQL_URL`."""
    with mysql_connection() as server:
        return str(server.get_server_info()).removeprefix("5.5.5-")  # MariaDB's prefix for clients of old


def redis() -> str:
    """Return what answers at `TEST_REDIS_URL`."""
    with redis_client() as client:
        return str(client.info("server")["redis_version"])


def chromium() -> str:
    """Return the version of the browser at `TEST_CHROMIUM`."""
    asked = subprocess.run([CHROMIUM, "--version"], capture_output=True, text=True, check=True, timeout=60)
    return asked.stdout.split()[1]


# Each of them: its name, where it is looked for, what asks it for its version, how to start it.
SERVERS: tuple[tuple[str, str, Callable[[], str], str], ...] = (
    ("MariaDB", str(MYSQL_URL), mariadb, START_MARIADB),
    ("Redis", SHOWN_URL, redis, START_REDIS),
    ("Chromium", str(CHROMIUM), chromium, INSTALL_CHROMIUM),
)


def main() -> int:
    """Return 0 if all of them answer, or their tests may be skipped; 1 if they must be there (CI=true)."""
    return max(found(*server) for server in SERVERS)


def found(name: str, address: str, version: Callable[[], str], start: str) -> int:
    """Say whether one of them answers; return 1 if it does not and must."""
    try:
        sys.stderr.write(f"{name} {version()} at {address}\n")
        return 0
    except (pymysql.err.OperationalError, RedisError, FileNotFoundError) as error:
        needed = os.environ.get("CI") == "true"
        consequence = "CI=true, so the tests need it" if needed else "the tests on it are skipped"
        sys.stderr.write(f"{name} does not answer at {address} ({error.args[-1]}): {consequence}.\n")
        sys.stderr.write(f"{start[0].upper()}{start[1:]}.\n")
        return int(needed)


if __name__ == "__main__":
    sys.exit(main())
