"""Ids of sessions, and what stands for them where the id must not be."""

from __future__ import annotations

import hashlib
import secrets

HANDLE_LENGTH = 16


def new_id() -> str:
    """Return a random id of 256 bits, fit for a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(id_: str) -> str:
    """Return the SHA-256 of an id, as hex. The id is random and long, so no salt or slow hash is needed."""
    return hashlib.sha256(id_.encode(errors="replace")).hexdigest()


def handle_of(id_: str) -> str:
    """Return what a session is called on a page: the beginning of its hash, from which nobody finds the id."""
    return hash_of(id_)[:HANDLE_LENGTH]
