"""The names of users: which are allowed, and when two are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from app.errors import AppError

LONGEST = 64
SYMBOLS = "._-"
RULE = "A name has 1 to 64 letters of any script, digits, dots, underscores and hyphens, and starts with no symbol."


class BadName(AppError):
    """A name that no user can have."""

    status = 422


def normalised(name: str) -> str:
    """Return `name` as it is kept: without differences of width (NFKC: `Ｌｉ` is `Li`), case as typed.

    Raises:
        BadName: it is empty or too long, or holds what a name may not hold.
    """
    name = unicodedata.normalize("NFKC", name)
    if not 1 <= len(name) <= LONGEST:
        raise BadName(f"The name has {len(name)} characters.", RULE)
    if wrong := next((c for c in name if not _is_allowed(c)), None):
        raise BadName(f"The name holds {called(wrong)}.", RULE)
    if not name[0].isalnum():
        raise BadName(f"The name starts with {called(name[0])}.", RULE)
    return name


def key(name: str) -> str:
    """Return what is equal for two names of one user: case and width do not count, on any database."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that was probably meant, or None."""
    by_key = {key(known): known for known in names}
    found = get_close_matches(key(name), by_key, n=1)
    return by_key[found[0]] if found else None


def _is_allowed(character: str) -> bool:
    """Tell whether it is a letter, a mark that belongs to one (Thai, Devanagari), a decimal digit, or `. _ -`."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd" or character in SYMBOLS


def called(character: str) -> str:
    """Return what to call a character in a message, so that a control character does not reach the terminal."""
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'no printable character').lower()})"
