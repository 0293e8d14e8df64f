"""A MariaDB server of the test's own: for settings that the shared one must not have, and to be killed."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql

from tests.databases import missing_server

START_WITHIN_S = 60
DATABASE = "shop"


class PrivateServer:
    """A server on a data folder of its own."""

    def __init__(self, folder: Path, options: tuple[str, ...]) -> None:
        """Make the data folder, and start."""
        server = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
        installer = shutil.which("mariadb-install-db")
        if server is None or installer is None:
            missing_server("a server of one's own needs mariadbd and mariadb-install-db (Debian: mariadb-server)")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.data = folder / "mysql"
        install = [installer, "--no-defaults", f"--datadir={self.data}", "--auth-root-authentication-method=normal"]
        subprocess.run([*map(str, install), "--skip-test-db", "--user=root"], check=True, capture_output=True)
        self._command = [
            str(server),
            "--no-defaults",
            "--user=root",
            f"--datadir={self.data}",
            f"--socket={folder / 's'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--innodb-buffer-pool-size=32M",
            *options,
        ]
        self.start()

    @property
    def url(self) -> str:
        """Return the URL of its database."""
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_WITHIN_S
        while True:
            try:
                return self.execute(f"CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4")
            except pymysql.err.OperationalError:
                if time.monotonic() > deadline:
                    self.kill()
                    raise
                time.sleep(0.1)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait()

    def hold(self) -> None:
        """Have it stand still: its kernel takes connections, and nobody is answered."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Have it go on."""
        self._process.send_signal(signal.SIGCONT)

    def execute(self, statement: str) -> None:
        """Execute a statement as the administrator."""
        with (
            pymysql.connect(host="127.0.0.1", port=self.port, user="root") as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@contextmanager
def private_server(folder: Path, *options: str) -> Iterator[PrivateServer]:
    """Start a server with these options on an empty data folder; it has the empty database `shop`."""
    server = PrivateServer(folder, options)
    try:
        yield server
    finally:
        server.kill()
