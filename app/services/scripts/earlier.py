"""The runs that a script has had: what guards ask, and what a new run takes over from one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.errors import Refused
from app.models import Run
from app.runner.script import Script
from app.services.runs import queries
from app.services.scripts.secrets import is_lost, secret_names
from app.services.transactions import reading


@dataclass(frozen=True)
class Earlier:
    """What guards need to know of an earlier run; see the columns of `Run`."""

    id: int
    state: str
    options: dict[str, Any]
    progress_done: int | None
    operator: str
    started_at: datetime

    @property
    def told(self) -> str:
        """Return it for people: `run 17 (2026-11-20 14:02 by li@ops1)`."""
        return f"run {self.id} ({self.started_at.astimezone():%Y-%m-%d %H:%M} by {self.operator})"


COLUMNS = (Run.id, Run.state, Run.options, Run.progress_done, Run.operator, Run.started_at)


def real_runs(script: Script) -> list[Earlier]:
    """Return the runs of a script that were no dry runs, the newest first."""
    query = select(*COLUMNS).where(Run.script_id == script.id, Run.dry_run.is_(False)).order_by(Run.id.desc())
    with reading() as session:
        return [Earlier(*row) for row in session.execute(query)]


def run_of(run_id: int, script: Script) -> Run:
    """Return a run of a script.

    Raises:
        NotFound: there is no such run. Refused: it is another script's.
    """
    run = queries.get(run_id)
    if run.script_id != script.id:
        raise Refused(f"Run {run_id} is of {run.name}, not of {script.name}.", f"See: flask runs show {run_id}")
    return run


def dry_run_to_apply(run_id: int, script: Script, sha256: str) -> Run:
    """Return the dry run that is to be done for real.

    Raises:
        Refused: it was not a dry run of this very script, or did not succeed.
    """
    run = run_of(run_id, script)
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


def values_of(run: Run, script: Script) -> dict[str, Any]:
    """Return the parameters of a recorded run, as a form has them.

    Raises:
        Refused: there is a secret among them, or among the run's options, which the ledger does not keep.
    """
    secret = secret_names(script)
    lost = [name for name, value in run.arguments.items() if is_lost(value, name in secret)]
    lost += [f"--{name.replace('_', '-')}" for name, value in run.options.items() if is_lost(value, secret=False)]
    if lost:
        raise Refused(
            f"The arguments of run {run.id} hold a secret that the ledger does not keep: {', '.join(lost)}.",
            "Start the script anew; one that reads its secrets from the environment can be resumed.",
        )
    return dict(run.arguments)
