"""A token as it may be shown: everything but its hash."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.models import ApiToken
from app.models.base import utc_now


@dataclass(frozen=True)
class Token:
    """A token of a user.

    Attributes:
        user: the name of whose it is.
        name: what it is for.
        shown: its first characters, by which people tell tokens apart.
        role: the most that it may do; never more than its user may.
        expires_at: when it ends; None: never.
        used_at: about when it was used last; None: never.
        revoked_at: since when it is not taken any more.
    """

    id: int
    user: str
    name: str
    shown: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    @property
    def state(self) -> str:
        """Return active, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= utc_now() else "active"


def token_of(row: ApiToken, user: str) -> Token:
    """Return what may be shown of a row, its user being called `user`."""
    return Token(
        row.id,
        user,
        row.name,
        row.shown,
        row.role,
        row.created_at,
        row.expires_at,
        row.used_at,
        row.revoked_at,
    )


def facts_of(token: Token) -> dict[str, Any]:
    """Return what may be shown of a token, by name."""
    return {**asdict(token), "state": token.state}


def as_dict(token: Token) -> dict[str, Any]:
    """Return a token for JSON: times in ISO 8601, UTC."""
    facts = facts_of(token).items()
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts}
