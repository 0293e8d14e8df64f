"""What came of a script, as JSON: for the command line and for pages."""

from __future__ import annotations

from typing import Any

from app.services.scripts.request import ScriptOutcome


def as_dict(outcome: ScriptOutcome) -> dict[str, Any]:
    """Return an outcome as JSON has it: that of a dry run with its diff."""
    result = outcome.result
    return {
        "run_id": outcome.run_id,
        "script": outcome.name,
        "dry_run": outcome.dry_run,
        "rows": outcome.rows,
        "items": outcome.items,
        "failed": result.failed,
        "seconds": round(outcome.seconds, 3),
        "external": result.calls,
        "artifacts": result.artifacts,
        "diff": [table.as_dict() for table in result.diff] if outcome.dry_run else None,
    }
