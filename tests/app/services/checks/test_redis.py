"""The check of Redis, against a socket that answers like one, and one where nobody does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app import create_app
from app.services.checks.finding import NOT_APPLICABLE, OK, PROBLEM, Finding
from app.services.checks.redis import redis

PING = b"*1\r\n$4\r\nPING\r\n"


def check(url: str) -> Finding:
    return redis(create_app({"REDIS_URL": url}, console=False))


@contextmanager
def server(*talk: tuple[bytes, bytes]) -> Iterator[int]:
    """Serve one connection on a port of its own: expect each request, give its answer."""
    heard = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for request, answer in talk:
                heard.append(connection.recv(1000) == request)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)
    assert heard == [True] * len(talk)


def test_not_set_is_no_problem() -> None:
    assert check("").state == NOT_APPLICABLE


def test_a_server_that_answers_is_well() -> None:
    with server((PING, b"+PONG\r\n")) as port:
        found = check(f"redis://127.0.0.1:{port}/0")
    assert (found.state, found.what) == (OK, f"127.0.0.1:{port} answers")


def test_a_password_is_sent_first_and_not_shown() -> None:
    auth = b"*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n"
    with server((auth, b"+OK\r\n"), (PING, b"+PONG\r\n")) as port:
        assert check(f"redis://:hunter2@127.0.0.1:{port}").state == OK
    with server((auth, b"-WRONGPASS invalid password\r\n")) as port:
        found = check(f"redis://:hunter2@127.0.0.1:{port}")
    assert (found.state, found.what) == (PROBLEM, f"127.0.0.1:{port} answers: WRONGPASS invalid password")


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("redis://127.0.0.1:9/0", "nothing answers at 127.0.0.1:9: Connection refused"),
        ("http://127.0.0.1/", "REDIS_URL does not name a server"),
        ("redis://127.0.0.1:port/", "REDIS_URL is not a URL"),
    ],
)
def test_what_is_wrong_is_said(url: str, what: str) -> None:
    found = check(url)
    assert (found.state, found.what) == (PROBLEM, what)
    assert "REDIS_URL" in found.mend
