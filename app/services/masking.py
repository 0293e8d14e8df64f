"""Keep secrets out of the ledger and the log."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"
_SECRET_NAME = re.compile(r"passw|secret|token|api_?key|credential", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?P<before>\w+://[^\s/:@]*:)[^\s@]+(?P<after>@)")


def masked(value: Any, name: str = "") -> Any:
    """Return `value`, containers walked, without secrets: whole values by their name, passwords inside URLs."""
    if isinstance(value, dict):
        return {key: masked(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item, name) for item in value]
    if _SECRET_NAME.search(name) and isinstance(value, str) and value:
        return MASK
    if isinstance(value, str):
        return _URL_PASSWORD.sub(rf"\g<before>{MASK}\g<after>", value)
    return value
