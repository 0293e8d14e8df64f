"""A token revoked, on record in the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Refused
from app.models import ApiToken
from app.models.base import utc_now
from app.services import runs
from app.services.account_changes import transaction
from app.services.tokens.queries import the_one
from app.services.tokens.roles import is_above
from app.services.tokens.token import Token, token_of
from app.services.transactions import reading

TABLE = ApiToken.__tablename__


@dataclass(frozen=True)
class Revoked:
    """What was done to a token.

    Attributes:
        changed: it was not revoked before.
        run_id: the run that says so; None where nothing was to be done, and so nothing is on record.
    """

    token: Token
    changed: bool
    run_id: int | None


def revoke(which: str, user_id: int | None = None, by: Token | None = None) -> Revoked:
    """Take a token no more from now on; nothing changes for one that is revoked already.

    Args:
        which: its id, its first characters as they are shown, or all of it.
        user_id: whose it has to be; None: anybody's.
        by: the token with which it is done: it puts no end to one that may do more.

    Raises:
        NotFound: there is none.
        Refused: its role is above that of `by`.
    """
    with reading() as session:
        token = token_of(*the_one(session, which, user_id))
    if by and is_above(token.role, by.role):
        raise Refused(f"That token has the role {token.role}, this one {by.role} only.", "Take one that has it.")
    if token.revoked_at:  # whoever asks for it again and again does not fill the ledger
        return Revoked(token, changed=False, run_id=None)
    arguments = {"name": token.user, "called": token.name, "shown": token.shown}
    with runs.recorded("token", f"revoke {token.user}: {token.name}", arguments) as run:
        with transaction(run.id, [TABLE]) as session:
            row = session.get_one(ApiToken, token.id, with_for_update=True)
            changed = row.revoked_at is None
            row.revoked_at = row.revoked_at or utc_now()
            token = token_of(row, token.user)
        if changed:
            run.rows[TABLE] = {"updated": 1}
    return Revoked(token, changed, run.id)
