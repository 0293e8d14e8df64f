"""The user whose session a request comes in."""

from __future__ import annotations

from app.asker import SignedIn
from app.models import User
from app.services.transactions import reading


def signed_in(user_id: int) -> SignedIn | None:
    """Return the user of this id as they are now; None if they are gone or disabled."""
    with reading() as session:
        user = session.get(User, user_id)
        if user is None or user.disabled_at is not None:
            return None
        return SignedIn(user.id, user.name, user.role, user.language, user.must_change_password)
