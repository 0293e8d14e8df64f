"""A run that is going on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.services.runs.folders import RunFolder, folder_of

if TYPE_CHECKING:
    from app.services.runs.heart import Heart


@dataclass
class OpenRun:
    """A run that is going on, as its own process knows it.

    Attributes:
        id: 0 until it is recorded.
        rows: what it touched, `{table: {"inserted": n, "updated": n, "deleted": n}}`.
        committed: set together with the commit of the act (see `uninterrupted`): whatever breaks in afterwards, the run
            has succeeded.
        closed: its last state is in the ledger already: it was committed together with the act.
        done, total: items, of how many where that is known.
        artifacts: `[{"name": , "size": bytes, "sha256": }]`.
        ending: the state that it ends in if it breaks off, where that is neither failed nor cancelled.
        asked: pause or cancel, as somebody wishes.
        lock_lost: the server has let its lock go: another process may take the run up.
        heart: beats while the run goes on.
        pid: the process that opened it. A child that this forks has the run too, and must neither commit nor close.
    """

    id: int = 0
    token: str = ""
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    committed: bool = False
    closed: bool = False
    done: int | None = None
    total: int | None = None
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    ending: str | None = None
    asked: str | None = None
    lock_lost: bool = False
    heart: Heart | None = None
    pid: int = field(default_factory=os.getpid)

    @property
    def folder(self) -> RunFolder:
        """Return the folder of its log and artifacts."""
        return folder_of(self.id, self.token)
