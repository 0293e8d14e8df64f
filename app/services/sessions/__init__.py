"""Sessions of the console, kept on the server: in the database, or in Redis with `REDIS_URL`.

The cookie has a random id. Here nothing has more than the id's SHA-256: who reads the table or Redis cannot sign in.
"""

from __future__ import annotations

from typing import Any

from app.models.base import utc_now
from app.services.sessions.choosing import store
from app.services.sessions.ids import handle_of, new_id
from app.services.sessions.limits import Limits
from app.services.sessions.stored import Listed, Store, StoreAway, Stored, text_of

__all__ = [
    "Limits",
    "Listed",
    "Store",
    "StoreAway",
    "Stored",
    "end_all",
    "end_one",
    "handle_of",
    "new_id",
    "of_user",
    "save",
    "store",
    "text_of",
]


def save(
    id_: str, stored: Stored | None, data: dict[str, Any], address: str = "", agent: str = "", waits: bool = True
) -> None:
    """Keep a session at the end of a request. What has not changed is written about once a minute, as seen.

    A session that was ended meanwhile, by an admin say, stays ended.

    Args:
        stored: as it was loaded; None for a new one.
        data: JSON values; `user_id` in it is who is signed in.
        address, agent: from where the request came, and what the browser calls itself.
        waits: until the database is free; else a change is left undone while others write, and the next request's.

    Raises:
        TypeError: a value is none of JSON's.
        StoreAway: Redis does not answer.
    """
    now = utc_now()
    latest = Stored(data.get("user_id"), text_of(data), stored.created_at if stored else now, now, address, agent)
    if stored is None:
        store().add(id_, latest)
    elif latest.text != stored.text:
        store().save(id_, latest, waits)
    elif now - stored.seen_at >= Limits.configured().seen_every:
        store().touch(id_, latest)


def of_user(user_id: int) -> list[Listed]:
    """Return where a user is signed in, the last seen first."""
    return store().of_user(user_id)


def end_all(user_id: int, except_id: str | None = None) -> int:
    """End a user's sessions, but for the one that has the id `except_id`; return how many."""
    return store().delete_of_user(user_id, except_id)


def end_one(user_id: int, handle: str) -> bool:
    """End that session of a user which has this handle; tell whether there was one."""
    return store().delete_one(user_id, handle)
