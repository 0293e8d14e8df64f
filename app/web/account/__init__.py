"""A user's own account: their password, language, and where they are signed in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from app.asker import SignedIn
from app.errors import AppError
from app.http import visits
from app.http.roles import needs, public
from app.services import accounts, sessions
from app.web import addresses
from app.web import sessions as web_sessions
from app.web.account.forms import PasswordForm
from app.web.languages import LANGUAGES
from app.web.limits import SIGN_IN, by_user, failed, limiter

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("/")
@needs("viewer")
def show() -> str:
    """Show the account and its sessions."""
    user = _user()
    return render_template("account/show.html", user=accounts.get(user.name), sessions=sessions.of_user(user.id))


@blueprint.route("/password", methods=["GET", "POST"])
@limiter.limit(SIGN_IN, methods=["POST"], key_func=by_user, deduct_when=failed)
@needs("viewer")
def change_password() -> str | Response | tuple[str, int]:
    """Change the password; other sessions of the user end with the old one."""
    form, user = PasswordForm(), _user()
    if not form.is_submitted():
        return render_template("account/password.html", form=form)
    if form.validate():
        try:
            accounts.change_password(
                user.name, form.old.data or "", form.new.data or "", except_session=web_sessions.current().id
            )
        except accounts.WrongPassword as error:
            form.blame(error, "old")
        except AppError as error:
            form.blame(error, "new")
        else:
            web_sessions.current().renew()
            flash(_("Your password is changed; everywhere else you are signed out."), "success")
            return redirect(url_for("account.show"))
    return render_template("account/password.html", form=form), 422


@blueprint.post("/sign-out-everywhere")
@needs("viewer")
def sign_out_everywhere() -> Response:
    """End all sessions of the user, this one too."""
    sessions.end_all(_user().id)
    web_sessions.current().start_over()
    flash(_("You are signed out everywhere."), "success")
    return redirect(url_for("auth.sign_in"))


@blueprint.post("/language")
@public
def choose_language() -> Response:
    """Show the pages in another language from now on."""
    language, user = request.form.get("language"), visits.current().user
    if language not in LANGUAGES:
        raise BadRequest
    if user is None:
        session["language"] = language
    else:
        accounts.choose_language(user.name, language)
    return redirect(addresses.ours(request.form.get("from", ""), url_for("home.show")))


def _user() -> SignedIn:
    user = visits.current().user
    assert user is not None  # noqa: S101 - the views here need one
    return user
