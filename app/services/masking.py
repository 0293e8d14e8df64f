"""Keep secrets out of the ledger and the log."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"
# What makes a name that of a secret: these anywhere in it, or one of these as a whole word of it. "author", "compass"
# and "passenger" are none.
_SECRET_PART = re.compile(r"passw|passphrase|passcode|secret|token|(?:api|access)_?key|credential", re.IGNORECASE)
_SECRET_WORD = re.compile(
    r"pass|pw|auth|authorization|private|\w*pwd|o?auth\d?|(?:basic|http|proxy)auth"
    r"|(?:admin|db|ftp|login|my|mysql|pg|redis|root|smtp|ssh|user)pass"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+")  # dbPass is db and Pass
# Whatever text it is given, it looks at no character twice: it takes what has no @ after it, too, which is no password.
_URL_PASSWORD = re.compile(r"(?P<before>(?<=\w)://[^\s/:@]*:)(?P<password>[^\s@]+)(?P<after>@?)")


def is_secret(name: str) -> bool:
    """Tell whether what is called so is a secret: `--db-pass`, `apiKey`; not `author`."""
    return bool(_SECRET_PART.search(name.replace("-", "_"))) or any(
        _SECRET_WORD.fullmatch(word.lower()) for word in _WORD.findall(name)
    )


def masked(value: Any, name: str = "") -> Any:
    """Return `value`, containers walked, without secrets: whole values by their name, passwords inside URLs."""
    if isinstance(value, dict):
        return {key: masked(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item, name) for item in value]
    if isinstance(value, str) and value and is_secret(name):
        return MASK
    if isinstance(value, str):
        return _URL_PASSWORD.sub(_without_password, value)
    return value


def url_passwords(text: str) -> list[str]:
    """Return the passwords of the URLs in a text."""
    return [found["password"] for found in _URL_PASSWORD.finditer(text) if found["after"]]


def _without_password(found: re.Match[str]) -> str:
    return f"{found['before']}{MASK}@" if found["after"] else found[0]
