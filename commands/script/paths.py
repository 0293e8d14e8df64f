"""Paths of the project as one types them."""

from __future__ import annotations

from pathlib import Path


def typed(path: Path) -> str:
    """Return a path from the current folder if it lies under that, else the whole of it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
