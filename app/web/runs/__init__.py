"""Runs: who changed what, when, with which code; what goes on; and how to stop it, go on with it, take it back."""

from app.web.runs import files, listing, resuming, showing, spelling, stopping, undoing, verifying
from app.web.runs.blueprint import blueprint

# Each of these adds to the blueprint: views, and what templates need.
PARTS = (listing, showing, files, stopping, resuming, undoing, verifying, spelling)

__all__ = ["PARTS", "blueprint"]
