"""How long a session lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app

from app.models.base import utc_now

# Before sign-in there is little to lose, and anybody can begin one.
IDLE_BEFORE_SIGN_IN = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Limits:
    """The limits of sessions.

    Attributes:
        idle: from one request to the next.
        absolute: from sign-in to the last request.
    """

    idle: timedelta
    absolute: timedelta

    @classmethod
    def configured(cls) -> Limits:
        """Return the limits that the settings name."""
        config = current_app.config
        return cls(timedelta(minutes=config["SESSION_IDLE_MINUTES"]), timedelta(hours=config["SESSION_HOURS"]))

    @property
    def idle_before_sign_in(self) -> timedelta:
        """Return the idle limit of who is not signed in."""
        return min(self.idle, IDLE_BEFORE_SIGN_IN)

    @property
    def seen_every(self) -> timedelta:
        """Return how old the kept time of the last request may be; a short idle limit needs a newer one."""
        return min(SEEN_EVERY, self.idle / 10)

    def end_of(self, user_id: int | None, created_at: datetime, seen_at: datetime) -> datetime:
        """Return when a session ends, if nobody uses it."""
        idle = self.idle_before_sign_in if user_id is None else self.idle
        return min(seen_at + idle, created_at + self.absolute)

    def over(self, user_id: int | None, created_at: datetime, seen_at: datetime) -> bool:
        """Tell whether a session has ended."""
        return utc_now() >= self.end_of(user_id, created_at, seen_at)
