"""Where the files of a run are, for who asks for one that is not here."""

from __future__ import annotations

from app.errors import NotFound
from app.models import Run
from app.services import runs


def not_here(run: Run, what: str) -> NotFound:
    """Return the error that a run has no such file here."""
    place = runs.log_place(run)
    hint = f"It ran on {place}: its files are there." if place else "Its files are kept for a time."
    return NotFound(f"Run {run.id} has no {what} here.", hint)
