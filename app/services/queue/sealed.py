"""What a queued run is asked, sealed: a script's secrets and files' passwords are in it, and the ledger has neither.

Fernet (https://github.com/fernet/spec) with a key of its own, made from SECRET_KEY by HKDF (RFC 5869).
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from app.errors import Failed

PURPOSE = b"opsdesk run_requests"


def seal(request: dict[str, Any]) -> str:
    """Return a request, which is JSON, such that only this installation can read it."""
    return _fernet().encrypt(json.dumps(request, ensure_ascii=False).encode("utf-8", "surrogatepass")).decode()


def unseal(text: str) -> dict[str, Any]:
    """Return what was sealed.

    Raises:
        Failed: it was sealed with another SECRET_KEY, or changed since.
    """
    try:
        plain = _fernet().decrypt(text)
    except InvalidToken:
        raise Failed(
            "What was asked cannot be read: SECRET_KEY is another one than when it was queued.",
            "All processes of an installation need the same SECRET_KEY. Ask again.",
        ) from None
    request: dict[str, Any] = json.loads(plain.decode("utf-8", "surrogatepass"))
    return request


def _fernet() -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(str(current_app.config["SECRET_KEY"]).encode())
    return Fernet(base64.urlsafe_b64encode(key))
