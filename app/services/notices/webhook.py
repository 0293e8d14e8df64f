"""A notice as a POST of JSON."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from app.errors import ConfigError, Refused
from app.services.notices.connecting import connected
from app.services.notices.delivery import TRY_S
from app.services.notices.message import Message

EXAMPLE = "It looks like https://hooks.example.com/opsdesk."
PORTS = {"http": 80, "https": 443}
HEADERS = {"Content-Type": "application/json", "User-Agent": "opsdesk", "Connection": "close"}
# Of the answers that are no success those that may be another the next time: too many requests, and the server's own.
PASSES = {408, 425, 429, *range(500, 600)}


def send(message: Message, settings: Mapping[str, Any]) -> None:
    """POST what a message says to `ALERT_WEBHOOK_URL`. A redirect is not followed.

    Raises:
        ConfigError: that is no URL of HTTP. Refused: the host is not public; the answer is no success.
        OSError, HTTPException: it failed, and may not the next time.
    """
    url = _url(settings["ALERT_WEBHOOK_URL"])
    body = json.dumps({"text": message.subject, **message.facts}, ensure_ascii=False).encode()
    status = _post(url, body, private=bool(settings["ALERT_ALLOW_PRIVATE"]))
    if status in PASSES:
        raise OSError(f"{url.hostname} answers {status}")
    if not 200 <= status < 300:
        raise Refused(f"{url.hostname} answers {status}.", "Is ALERT_WEBHOOK_URL right? Redirects are not followed.")


def _post(url: SplitResult, body: bytes, private: bool) -> int:
    """Return the status of the answer, of which nothing else is read."""
    host, port = str(url.hostname), url.port or PORTS[url.scheme]
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    with connected(host, port, private, TRY_S) as plain:
        connection = _connection(url.scheme, host, port, plain)
        try:
            connection.request("POST", path, body, HEADERS)
            with connection.getresponse() as answer:
                return int(answer.status)
        finally:
            connection.close()


def _connection(scheme: str, host: str, port: int, plain: socket.socket) -> HTTPConnection:
    """Return what speaks HTTP over a connection that is there."""
    if scheme == "http":
        connection = HTTPConnection(host, port)
        connection.sock = plain
    else:
        connection = HTTPSConnection(host, port)
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    return connection


def _url(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        good = url.scheme in PORTS and bool(url.hostname) and url.port != 0 and text.isascii()
    except ValueError:  # a port that is none
        good = False
    if not good or any(character <= " " for character in text):
        raise ConfigError("ALERT_WEBHOOK_URL is not the URL of a page.", EXAMPLE)
    return url
