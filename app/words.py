"""English for numbers of things."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number and what it counts: `1 row`, `48,210 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
