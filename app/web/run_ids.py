"""Ids of runs in addresses."""

from __future__ import annotations

from app.models.run import LARGEST_ID

# How views name the run that they are about in their addresses.
RUN_ID = f"<int(max={LARGEST_ID}):run_id>"


def read(text: str) -> int:
    """Return the id that a text says.

    Raises:
        ValueError: no run could have it.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID)) and int(text) <= LARGEST_ID):
        raise ValueError(text)
    return int(text)
