"""A user's own API tokens: listed, made, revoked."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.asker import SignedIn
from app.errors import AppError
from app.http import visits
from app.http.roles import needs
from app.services import tokens
from app.web.tokens.forms import NewTokenForm

blueprint = Blueprint("tokens", __name__, url_prefix="/account/tokens")


@blueprint.get("/")
@needs("viewer")
def list_() -> str:
    """List the user's tokens."""
    page = tokens.page(_user().name, request.args.get("page", 1, int))
    return render_template("tokens/list.html", page=page)


@blueprint.route("/new", methods=["GET", "POST"])
@needs("viewer")
def new() -> str | tuple[str, int]:
    """Make a token, which is shown once."""
    user = _user()
    form = NewTokenForm(user.role)
    if not form.is_submitted():
        return render_template("tokens/new.html", form=form)
    if form.validate():
        life = timedelta(days=int(form.days.data))
        try:
            made = tokens.create(user.name, form.name.data or "", form.role.data, life)
        except AppError as error:
            form.blame(error, "name")
        else:
            return render_template("tokens/made.html", made=made)
    return render_template("tokens/new.html", form=form), 422


@blueprint.post("/<int:token_id>/revoke")
@needs("viewer")
def revoke(token_id: int) -> Response:
    """Take one of the user's tokens no more."""
    done = tokens.revoke(str(token_id), _user().id)
    said = _("Done: run %(run)s.", run=done.run_id) if done.changed else _("Nothing changed: it was so already.")
    flash(said, "success" if done.changed else "info")
    return redirect(url_for("tokens.list_"))


def _user() -> SignedIn:
    user = visits.current().user
    assert user is not None  # noqa: S101 - the views here need one
    return user
