"""What keeps a script from running: each guard looks at what is asked and says no, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app

from app import asker
from app.errors import Refused
from app.models.user import ADMIN
from app.runner.files.discovery import ScriptFile
from app.runner.script import Script
from app.services import database, runs
from app.services.scripts.earlier import Earlier, real_runs
from app.services.scripts.request import Consent
from app.services.scripts.states import RESUMABLE, STATES


def check_retired(file: ScriptFile, force: bool) -> None:
    """Raise Refused for a retired script, unless it is forced."""
    if file.retired and not force:
        raise Refused(f"{file.name} is retired.", "If you know that it is right today, add --force.")


def check_production(script: Script, consent: Consent, dry_run: bool = False) -> None:
    """Raise Refused where production is to be changed without a confirmation or a reason."""
    if not needs_confirmation(script, dry_run):
        return
    if not consent.reason:
        raise Refused("This changes production, and nobody says why.", "Say it with --reason TEXT.")
    if not consent.confirmed:
        raise Refused(f"This changes production ({database.name()}), and nobody confirmed it.", "To go on: --yes")


def check_role(script: Script, dry_run: bool = False) -> None:
    """Raise Refused where production is to be changed by somebody who is signed in, and is no admin."""
    user = asker.current().user
    if user is not None and user.role != ADMIN and needs_confirmation(script, dry_run):
        raise Refused(f"{script.name} changes production; for that it takes an admin.")


def needs_confirmation(script: Script, dry_run: bool = False) -> bool:
    """Tell whether a run of the script would change a production database."""
    return bool(current_app.config["PRODUCTION"]) and not dry_run and not script.read_only


def check_once(script: Script, options: Mapping[str, Any]) -> None:
    """Raise Refused for a script that is to run once, and has. `options`: those of the run that is to begin or go on.

    What takes failed items up again belongs to the run that left them out: it is never refused, and counts for nothing.
    """
    if not script.run_once or "retry_failed" in options:
        return
    earlier = real_runs(script)
    done = next((run for run in earlier if run.state == "succeeded" and "retry_failed" not in run.options), None)
    if done is not None:
        raise Refused(
            f"{script.name} runs once, and did so as {done.told}.",
            "To do it again, write a new script: flask script new",
        )


def check_not_retried(script: Script, options: Mapping[str, Any], going_on: int | None = None) -> None:
    """Raise Refused if another run has taken up the failed items that this one is to take up.

    Args:
        options: those of the run that is to begin, or of the run `going_on` that is to go on.
    """
    source = options.get("retry_failed")
    if source is None:
        return
    for run in real_runs(script):
        if run.options.get("retry_failed") != source or run.id == going_on:
            continue
        if run.state == "succeeded":
            raise Refused(f"The failed items of run {source} were taken up by {run.told}.", _left_out_again(run))
        if going_on is None and run.state in RESUMABLE and run.progress_done:
            begun = f"The failed items of run {source} are being taken up: run {run.id} {STATES[run.state]}."
            raise Refused(begun, f"Go on with: flask runs resume {run.id}")


def _left_out_again(run: Earlier) -> str:
    """Return what to do about items that failed once more; "" if none did."""
    if not runs.failures_of(run.id, 1):
        return f"See: flask runs show {run.id}"
    return f"It left some out itself; take these up with: --retry-failed {run.id}"
