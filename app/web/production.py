"""What has to be said before production is changed: the database's name, typed, so that nobody does it by habit."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import ValidationError

from app.services import database
from app.web.forms import Form


class NameTyped(Form):
    """The parent of forms that change production; outside of it the field is not asked for, and taken away."""

    database = StringField(_("Name of the database"), render_kw={"autocomplete": "off"})

    def validate_database(self, field: StringField) -> None:
        """Refuse any other name."""
        if (field.data or "").strip() != database.name():
            raise ValidationError(gettext('Type "%(name)s": this changes production.', name=database.name()))
