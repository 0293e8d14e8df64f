"""How the compiled part says no."""

from __future__ import annotations


class Unusual(Exception):
    """Rows that are left to the other path."""
