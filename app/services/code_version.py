"""Which code is running."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from app.config import ROOT

DIRTY = "-dirty"


class CodeVersion(NamedTuple):
    """The checked-out commit (40 hex digits), and whether tracked files differ from it; None outside a checkout."""

    commit: str | None
    dirty: bool | None


def code_version() -> CodeVersion:
    """Return which code is running (git documentation, "git-describe")."""
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", f"--dirty={DIRTY}"]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return CodeVersion(None, None)
    if answer.returncode != 0:
        return CodeVersion(None, None)
    said = answer.stdout.strip()
    return CodeVersion(said.removesuffix(DIRTY), said.endswith(DIRTY))
