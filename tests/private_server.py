"""A MariaDB server of the test's own, for settings that the shared one must not have."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql

from tests.databases import missing_server

START_WITHIN_S = 60


@contextmanager
def private_server(folder: Path, *options: str) -> Iterator[str]:
    """Start a server with these options on an empty data folder, and give the URL of an empty database on it."""
    server = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    installer = shutil.which("mariadb-install-db")
    if server is None or installer is None:
        missing_server("a MariaDB server of one's own needs mariadbd and mariadb-install-db (Debian: mariadb-server)")
    data = folder / "mysql"
    install = [installer, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
    subprocess.run([*map(str, install), "--skip-test-db", "--user=root"], check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(server),
        "--no-defaults",
        "--user=root",
        f"--datadir={data}",
        f"--socket={folder / 's'}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--innodb-buffer-pool-size=32M",
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with _connected(port) as connection, connection.cursor() as cursor:
                cursor.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
            yield f"mysql+pymysql://root@127.0.0.1:{port}/shop"
        finally:
            process.kill()


def _connected(port: int) -> pymysql.Connection:
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            return pymysql.connect(host="127.0.0.1", port=port, user="root")
        except pymysql.err.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
