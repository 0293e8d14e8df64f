"""Which of two roles may do less."""

from __future__ import annotations

from app.models.user import ROLES


def lower(one: str, other: str) -> str:
    """Return the role that may do less."""
    return min(one, other, key=ROLES.index)


def is_above(role: str, other: str) -> bool:
    """Tell whether `role` may do more than `other`."""
    return ROLES.index(role) > ROLES.index(other)
