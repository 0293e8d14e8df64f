"""The form for a new token."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired

from app.models.user import ROLES
from app.services import tokens
from app.services.tokens.names import LONGEST
from app.web.choices import choices_of
from app.web.forms import Form
from app.web.users.forms import ROLES as ROLE_LABELS

# Tokens that never expire are made on the command line alone.
LIVES = {
    "7": _("7 days"),
    "30": _("30 days"),
    str(tokens.DEFAULT_LIFE.days): _("90 days"),
    str(tokens.LONGEST_LIFE.days): _("one year"),
}


class NewTokenForm(Form):
    """What it is for, what it may do, how long."""

    name = StringField(
        _("Name"),
        [InputRequired()],
        description=_("What it is for: nightly import on ops1."),
        render_kw={"autocomplete": "off", "autofocus": True, "maxlength": LONGEST},
    )
    role = RadioField(_("Role"))
    days = SelectField(_("Expires after"), choices=choices_of(LIVES), default=str(tokens.DEFAULT_LIFE.days))

    def __init__(self, most_role: str, **given: Any) -> None:
        """Offer the roles up to that of the user."""
        super().__init__(**given)
        roles = ROLES[: ROLES.index(most_role) + 1]
        self.role.choices = [(role, str(ROLE_LABELS[role])) for role in roles]
        if not self.is_submitted():
            self.role.data = ROLES[0]
