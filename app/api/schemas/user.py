"""Users, as the API tells of them, and what is done to them: never a password, but the one that was made, once."""

from __future__ import annotations

from apiflask import Schema, fields
from apiflask.validators import Length, OneOf

from app.api.paging import PageQuery
from app.models.user import ROLES
from app.services.account_names import LONGEST, RULE
from app.services.passwords import LONGEST_TYPED, SHORTEST
from app.services.search_text import LONGEST_SEARCH

PASSWORD = (
    f"At least {SHORTEST} characters, neither easily guessed nor the name. Without one, a password is made: the answer "
    "shows it once, and the user has to change it at the first sign-in."
)


class UserSchema(Schema):
    """Somebody who may sign in."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=OneOf(ROLES))
    must_change_password = fields.Boolean(
        required=True, metadata={"description": "At the next sign-in to the console, before anything else."}
    )
    disabled_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Since when neither they nor their tokens come in."}
    )
    signed_in_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When they last signed in to the console."}
    )
    created_at = fields.AwareDateTime(required=True)


class UsersQuery(PageQuery):
    """Which users are listed."""

    search = fields.String(
        load_default="", validate=Length(max=LONGEST_SEARCH), metadata={"description": "A part of their names."}
    )
    role = fields.String(validate=OneOf(ROLES))


class NewPasswordSchema(Schema):
    """A password."""

    password = fields.String(
        validate=Length(SHORTEST, LONGEST_TYPED),
        metadata={"description": PASSWORD, "format": "password", "writeOnly": True},
    )


class NewUserSchema(NewPasswordSchema):
    """A user to be made."""

    name = fields.String(
        required=True, validate=Length(1, LONGEST), metadata={"description": RULE, "format": "user-name"}
    )
    role = fields.String(load_default=ROLES[0], validate=OneOf(ROLES))


class RoleSchema(Schema):
    """What is changed of a user."""

    role = fields.String(required=True, validate=OneOf(ROLES))


class ChangeSchema(Schema):
    """What was done to a user."""

    user = fields.Nested(UserSchema, required=True, metadata={"description": "As they are now."})
    changed = fields.Boolean(required=True, metadata={"description": "Else it was so already."})
    run = fields.Integer(required=True, metadata={"description": "The run that has it on record."})
    sessions_ended = fields.Integer(
        required=True, metadata={"description": "Of theirs, in the console. Tokens are no sessions."}
    )
    password = fields.String(metadata={"description": "The one that was made, if none was given. Shown this once."})
