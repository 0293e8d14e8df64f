"""The forms of what is done to a run."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.services.scripts.request import LONGEST_REASON, MOST_ROWS
from app.web.forms import Form
from app.web.production import NameTyped


class UndoForm(NameTyped):
    """How an import is taken back."""

    keep_changed = BooleanField(
        _("Leave rows that were changed since as they are"),
        description=_("Otherwise nothing is undone if there are any."),
    )
    password = PasswordField(
        _("Password of the workbook"),
        description=_("Only if the workbook that was imported has one."),
        render_kw={"autocomplete": "off"},
    )


class ResumeForm(NameTyped):
    """How a script goes on."""

    max_rows = IntegerField(
        _("Most rows"),
        [Optional(), NumberRange(1, MOST_ROWS)],
        description=_("Another limit than it began with; it stops before it changes more."),
    )
    new_code = BooleanField(_("Go on although the script's file has changed since"))
    force = BooleanField(_("Go on although the script is retired"))
    reason = StringField(_("Why"), [InputRequired(), Length(max=LONGEST_REASON)])


class VerifyForm(Form):
    """What a verification is compared with."""

    head = StringField(
        _("Head of an earlier verification"),
        [Length(max=100)],
        description=_("If you have kept one: it shows whether the end of the ledger was cut off since."),
        render_kw={"autocomplete": "off"},
    )
