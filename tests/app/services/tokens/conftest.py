"""Users and tokens in the tables."""

from __future__ import annotations

from typing import Any

from app.models import ApiToken, User
from app.services.tokens.text import hash_of, new_text, shown_of
from app.services.transactions import writing


def put_user(name: str, role: str = "viewer", **values: Any) -> int:
    """Put a user into the table; return the id."""
    with writing() as session:
        user = User(name=name, role=role, password_hash="!", **values)
        session.add(user)
        session.flush()
        return user.id


def put_token(user_id: int, role: str = "viewer", **values: Any) -> str:
    """Put a token into the table; return it."""
    text = new_text()
    with writing() as session:
        row = {"name": shown_of(text), "token_hash": hash_of(text), "shown": shown_of(text), **values}
        session.add(ApiToken(user_id=user_id, role=role, **row))
    return text
