"""API tokens: what programs sign in with, made for a user, shown once, and kept as a hash alone."""

from app.services.tokens.making import DEFAULT_LIFE, LONGEST_LIFE, Created, create
from app.services.tokens.queries import get, listing, page
from app.services.tokens.recognising import Recognised, recognise
from app.services.tokens.revoking import Revoked, revoke
from app.services.tokens.token import Token, as_dict, facts_of

__all__ = [
    "DEFAULT_LIFE",
    "LONGEST_LIFE",
    "Created",
    "Recognised",
    "Revoked",
    "Token",
    "as_dict",
    "create",
    "facts_of",
    "get",
    "listing",
    "page",
    "recognise",
    "revoke",
]
