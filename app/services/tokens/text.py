"""How a token is written, and what stands for it where the token must not be."""

from __future__ import annotations

import hashlib
import re
import secrets

# By this, scanners of published code find a token that went astray.
PREFIX = "opsdesk_"
# 256 random bits, in the letters of base64 that an address may hold.
RANDOM_BYTES = 32
SHOWN_LENGTH = 16
_LETTERS = "[A-Za-z0-9_-]"
_WRITTEN = re.compile(PREFIX + _LETTERS + "{43}")
_SHOWN = re.compile(PREFIX + _LETTERS + "{8}")


def new_text() -> str:
    """Return a new token."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def is_written_like_one(text: str) -> bool:
    """Tell whether a text can be a token at all, before the database is asked."""
    return _WRITTEN.fullmatch(text) is not None


def is_shown_like_one(text: str) -> bool:
    """Tell whether a text can be the beginning by which a token is known."""
    return _SHOWN.fullmatch(text) is not None


def hash_of(text: str) -> str:
    """Return the SHA-256 of a token, as hex. It is random and long, so no salt or slow hash is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


def shown_of(text: str) -> str:
    """Return the beginning of a token, by which people know it; 208 of its bits stay unknown."""
    return text[:SHOWN_LENGTH]
