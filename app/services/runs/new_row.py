"""The ledger's row of a new run: one that begins at once, or one that waits for its process."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app import asker
from app.models import Run
from app.models.base import utc_now
from app.services.code_version import code_version
from app.services.masking import masked

LONGEST_NAME = 255


@dataclass(frozen=True)
class Details:
    """What else the ledger keeps of a run: see the columns of `Run`."""

    dry_run: bool = False
    reason: str | None = None
    script_id: str | None = None
    script_sha256: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


NONE = Details()


def new_row(
    token: str,
    kind: str,
    name: str,
    arguments: dict[str, Any],
    details: Details,
    *,
    state: str = "running",
    started_at: datetime | None = None,
    lock_name: str | None = None,
) -> Run:
    """Return the row of a run that who asks now has, here and with the code of now; secrets are masked."""
    commit, dirty = code_version()
    return Run(
        token=token,
        kind=kind,
        name=name[:LONGEST_NAME],
        state=state,
        dry_run=details.dry_run,
        operator=asker.current().operator,
        **here(),
        git_commit=commit,
        git_dirty=dirty,
        script_id=details.script_id,
        script_sha256=details.script_sha256,
        arguments=masked(arguments),
        options=details.options,
        reason=details.reason,
        started_at=started_at or utc_now(),
        rows={},
        artifacts=[],
        lock_name=lock_name,
    )


def here() -> dict[str, Any]:
    """Return who has a run: this process."""
    return {"host": socket.gethostname(), "pid": os.getpid()}
