"""Which code is running."""

from __future__ import annotations

import subprocess

from app.config import ROOT


def git_commit() -> str | None:
    """Return the checked-out commit (40 hex digits), or None outside a git checkout."""
    try:
        answer = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
