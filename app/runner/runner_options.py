"""The options that every script has from the runner, so that no script may use their names for its own."""

from __future__ import annotations

RUNNER_OPTIONS = (
    "--dry-run",
    "--apply",
    "--max-rows",
    "--reason",
    "--throttle",
    "--pause-while",
    "--wait",
    "--force",
    "--yes",
    "--retry-failed",
    "--json",
    "--again",
    "--help",
)
