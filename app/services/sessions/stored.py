"""What is kept of a session, and what a place that keeps them can do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.errors import Failed

# The widths of the columns of `sessions`; browsers may call themselves anything.
LONGEST_ADDRESS = 45
LONGEST_AGENT = 200


class StoreAway(Failed):
    """The sessions cannot be reached: nobody can sign in."""

    status = 503


@dataclass(frozen=True)
class Stored:
    """A session as it is kept.

    Attributes:
        user_id: who is signed in; None before sign-in.
        text: the data, a JSON object.
        created_at: sign-in, or the first visit; the absolute limit counts from here.
        seen_at: about when the last request came; the idle limit counts from here.
        address, agent: from where that came, and what the browser calls itself; cut where they are too long.
    """

    user_id: int | None
    text: str
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str

    @property
    def data(self) -> dict[str, Any]:
        """Return the data, a dictionary of the caller's own."""
        data: dict[str, Any] = json.loads(self.text)
        return data

    def seen(self) -> dict[str, Any]:
        """Return what a request changes that changes nothing else, by the name of its column."""
        return {
            "seen_at": self.seen_at,
            "address": self.address[:LONGEST_ADDRESS],
            "agent": self.agent[:LONGEST_AGENT],
        }


@dataclass(frozen=True)
class Listed:
    """A session as its user may see it.

    Attributes:
        handle: what it is called by where it is to be ended; see `ids.handle_of`.
    """

    handle: str
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str


class Store(Protocol):
    """A place that keeps sessions. Ids are those of the cookies; expired sessions are as if they were not there."""

    def load(self, id_: str) -> Stored | None:
        """Return a session; None if there is none, or none any more."""

    def add(self, id_: str, stored: Stored) -> None:
        """Keep a new session."""

    def save(self, id_: str, stored: Stored, waits: bool = True) -> None:
        """Keep what has changed of a session, if it is still there; unless it waits, and the database not busy."""

    def touch(self, id_: str, stored: Stored) -> None:
        """Keep when, from where and by what a session was seen, if it is still there and the database not busy."""

    def delete(self, id_: str) -> None:
        """End a session, if there is one."""

    def delete_of_user(self, user_id: int, except_id: str | None = None) -> int:
        """End a user's sessions, but for the one of the id `except_id`; return how many."""

    def delete_one(self, user_id: int, handle: str) -> bool:
        """End a user's session of this handle; tell whether there was one."""

    def of_user(self, user_id: int) -> list[Listed]:
        """Return a user's sessions, the last seen first."""


def text_of(data: dict[str, Any]) -> str:
    """Return data as JSON, in ASCII: any text comes back as it was, half a surrogate pair too.

    Raises:
        TypeError: a value is none of JSON's.
    """
    return json.dumps(data, separators=(",", ":"))
