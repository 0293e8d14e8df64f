"""Runs: who changed what, when, with which code; what goes on; and how to stop it, go on with it, take it back."""

from app.api.runs import artifacts, failures, listing, log, resuming, showing, stopping, undoing, verifying
from app.api.runs.blueprint import blueprint

# Each of these adds its operations to the blueprint.
VIEWS = (listing, showing, log, artifacts, failures, stopping, resuming, undoing, verifying)

__all__ = ["VIEWS", "blueprint"]
