"""Users: who may sign in, and as what. For admins."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from app.errors import AppError, NotFound
from app.http.roles import needs
from app.models.user import ROLES
from app.services import account_names, accounts, passwords, sessions
from app.services.accounts import Change
from app.web.users.forms import NewUserForm

blueprint = Blueprint("users", __name__, url_prefix="/users")

# What an admin does to a user with one button, by the word in its address.
ACTS: dict[str, Callable[[str], Change]] = {
    "disable": accounts.disable,
    "enable": accounts.enable,
    "sign-out": accounts.sign_out,
}


@blueprint.get("/")
@needs("admin")
def list_() -> str:
    """List all users."""
    search = request.args.get("search", "").strip()
    page = accounts.users_page(request.args.get("page", 1, int), search=search)
    return render_template("users/list.html", page=page, search=search)


# No name begins with a hyphen, and somebody may be called "new".
@blueprint.route("/-/new", methods=["GET", "POST"])
@needs("admin")
def new() -> str | tuple[str, int]:
    """Make a user with a password that is shown once, and that they have to change."""
    form = NewUserForm()
    if not form.is_submitted():
        return render_template("users/new.html", form=form)
    if form.validate():
        password = passwords.generate()
        try:
            change = accounts.create_user(form.name.data or "", password, form.role.data, must_change_password=True)
        except AppError as error:
            form.blame(error, "name")
        else:
            return render_template("users/password.html", name=change.name, password=password, run_id=change.run_id)
    return render_template("users/new.html", form=form), 422


@blueprint.get("/<name>")
@needs("admin")
def show(name: str) -> str:
    """Show one user, and what can be done to them."""
    user = accounts.get(name)
    return render_template("users/show.html", user=user, sessions=sessions.of_user(user.id), roles=ROLES)


@blueprint.post("/<name>/role")
@needs("admin")
def set_role(name: str) -> Response:
    """Give a user another role; their sessions end."""
    role = request.form.get("role", "")
    if role not in ROLES:
        raise BadRequest
    _do(lambda: accounts.set_role(name, role))
    return redirect(url_for("users.show", name=name))


@blueprint.post("/<name>/reset-password")
@needs("admin")
def reset_password(name: str) -> str:
    """Give a user a new password that is shown once, and that they have to change."""
    password = passwords.generate()
    change = accounts.reset_password(name, password, must_change_password=True)
    return render_template("users/password.html", name=change.name, password=password, run_id=change.run_id)


@blueprint.post("/<name>/<any('disable', 'enable', 'sign-out'):act>")
@needs("admin")
def change(name: str, act: str) -> Response:
    """Disable or enable a user, or end their sessions."""
    _do(lambda: ACTS[act](name))
    return redirect(url_for("users.show", name=account_names.normalised(name)))


def _do(change: Callable[[], Change]) -> None:
    """Carry a change out, and say what came of it where the page is shown next."""
    try:
        done = change()
    except NotFound:
        raise  # the page that is shown next is not there either
    except AppError as error:
        flash(str(error), "error")
        return
    said = _("Done: run %(run)s.", run=done.run_id) if done.changed else _("Nothing changed: it was so already.")
    flash(said, "success" if done.changed else "info")
