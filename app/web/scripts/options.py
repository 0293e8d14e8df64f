"""What the runner is told beside a script's own parameters, and what somebody agrees to who starts one."""

from __future__ import annotations

import math
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, FloatField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from app.services.scripts import guards
from app.services.scripts.request import LONGEST_REASON, MOST_ROWS
from app.web.access import may
from app.web.production import NameTyped
from app.web.scripts.page import Page


class ConsentForm(NameTyped):
    """What somebody agrees to, and why.

    Attributes:
        production: this run changes production.
        retired: its script is retired.
    """

    production = False
    retired = False
    reason = StringField(_("Why"), [Length(max=LONGEST_REASON)], description=_("For the record."))
    force = BooleanField(_("Run it although it is retired"))

    def ask(self, page: Page, dry_run: bool) -> None:
        """Ask for what a run of the script needs; call it before the form is validated.

        Raises:
            Refused: it changes production, and who asks may not.
        """
        self.production = guards.needs_confirmation(page.script, dry_run)
        self.retired = page.entry.file.retired
        guards.check_role(page.script, dry_run)

    @property
    def why(self) -> str | None:
        """Return the reason, if one was given."""
        return (self.reason.data or "").strip() or None

    def validate_reason(self, _field: StringField) -> None:
        """Have production changed for a reason only."""
        if self.production and not self.why:
            raise ValidationError(gettext("This changes production: say why."))

    def validate_database(self, field: StringField) -> None:
        """Have the name typed where production is changed."""
        if self.production:
            super().validate_database(field)

    def validate_force(self, field: BooleanField) -> None:
        """Have a retired script run by those only who know that it is right."""
        if self.retired and not field.data:
            raise ValidationError(gettext("It is retired. If you know that it is right today, tick this."))


class OptionsForm(ConsentForm):
    """How a script is run."""

    max_rows = IntegerField(
        _("Most rows"),
        [Optional(), NumberRange(1, MOST_ROWS)],
        description=_("If more rows change, the run fails, and is rolled back."),
    )
    throttle = FloatField(_("Most items a second"), [Optional()])
    pause_while = TextAreaField(
        _("Pause while"),
        description=_(
            "A SELECT in each line; the run waits between batches while its first value is neither NULL, 0 nor blank."
        ),
    )

    def __init__(self, **given: Any) -> None:
        """Take queries from admins alone: they read any table, also hashes of passwords, and the log tells what."""
        super().__init__(**given)
        if not may("admin"):
            del self.pause_while

    def validate_throttle(self, field: FloatField) -> None:
        """Take finite numbers above 0."""
        if field.data is not None and not 0 < field.data < math.inf:
            raise ValidationError(gettext("Give a number above 0."))

    @property
    def pauses(self) -> tuple[str, ...]:
        """Return the queries."""
        typed = self.pause_while.data if self.pause_while else None
        return tuple(line.strip() for line in (typed or "").splitlines() if line.strip())
