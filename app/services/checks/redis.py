"""The check of the Redis server, spoken to through a plain socket: Redis is optional, and so is its client."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import SplitResult, unquote, urlsplit

from flask import Flask

from app.services.checks.finding import Finding, absent, ok, problem

TIMEOUT_S = 3
MEND = "Is it running, and REDIS_URL right? It looks like redis://:password@host:6379/0."


def redis(app: Flask) -> Finding:
    """Check that the server of `REDIS_URL` answers PING; without that setting there is none."""
    if not app.config["REDIS_URL"]:
        return absent("not set: sessions in the database, runs in child processes")
    try:
        url = urlsplit(app.config["REDIS_URL"])
        where = f"{url.hostname}:{url.port or 6379}"
    except ValueError:
        return problem("REDIS_URL is not a URL", MEND)
    if url.scheme not in ("redis", "rediss") or not url.hostname:
        return problem("REDIS_URL does not name a server", MEND)
    try:
        answer = _ping(url)
    except OSError as error:
        return problem(f"nothing answers at {where}: {error.strerror or error}", MEND)
    if answer != "+PONG":
        return problem(f"{where} answers: {answer.lstrip('-')[:200]}", MEND)
    return ok(f"{where} answers")


def _ping(url: SplitResult) -> str:
    """Return the answer to PING, or to AUTH if that is refused (Redis documentation, "RESP protocol spec")."""
    with _connected(url) as connection, connection.makefile("rwb") as stream:
        password = [unquote(part) for part in (url.username, url.password) if part]
        for words in [["AUTH", *password]] * bool(url.password) + [["PING"]]:
            parts = [word.encode() for word in words]
            stream.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts))
            stream.flush()
            answer = stream.readline(1000).decode(errors="replace").strip()
            if answer != "+OK":
                break
    return answer


def _connected(url: SplitResult) -> socket.socket:
    host = str(url.hostname)
    plain = socket.create_connection((host, url.port or 6379), timeout=TIMEOUT_S)
    if url.scheme == "redis":
        return plain
    with plain:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
