"""Which runs are listed: a form that is sent as the address of the list."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from app.services.runs import Filter
from app.web.choices import choices_of
from app.web.forms import Form
from app.web.kinds import KINDS
from app.web.states import STATES

ANY = {"": _("any")}
SHOWN = {"": _("shown"), "no": _("left out"), "yes": _("alone")}
DRY_RUNS = {"yes": True, "no": False}
LONGEST = 255
# The years that a clock of ours can show in any time zone.
YEARS = range(1971, 9999)


def _plausible(_form: Form, field: DateField) -> None:
    if field.data is not None and field.data.year not in YEARS:
        raise ValidationError(gettext("No run is from then."))


class FilterForm(Form):
    """All conditions are met by the runs that are listed; days are those of the server's time zone."""

    class Meta:
        """It changes nothing, so nobody gains from forging it."""

        csrf = False

    kind = SelectField(_("Kind"), choices=choices_of({**ANY, **KINDS}), default="")
    state = SelectField(_("State"), choices=choices_of({**ANY, **STATES}), default="")
    name = StringField(_("Name of the run"), [Length(max=LONGEST)])
    operator = StringField(_("Who"), [Length(max=LONGEST)])
    since = DateField(_("From"), [Optional(), _plausible])
    until = DateField(_("To"), [Optional(), _plausible])
    dry_run = SelectField(_("Dry runs"), choices=choices_of(SHOWN), default="")

    @property
    def is_used(self) -> bool:
        """Tell whether there is any condition."""
        return any(field.data for field in self)

    def wanted(self) -> Filter:
        """Return what to look for."""
        return Filter(
            kind=self.kind.data or None,
            name=(self.name.data or "").strip() or None,
            state=self.state.data or None,
            operator=(self.operator.data or "").strip() or None,
            since=_start_of(self.since.data),
            until=_start_of(self.until.data and self.until.data + timedelta(days=1)),
            dry_run=DRY_RUNS.get(self.dry_run.data),
        )


def _start_of(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time()).astimezone()
