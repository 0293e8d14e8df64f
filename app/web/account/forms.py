"""The form for a new password of one's own."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from app.web.forms import Form

NEW = {"autocomplete": "new-password"}


class PasswordForm(Form):
    """The old password, and the new one twice."""

    old = PasswordField(_("Your password"), [InputRequired()], render_kw={"autocomplete": "current-password"})
    new = PasswordField(
        _("New password"),
        [InputRequired()],
        description=_("At least 12 characters: four or five unrelated words, say."),
        render_kw=NEW,
    )
    again = PasswordField(
        _("New password again"), [InputRequired(), EqualTo("new", _("The two are not the same."))], render_kw=NEW
    )
