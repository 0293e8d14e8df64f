"""Ask the API as a program does: with a token, one request after the other on a connection that is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

ANSWER_WITHIN_S = 60
# A connection that nothing passes on is the server's to close, which it does after a while.
KEPT_S = 10


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    content: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.content)


class Api:
    """Asks the API at `url` with a token."""

    def __init__(self, url: str, token: str = "") -> None:
        """Connect with the first request."""
        self._connection = HTTPConnection(url.removeprefix("http://"), timeout=ANSWER_WITHIN_S)
        self._answered_at = 0.0
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask for a path below /api/v1, or for another one that begins with a slash twice: //readyz.

        Raises:
            OSError, HTTPException: there is no answer; the next request connects anew.
        """
        where = path[1:] if path.startswith("//") else f"/api/v1{path}"
        if time.monotonic() - self._answered_at > KEPT_S:
            self._connection.close()
        try:
            self._connection.request(method, where, body, {**self._headers, **(headers or {})})
            with self._connection.getresponse() as answer:
                content = answer.read()
            self._answered_at = time.monotonic()
            return Answer(answer.status, answer.headers, content)
        except BaseException:
            self._connection.close()
            raise

    def get(self, path: str, **query: object) -> Answer:
        """Ask with GET."""
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        """Ask with POST, with JSON if there is a body; of a header's name "_" is "-"."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return self.ask("POST", path, b"", given)
        return self.ask("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json", **given})

    def upload(self, path: str, field: str, file: Path) -> Answer:
        """Send a file as a form does (RFC 7578)."""
        boundary = uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{file.name}"\r\n\r\n'
        body = head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def close(self) -> None:
        """Leave."""
        self._connection.close()
