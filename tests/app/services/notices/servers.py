"""Servers that notices go to: a web server and a mail server, real ones that do as little as they can."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from queue import Queue
from typing import Any


class Server(socketserver.ThreadingTCPServer):
    """A server on a port of its own; what comes in stands in `received`, as it comes.

    Attributes:
        answers: what it answers to the first, the second ...; the last one to all others.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, handler: type[Any], answers: list[Any]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.received: Queue[Any] = Queue()
        self.answers = answers
        self.tries = 0
        self.port = int(self.server_address[1])

    def next_answer(self) -> Any:
        """Return what is answered now."""
        self.tries += 1
        return self.answers[min(self.tries, len(self.answers)) - 1]


class Hook(BaseHTTPRequestHandler):
    """Takes a POST; answers a status, with a Location where it is a redirect; HANG: nothing, ever."""

    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.put((self.path, dict(self.headers), body))
        status = self.server.next_answer()
        if status == HANG:
            while self.connection.recv(1):  # until the other side has had enough
                pass
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.port}/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


HANG = 0


class Drip(socketserver.BaseRequestHandler):
    """Says something again and again, and never all of it."""

    def handle(self) -> None:
        """Send a byte now and then until the other side has had enough."""
        with suppress(OSError):
            while True:
                self.request.sendall(b".")
                time.sleep(0.02)


class Post(socketserver.StreamRequestHandler):
    """Takes mail without TLS; an answer is what it says to MAIL FROM."""

    server: Server

    def handle(self) -> None:
        """Speak as little SMTP as it takes (RFC 5321)."""
        self._say("220 test")
        while line := self.rfile.readline():
            verb = line.split()[0].decode().upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "EHLO":
                self._say("250-test\r\n250 AUTH PLAIN LOGIN")
            elif verb == "DATA":
                self._say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.received.put(b"".join(lines))
                self._say("250 taken")
            elif verb == "MAIL":
                self._say(self.server.next_answer())
            else:
                if verb == "AUTH":
                    self.server.received.put(line)
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving(handler: type[Any], *answers: Any) -> Iterator[Server]:
    """Start a server; it is stopped afterwards."""
    with Server(handler, list(answers)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
