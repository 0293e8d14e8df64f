"""Connections to MySQL and MariaDB that notice when nobody answers any more."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pymysql.connections

# A connection on which nothing moves is asked about after IDLE_S, then every EVERY_S, and given up after PROBES without
# an answer (Linux, tcp(7)): else one waits two hours for a host that is gone, or behind a link that is cut. There is no
# TCP_USER_TIMEOUT: it would also end a load whose server takes nothing for a while.
WATCH = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


class MySQLConnection(pymysql.connections.Connection):
    """PyMySQL's connection, whose greeting and pings take no longer than `connect_timeout`.

    PyMySQL limits by that only the time until the server's host has taken the connection. A server that stands still
    greets nobody, while its kernel takes connections: without `read_timeout` one would wait for it for ever, and with
    it for as long as the longest statement may take.
    """

    _read_timeout: float | None
    _sock: socket.socket | None
    _usual_context: ClassVar[ssl.SSLContext | None] = None

    def connect(self, sock: socket.socket | None = None) -> None:
        """Connect; see PyMySQL."""
        with self._impatient():
            super().connect(sock)
        if self._sock is not None and self._sock.family != socket.AF_UNIX:
            _watch(self._sock)

    def ping(self, reconnect: Any = False) -> None:
        """Check that the server is there; see PyMySQL."""
        with self._impatient():
            super().ping(reconnect)

    def _create_ssl_ctx(self, sslp: Any) -> ssl.SSLContext:
        """Return how TLS is spoken if the server offers it, made once for all connections without options of their own.

        PyMySQL reads all of the system's certificates for each of them, of which it then checks none; that takes ten
        times as long as connecting.
        """
        if sslp:
            return self._made_for(sslp)
        if MySQLConnection._usual_context is None:
            MySQLConnection._usual_context = self._made_for({})
        return MySQLConnection._usual_context

    def _made_for(self, options: Any) -> ssl.SSLContext:
        context: ssl.SSLContext = super()._create_ssl_ctx(options)  # type: ignore[misc]  # PyMySQL's own
        return context

    @contextmanager
    def _impatient(self) -> Iterator[None]:
        """Wait for each answer no longer than for a connection."""
        patience = self._read_timeout
        self._read_timeout = min(filter(None, (patience, self.connect_timeout)), default=None)
        try:
            yield
        finally:
            self._read_timeout = patience


def _watch(connection: socket.socket) -> None:
    """Have the kernel ask whether the other end is still there, where it takes that."""
    for name, value in WATCH.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
