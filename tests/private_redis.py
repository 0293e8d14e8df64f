"""A Redis of the test's own: where keys have the names that the application gives them, and to be stopped."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from tests.databases import missing_server

START_WITHIN_S = 30


class PrivateRedis:
    """A server that keeps nothing on the disk."""

    def __init__(self, folder: Path) -> None:
        """Start it on a free port."""
        server = shutil.which("redis-server")
        if server is None:
            missing_server("a Redis of one's own needs redis-server (Debian: redis-server)")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
        self._command = [str(server), *options]
        self.start()

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def client(self) -> Redis:
        """Connect to it."""
        return Redis.from_url(self.url, decode_responses=True)

    def stop(self) -> None:
        """End it, with all that it keeps."""
        self._process.kill()
        self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        with self.client() as client:
            while True:
                try:
                    client.ping()
                    return
                except NoConnection:
                    if time.monotonic() > deadline:
                        self.stop()
                        raise
                    time.sleep(0.02)


@contextmanager
def private_redis(folder: Path) -> Iterator[PrivateRedis]:
    """Start a Redis; it is stopped afterwards."""
    server = PrivateRedis(folder)
    try:
        yield server
    finally:
        server.stop()
