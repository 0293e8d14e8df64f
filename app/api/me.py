"""Who asks, and their tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apiflask import Schema, fields
from apiflask.validators import OneOf
from flask import url_for
from flask.views import MethodView

from app.api.blame import blaming
from app.api.paging import Answer, PageQuery, page_of, paged
from app.api.problems import answers
from app.api.resources import resource
from app.api.schemas.token import CreatedTokenSchema, NewTokenSchema, TokenSchema
from app.asker import SignedIn
from app.http import visits
from app.http.roles import needs
from app.models.user import LANGUAGES, ROLES
from app.services import tokens
from app.services.tokens import Token
from app.services.tokens.names import BadName

blueprint = resource("me", "Who asks, and their tokens.")


class OwnTokenSchema(TokenSchema):
    """The token that the request brought."""

    scopes = fields.List(
        fields.String(validate=OneOf(ROLES)),
        required=True,
        metadata={"description": "The roles that it has now: what any of them may do, it may."},
    )


class MeSchema(Schema):
    """The user of the token."""

    name = fields.String(required=True)
    role = fields.String(
        required=True, validate=OneOf(ROLES), metadata={"description": "The lower one of the token's and the user's."}
    )
    language = fields.String(
        required=True,
        allow_none=True,
        validate=OneOf(LANGUAGES),
        metadata={"description": "Of the console's pages; null: as the browser asks."},
    )
    token = fields.Nested(OwnTokenSchema, required=True)


class Me(MethodView):
    """The user of the token."""

    @needs("viewer")
    @blueprint.output(MeSchema)
    def get(self) -> dict[str, Any]:
        """Get who asks, their role, and what is known of the token."""
        user, token = _user(), _token()
        scopes = ROLES[: ROLES.index(user.role) + 1]
        return {
            "name": user.name,
            "role": user.role,
            "language": user.language,
            "token": {**tokens.facts_of(token), "scopes": scopes},
        }


class MyTokens(MethodView):
    """The tokens of who asks."""

    @needs("viewer")
    @blueprint.input(PageQuery, location="query")
    @blueprint.output(page_of(TokenSchema))
    def get(self, query_data: dict[str, Any]) -> Answer:
        """List one's tokens, the newest first; those that have ended too, for at least 90 days."""
        return paged(tokens.page(_user().name, query_data["page"], query_data["per_page"]))

    @needs("viewer")
    @blueprint.input(NewTokenSchema)
    @blueprint.output(CreatedTokenSchema, status_code=201)
    @answers(409)
    def post(self, json_data: dict[str, Any]) -> Answer:
        """Make a token, which is shown this once. It may do no more, and lives no longer, than the one that asks.

        Whoever takes one token away has to take those away, too, that were made with it: the ledger has `made_by`.
        """
        life = timedelta(days=json_data["expires_in_days"])
        with blaming("name", BadName):
            made = tokens.create(_user().name, json_data["name"], json_data.get("role"), life, by=_token())
        body = {**tokens.facts_of(made.token), "token": made.text, "run": made.run_id}
        return body, 201, {"Location": url_for("api_me.token", token_id=made.token.id)}


class MyToken(MethodView):
    """One token of who asks."""

    @needs("viewer")
    @blueprint.output(TokenSchema)
    def get(self, token_id: int) -> Token:
        """Get what is known of a token."""
        return tokens.get(token_id, _user().id)

    @needs("viewer")
    @blueprint.output({}, status_code=204)
    @answers(409)
    def delete(self, token_id: int) -> str:
        """Revoke a token: this one, or another one of its user's whose role is not above it. Again changes nothing."""
        tokens.revoke(str(token_id), _user().id, by=_token())
        return ""


def _user() -> SignedIn:
    user = visits.current().user
    assert user is not None  # noqa: S101 - the operations here need one
    return user


def _token() -> Token:
    """Return the token that the request brought."""
    token_id = visits.current().token_id
    assert token_id is not None  # noqa: S101 - nobody else asks here
    return tokens.get(token_id)


blueprint.add_url_rule("", view_func=Me.as_view("me"))
blueprint.add_url_rule("/tokens", view_func=MyTokens.as_view("tokens"))
blueprint.add_url_rule("/tokens/<int:token_id>", view_func=MyToken.as_view("token"))
