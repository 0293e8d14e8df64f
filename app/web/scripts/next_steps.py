"""What can be done after a script's run has ended, for the page of that run."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import NotFound
from app.models import Run
from app.services.scripts import catalog, left_out

KIND = "script"
ENDED = ("succeeded", "failed", "cancelled", "lost", "paused")


@dataclass(frozen=True)
class NextSteps:
    """What can be done after a run.

    Attributes:
        name: the script's, with its folder.
        can_apply: it was a dry run, and can be done for real.
        left_out: how many items it left out, which can be taken up.
    """

    name: str
    can_apply: bool
    left_out: int


def next_steps(run: Run) -> NextSteps | None:
    """Return what can be done after a run; None where it is no script's, has not ended, or its script is gone."""
    if run.kind != KIND or run.state not in ENDED:
        return None
    try:
        entry = catalog.of_run(run)
    except NotFound:
        return None
    skipped = 0 if run.dry_run else left_out.counts([run.id]).get(run.id, 0)
    return NextSteps(entry.full_name, run.dry_run and run.state == "succeeded", skipped)
