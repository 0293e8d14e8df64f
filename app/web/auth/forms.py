"""The sign-in form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from app.web.forms import Form


class SignInForm(Form):
    """Name and password."""

    name = StringField(_("Name"), [InputRequired()], render_kw={"autocomplete": "username", "autofocus": True})
    password = PasswordField(_("Password"), [InputRequired()], render_kw={"autocomplete": "current-password"})
