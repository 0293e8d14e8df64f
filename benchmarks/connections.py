"""Watch how many connections a MariaDB server has, all along."""

from __future__ import annotations

import threading
import time

import pymysql

SAMPLE_EVERY_S = 0.01


class Connections(threading.Thread):
    """Samples `Threads_connected` until it is stopped. Its own connection is one of them.

    Attributes:
        most: the most that it saw; `most_ever` is the server's own count, which misses nothing.
        samples: how often it looked.
    """

    def __init__(self, port: int) -> None:
        """Connect as root to the server on this port, and count from now on."""
        super().__init__(daemon=True)
        self._server = pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True)
        self._over = threading.Event()
        with self._server.cursor() as cursor:
            cursor.execute("FLUSH STATUS")  # Max_used_connections starts at what is connected now
        self._opened_before = self.status("Connections")
        self.most = self.samples = self.most_ever = self.opened = 0
        self._unlock_at: float | None = None

    def lock(self, table: str, database: str, seconds: float) -> None:
        """Have everybody who reads a table wait for so long. Before the sampling starts."""
        with self._server.cursor() as cursor:
            cursor.execute(f"LOCK TABLES {database}.{table} WRITE")
        self._unlock_at = time.monotonic() + seconds

    def run(self) -> None:
        while not self._over.wait(SAMPLE_EVERY_S):
            self.most = max(self.most, self.status("Threads_connected"))
            self.samples += 1
            if self._unlock_at and time.monotonic() > self._unlock_at:
                self._unlock()

    def stop(self) -> None:
        """Take no more samples; the connection stays for `status`."""
        self._over.set()
        self.join()
        self.most_ever = self.status("Max_used_connections")
        self.opened = self.status("Connections") - self._opened_before

    def _unlock(self) -> None:
        with self._server.cursor() as cursor:
            cursor.execute("UNLOCK TABLES")
        self._unlock_at = None

    def close(self) -> None:
        """Leave the server."""
        self._server.close()

    def status(self, name: str) -> int:
        """Return one of the server's counts."""
        with self._server.cursor() as cursor:
            cursor.execute("SHOW GLOBAL STATUS LIKE %s", (name,))
            return int(cursor.fetchall()[0][1])
