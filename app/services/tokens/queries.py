"""Tokens read: all, or those of a user; one of them by its number or its first characters."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, false, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import ApiToken, User
from app.models.run import LARGEST_ID
from app.services import accounts
from app.services.paging import PER_PAGE, Page, paged
from app.services.tokens.text import hash_of, is_shown_like_one, is_written_like_one, shown_of
from app.services.tokens.token import Token, token_of
from app.services.transactions import reading


def listing(user_name: str | None = None) -> list[Token]:
    """Return all tokens, or those of a user, the newest first.

    Raises:
        NotFound: there is no such user.
    """
    query = _with_users().order_by(ApiToken.id.desc())
    if user_name is not None:
        query = query.where(ApiToken.user_id == accounts.get(user_name).id)
    with reading() as session:
        return [token_of(row, user) for row, user in session.execute(query)]


def page(user_name: str, number: int = 1, per_page: int = PER_PAGE) -> Page[Token]:
    """Return a page of a user's tokens, the newest first; see `paged` for errors.

    Raises:
        NotFound: there is no such user.
    """
    user = accounts.get(user_name)
    query = select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.id.desc())
    with reading() as session:
        return paged(session, query, number, per_page).mapped(lambda row: token_of(row[0], user.name))


def get(token_id: int, user_id: int | None = None) -> Token:
    """Return the token of this id; see `the_one`.

    Raises:
        NotFound: there is none.
    """
    with reading() as session:
        return token_of(*the_one(session, str(token_id), user_id))


def the_one(session: Session, which: str, user_id: int | None = None) -> tuple[ApiToken, str]:
    """Return the row of a token and its user's name.

    Args:
        which: its id, its first characters as they are shown, or all of it.
        user_id: whose it has to be; None: anybody's.

    Raises:
        NotFound: there is none, or more than one begins so.
    """
    query = _with_users().where(_is(which))
    found = session.execute(query if user_id is None else query.where(ApiToken.user_id == user_id)).all()
    if len(found) != 1:
        raise NotFound(f'There is no token "{shown_of(which)}".', "See them with: flask tokens list")
    row, user = found[0]
    return row, user


def _is(which: str) -> ColumnElement[bool]:
    """Return the condition that a token is the one that is named so."""
    if is_written_like_one(which):
        return ApiToken.token_hash == hash_of(which)
    if is_shown_like_one(which):
        return ApiToken.shown == which
    is_number = which.isascii() and which.isdigit() and len(which) <= len(str(LARGEST_ID))
    return ApiToken.id == int(which) if is_number else false()


def _with_users() -> Select[ApiToken, str]:
    return select(ApiToken, User.name).join(User, User.id == ApiToken.user_id)
