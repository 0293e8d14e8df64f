"""What people type to look for something."""

from __future__ import annotations

from app.errors import Invalid

LONGEST_SEARCH = 200


def search_text(typed: str) -> str:
    """Return what to look for: without blanks around it, and without the character 0, where SQLite's LIKE would stop.

    Raises:
        Invalid: it is too long.
    """
    text = typed.replace("\0", "").strip()
    if len(text) > LONGEST_SEARCH:
        raise Invalid(f"The search has {len(text):,} characters; it takes {LONGEST_SEARCH} at most.")
    return text
