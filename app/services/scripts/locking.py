"""One instance of a script at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager

from app.runner import locks
from app.runner.script import Script
from app.services.runs.locking import Claim
from app.services.runs.locking import locked as held


def locked(script: Script, wait_s: float = 0) -> AbstractContextManager[locks.Lock]:
    """Hold the lock of a script; a run of it whose process died is lost from then on.

    Raises:
        Busy: another run of it goes on; says which.
    """
    claim = Claim(
        locks.name_of_script(script.id),
        held_by=lambda run: f"{script.name} is running as run {run.id}",
        begun=f"{script.name} is just being started by somebody else",
    )
    return held(claim, wait_s)
