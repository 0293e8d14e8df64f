"""Who may see what: each view says which role it needs, or that it is public; one that says nothing is refused."""

from __future__ import annotations

from flask import Flask, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from app.http import visits
from app.http.roles import PUBLIC, is_allowed, need_of_view
from app.http.sides import console_only
from app.services.signed_in import signed_in
from app.web import sessions

# What a user may do before they have chosen a password of their own.
BEFORE_NEW_PASSWORD = ("account.change_password", "auth.sign_out", "account.choose_language")


def need_of(endpoint: str) -> str | None:
    """Return the role that a view needs, or PUBLIC; None if it does not say."""
    if endpoint == "static":
        return PUBLIC
    return need_of_view(current_app.view_functions[endpoint])


def may(role: str) -> bool:
    """Tell whether who asks has `role` or a higher one: for templates, which show what can be done."""
    return is_allowed(visits.current().user, role)


def init_app(app: Flask) -> None:
    """Guard all views."""
    app.before_request(console_only(_recognise))
    app.before_request(console_only(_guard))
    app.add_template_global(may)


def _recognise() -> None:
    """Name the user whose session this is. One who is disabled or gone since has none any more."""
    if request.endpoint == "static" or "user_id" not in session:
        return
    user = signed_in(session["user_id"])
    if user is None:
        session.clear()
        return
    visits.signed_in(user)


def _guard() -> Response | None:
    """Answer in place of the view where it must not be used."""
    if request.endpoint is None:
        return None  # there is no such page, which anybody may know
    user, need = visits.current().user, need_of(request.endpoint)
    if not is_allowed(user, need):
        if user is None and need is not None:
            return _to_sign_in()
        raise Forbidden
    if user and user.must_change_password and need != PUBLIC and request.endpoint not in BEFORE_NEW_PASSWORD:
        return redirect(url_for("account.change_password"))
    return None


def _to_sign_in() -> Response:
    """Send to the sign-in page, and from there back to what was asked for."""
    is_look = request.method in sessions.LOOKING
    wanted = request.full_path.removesuffix("?") if is_look else None
    if request.headers.get("HX-Request"):  # a part of a page whose session has ended: the whole page goes
        return Response(status=401, headers={"HX-Refresh": "true"})
    if not is_look:
        flash(_("You were signed out meanwhile. Sign in, and do it again."), "warning")
    return redirect(url_for("auth.sign_in", next=wanted if wanted != "/" else None))
