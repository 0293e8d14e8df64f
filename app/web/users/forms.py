"""The form for a new user."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from app.web.choices import choices_of
from app.web.forms import Form

ROLES = {
    "viewer": _("viewer: looks at tables, scripts and runs"),
    "operator": _("operator: imports, exports, runs scripts"),
    "admin": _("admin: users, undo, scripts in production"),
}


class NewUserForm(Form):
    """Name and role; the password is made."""

    name = StringField(_("Name"), [InputRequired()], render_kw={"autocomplete": "off", "autofocus": True})
    role = RadioField(_("Role"), choices=choices_of(ROLES), default="viewer")
