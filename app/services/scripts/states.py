"""States of runs, as they stand in sentences."""

from __future__ import annotations

# What follows "Run 17".
STATES = {
    "queued": "is queued",
    "running": "is running",
    "paused": "is paused",
    "lost": "was lost",
    "succeeded": "has succeeded",
    "failed": "failed",
    "cancelled": "was cancelled",
}
RESUMABLE = ("paused", "lost", "failed")
