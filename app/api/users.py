"""Users: who may sign in, and as what. For admins, under the console's own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask.views import MethodView

from app.api.blame import blaming
from app.api.paging import Answer, page_of, paged
from app.api.problems import answers
from app.api.resources import resource
from app.api.schemas.user import ChangeSchema, NewPasswordSchema, NewUserSchema, RoleSchema, UserSchema, UsersQuery
from app.http.roles import needs
from app.models import User
from app.services import accounts, passwords
from app.services.account_names import BadName
from app.services.accounts import Change
from app.services.passwords import WeakPassword

blueprint = resource("users", "Users: who may sign in, and as what. For admins.")


class Users(MethodView):
    """All users."""

    @needs("admin")
    @blueprint.input(UsersQuery, location="query")
    @blueprint.output(page_of(UserSchema))
    def get(self, query_data: dict[str, Any]) -> Answer:
        """List users by name: all, or those with a text in their names, or with a role."""
        found = accounts.users_page(
            query_data["page"], query_data["per_page"], query_data["search"], query_data.get("role")
        )
        return paged(found)

    @needs("admin")
    @blueprint.input(NewUserSchema)
    @blueprint.output(ChangeSchema, status_code=201)
    @answers(409)
    def post(self, json_data: dict[str, Any]) -> Answer:
        """Make a user."""
        name, role = json_data["name"], json_data["role"]

        def create(password: str, made: bool) -> Change:
            with blaming("name", BadName):
                return accounts.create_user(name, password, role, must_change_password=made)

        body = _with_password(json_data.get("password"), create)
        return body, 201, {"Location": url_for("api_users.user", name=body["user"].name)}


class OneUser(MethodView):
    """One user, by name in any case and width."""

    @needs("admin")
    @blueprint.output(UserSchema)
    def get(self, name: str) -> User:
        """Get a user."""
        return accounts.get(name)

    @needs("admin")
    @blueprint.input(RoleSchema)
    @blueprint.output(ChangeSchema)
    @answers(409)
    def patch(self, name: str, json_data: dict[str, Any]) -> dict[str, Any]:
        """Give a user another role. Their sessions end; their tokens do no more than the new role from now on."""
        return _told(accounts.set_role(name, json_data["role"]))


class Disabling(MethodView):
    """A user who may not sign in any more."""

    @needs("admin")
    @blueprint.output(ChangeSchema)
    @answers(409)
    def post(self, name: str) -> dict[str, Any]:
        """Disable a user: neither they nor their tokens come in, until they are enabled."""
        return _told(accounts.disable(name))


class Enabling(MethodView):
    """A user who may sign in again."""

    @needs("admin")
    @blueprint.output(ChangeSchema)
    @answers(409)
    def post(self, name: str) -> dict[str, Any]:
        """Enable a user who was disabled."""
        return _told(accounts.enable(name))


class SigningOut(MethodView):
    """A user whose sessions end."""

    @needs("admin")
    @blueprint.output(ChangeSchema)
    @answers(409)
    def post(self, name: str) -> dict[str, Any]:
        """End all sessions of a user in the console."""
        return _told(accounts.sign_out(name))


class PasswordReset(MethodView):
    """A user with a new password."""

    @needs("admin")
    @blueprint.input(NewPasswordSchema)
    @blueprint.output(ChangeSchema)
    @answers(409)
    def post(self, name: str, json_data: dict[str, Any]) -> dict[str, Any]:
        """Give a user another password. Their sessions end; their tokens go on."""

        def reset(password: str, made: bool) -> Change:
            return accounts.reset_password(name, password, must_change_password=made)

        return _with_password(json_data.get("password"), reset)


def _with_password(given: str | None, act: Callable[[str, bool], Change]) -> dict[str, Any]:
    """Act with the password that was given, or with one that is made, which the answer shows."""
    password = passwords.generate() if given is None else given
    with blaming("password", WeakPassword):
        told = _told(act(password, given is None))
    return told if given is not None else {**told, "password": password}


def _told(change: Change) -> dict[str, Any]:
    return {
        "user": accounts.get(change.name),
        "changed": change.changed,
        "run": change.run_id,
        "sessions_ended": change.ended,
    }


blueprint.add_url_rule("", view_func=Users.as_view("users"))
blueprint.add_url_rule("/<name>", view_func=OneUser.as_view("user"))
blueprint.add_url_rule("/<name>/disable", view_func=Disabling.as_view("disable"))
blueprint.add_url_rule("/<name>/enable", view_func=Enabling.as_view("enable"))
blueprint.add_url_rule("/<name>/sign-out", view_func=SigningOut.as_view("sign_out"))
blueprint.add_url_rule("/<name>/reset-password", view_func=PasswordReset.as_view("reset_password"))
