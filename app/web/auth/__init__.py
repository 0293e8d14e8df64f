"""Sign in and out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.http import visits
from app.http.roles import needs, public
from app.services import signing_in
from app.web import addresses, sessions
from app.web.auth.forms import SignInForm
from app.web.limits import SIGN_IN, by_address, by_name, failed, limiter

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> str | Response:
    """Show the form; whoever is signed in is sent on."""
    if visits.current().user is not None:
        return redirect(_wanted())
    return render_template("auth/sign_in.html", form=SignInForm())


@blueprint.post("/sign-in")
@limiter.limit(SIGN_IN, key_func=by_address, deduct_when=failed)
@limiter.limit(SIGN_IN, key_func=by_name, deduct_when=failed)
@public
def sign_in_now() -> Response | tuple[str, int]:
    """Check name and password; a new session begins with them."""
    form = SignInForm()
    if not form.validate():
        return render_template("auth/sign_in.html", form=form), 422
    try:
        user = signing_in.sign_in(form.name.data or "", form.password.data or "", request.remote_addr or "")
    except signing_in.SignInFailed:
        form.form_errors.append(_("The name or the password is wrong."))
        return render_template("auth/sign_in.html", form=form), signing_in.SignInFailed.status
    session = sessions.current()
    session.start_over()
    session["user_id"] = user.id
    return redirect(_wanted())


@blueprint.post("/sign-out")
@needs("viewer")
def sign_out() -> Response:
    """End the session."""
    sessions.current().start_over()
    flash(_("You are signed out."), "success")
    return redirect(url_for("auth.sign_in"))


def _wanted() -> str:
    """Return the page that was asked for before sign-in, if it is one of ours."""
    return addresses.ours(request.args.get("next", ""), url_for("home.show"))
