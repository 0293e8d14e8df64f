"""API tokens, as the API tells of them: never the token itself, but once."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.validators import Length, OneOf, Range

from app.models.user import ROLES
from app.services import tokens
from app.services.tokens.names import LONGEST, RULE


def _time(description: str) -> Any:
    return fields.AwareDateTime(required=True, allow_none=True, metadata={"description": description})


class TokenSchema(Schema):
    """A token of a user."""

    id = fields.Integer(required=True)
    name = fields.String(required=True, metadata={"description": "What it is for."})
    shown = fields.String(required=True, metadata={"description": "Its first characters, to tell tokens apart."})
    role = fields.String(
        required=True,
        validate=OneOf(ROLES),
        metadata={"description": "The most that it may do; never more than its user may."},
    )
    state = fields.String(required=True, validate=OneOf(("active", "expired", "revoked")))
    created_at = fields.AwareDateTime(required=True)
    expires_at = _time("When it ends; null: never.")
    used_at = _time("About when it was used last; null: never.")
    revoked_at = _time("Since when it is not taken any more.")


class NewTokenSchema(Schema):
    """A token to be made."""

    name = fields.String(
        required=True, validate=Length(1, LONGEST), metadata={"description": RULE, "format": "token-name"}
    )
    role = fields.String(
        validate=OneOf(ROLES),
        metadata={"description": "The most that it may do; by default, and at most, what this token may."},
    )
    expires_in_days = fields.Integer(
        load_default=tokens.DEFAULT_LIFE.days,
        validate=Range(1, tokens.LONGEST_LIFE.days),
        metadata={"description": "How long it lives. It ends when this token does, at the latest."},
    )


class CreatedTokenSchema(TokenSchema):
    """A token that was made."""

    token = fields.String(required=True, metadata={"description": "The token itself. Nobody can read it again."})
    run = fields.Integer(required=True, metadata={"description": "The run that has it on record."})
