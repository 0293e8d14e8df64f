"""What has to be said before production is changed: the name of its database, so that nobody does it by habit."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.validators import Length

from app.api.bodies import refused
from app.runner.script import Script
from app.services import database
from app.services.scripts import guards
from app.services.scripts.request import LONGEST_REASON

LONGEST = 255


class ConfirmedSchema(Schema):
    """The parent of what may change production."""

    confirm = fields.String(
        validate=Length(max=LONGEST),
        metadata={"description": "The name of the database, where it is production that changes."},
    )


class ReasonedSchema(ConfirmedSchema):
    """The parent of what runs a script, which production wants a reason for."""

    reason = fields.String(
        validate=Length(max=LONGEST_REASON), metadata={"description": "Why; production asks for it."}
    )


def check_script(script: Script, given: dict[str, Any], dry_run: bool = False) -> bool:
    """Tell whether it was confirmed that a run of a script changes production; False where it does not.

    Raises:
        Refused: it takes an admin. HTTPError: there is no reason, or `confirm` does not name the database: 422.
    """
    guards.check_role(script, dry_run)
    if not guards.needs_confirmation(script, dry_run):
        return False
    if not (given.get("reason") or "").strip():
        raise refused("reason", "json", "This changes production: say why.")
    check_confirmed(given)
    return True


def check_confirmed(given: dict[str, Any]) -> None:
    """Refuse what would change production, unless `confirm` names its database.

    Raises:
        HTTPError: it does not: 422.
    """
    if given.get("confirm", "").strip() != database.name():
        raise refused("confirm", "json", f'This changes production: give "{database.name()}".')
