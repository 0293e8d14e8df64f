"""Say which servers the tests will find: `python -m tests.servers`, before a run."""

from __future__ import annotations

import os
import sys

import pymysql

from tests.databases import MYSQL_URL, START_MARIADB, mysql_connection


def main() -> int:
    """Return 0 if MariaDB answers, or its tests may be skipped; 1 if it must be there (CI=true)."""
    try:
        with mysql_connection() as server:
            version = server.get_server_info().removeprefix("5.5.5-")  # MariaDB's prefix for clients of old
            sys.stderr.write(f"MariaDB {version} at {MYSQL_URL}\n")
            return 0
    except pymysql.err.OperationalError as error:
        needed = os.environ.get("CI") == "true"
        consequence = "CI=true, so the tests need it" if needed else "the tests on it are skipped"
        sys.stderr.write(f"MariaDB does not answer at {MYSQL_URL} ({error.args[-1]}): {consequence}.\n")
        sys.stderr.write(f"{START_MARIADB[0].upper()}{START_MARIADB[1:]}.\n")
        return int(needed)


if __name__ == "__main__":
    sys.exit(main())
