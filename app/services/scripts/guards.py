"""What keeps a script from running: each guard looks at what is asked and says no, or nothing."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select

from app.errors import Refused
from app.models import Run
from app.runner.files.discovery import ScriptFile
from app.runner.script import Script
from app.services import database
from app.services.masking import MASK
from app.services.runs import queries
from app.services.scripts.request import ScriptRequest
from app.services.transactions import reading


def check_retired(file: ScriptFile, force: bool) -> None:
    """Raise Refused for a retired script, unless it is forced."""
    if file.retired and not force:
        raise Refused(f"{file.name} is retired.", "If you know that it is right today, add --force.")


def check_production(script: Script, request: ScriptRequest) -> None:
    """Raise Refused where production is to be changed without a confirmation or a reason."""
    if not needs_confirmation(script, request):
        return
    if not request.reason:
        raise Refused("This changes production, and nobody says why.", "Say it with --reason TEXT.")
    if not request.confirmed:
        raise Refused(f"This changes production ({database.name()}), and nobody confirmed it.", "To go on: --yes")


def needs_confirmation(script: Script, request: ScriptRequest) -> bool:
    """Tell whether the run would change a production database."""
    return bool(current_app.config["PRODUCTION"]) and not request.dry_run and not script.read_only


def check_once(script: Script) -> None:
    """Raise Refused for a script that is to run once, and has."""
    if not script.run_once:
        return
    query = select(Run).where(Run.script_id == script.id, Run.state == "succeeded", Run.dry_run.is_(False))
    with reading() as session:
        done = session.scalars(query.order_by(Run.id).limit(1)).first()
    if done is not None:
        when = f"{done.started_at.astimezone():%Y-%m-%d %H:%M}"
        raise Refused(
            f"{script.name} runs once, and did so as run {done.id} ({when} by {done.operator}).",
            "To do it again, write a new script: flask script new",
        )


def dry_run_to_apply(run_id: int, script: Script, sha256: str) -> Run:
    """Return the dry run that is to be done for real.

    Raises:
        Refused: it was not a dry run of this very script, or did not succeed.
    """
    run = _run_of(run_id, script)
    if not run.dry_run or run.state != "succeeded":
        raise Refused(
            f"Run {run_id} is no dry run that succeeded.", f"Make one: flask script run {script.name} --dry-run"
        )
    if run.script_sha256 != sha256:
        raise Refused(
            f"{script.name} has changed since its dry run {run_id}.",
            f"Look again first: flask script run {script.name} --dry-run",
        )
    return run


def run_to_retry(run_id: int, script: Script) -> Run:
    """Return the run whose failed items are to be taken up again.

    Raises:
        Refused: it was not a run of this script.
    """
    return _run_of(run_id, script)


def values_of(run: Run) -> dict[str, Any]:
    """Return the parameters of a recorded run, as a form has them.

    Raises:
        Refused: there is a secret among them, which the ledger does not keep.
    """
    hidden = [name for name, value in run.arguments.items() if MASK in str(value)]
    if hidden:
        raise Refused(
            f"The arguments of run {run.id} hold a secret that the ledger does not keep: {', '.join(hidden)}.",
            "Start the script anew; one that reads its secrets from the environment can be resumed.",
        )
    return dict(run.arguments)


def _run_of(run_id: int, script: Script) -> Run:
    run = queries.get(run_id)
    if run.script_id != script.id:
        raise Refused(f"Run {run_id} is of {run.name}, not of {script.name}.", f"See: flask runs show {run_id}")
    return run
