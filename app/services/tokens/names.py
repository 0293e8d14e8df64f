"""What tokens may be called."""

from __future__ import annotations

import unicodedata

from app.errors import AppError
from app.services.account_names import called

LONGEST = 100
RULE = f"A token's name has 1 to {LONGEST} printable characters that say what it is for: nightly import on ops1."


class BadName(AppError):
    """A name that no token can have."""

    status = 422


def normalised(name: str) -> str:
    """Return `name` as it is kept: without blanks around it and without differences of width (NFKC).

    Raises:
        BadName: it is empty or too long, or holds what cannot be seen.
    """
    name = unicodedata.normalize("NFKC", name).strip()
    if not 1 <= len(name) <= LONGEST:
        raise BadName(f"The token's name has {len(name):,} characters.", RULE)
    if unseen := next((c for c in name if not c.isprintable()), None):
        raise BadName(f"The token's name holds {called(unseen)}.", RULE)
    return name
