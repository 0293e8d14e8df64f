"""What an operator has to agree to before a script changes production."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from app.runner.script import Script
    from app.services.scripts.request import Consent


def asked(script: Script, given: Consent, dry_run: bool = False) -> Consent:
    """Return what was agreed to: what was given, and what is asked for on the terminal where production needs it.

    Raises:
        Refused: the answer is no, or nobody is there to be asked.
    """
    from app.services import database
    from app.services.failures import where
    from app.services.scripts import guards
    from app.services.scripts.request import Consent
    from commands.confirmation import confirm

    if not guards.needs_confirmation(script, dry_run):
        return given
    change = f"{script.name} changes production: {where()}."
    _refuse_unasked(change, given)
    reason = given.reason or click.prompt("Why", err=True)
    if not given.confirmed:
        confirm(change, "Nothing was changed.", database.name())
    return Consent(given.force, reason, confirmed=True)


def _refuse_unasked(change: str, given: Consent) -> None:
    """Raise Refused where something has to be asked, and nobody is there; names the options that answer."""
    from app.errors import Refused

    missing = [*([] if given.reason else ["--reason TEXT"]), *([] if given.confirmed else ["--yes"])]
    if missing and not sys.stdin.isatty():
        raise Refused(f"{change} Nobody can be asked here.", f"To go on: {' and '.join(missing)}")
