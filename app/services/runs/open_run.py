"""A run that is going on."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.services.runs import telling
from app.services.runs.folders import RunFolder, folder_of

if TYPE_CHECKING:
    from app.services.runs.heart import Heart
    from app.services.runs.moves import Move


@dataclass
class OpenRun:
    """A run that is going on, as its own process knows it.

    Attributes:
        id: 0 until it is recorded.
        seal: the hash of the move that began it here; its row has that as long as the run is this process's.
        rows: what it touched, `{table: {"inserted": n, "updated": n, "deleted": n}}`.
        committed: set together with the commit of the act (see `uninterrupted`): whatever breaks in afterwards, the run
            has succeeded.
        closed: its last state is in the ledger already: it was committed together with the act.
        done, total: items, of how many where that is known.
        artifacts: `[{"name": , "size": bytes, "sha256": }]`.
        ending: the state that it comes to if it breaks off, where that is neither failed nor cancelled.
        asked: pause or cancel, as somebody wishes.
        breaks_off: it is broken off, and all of it rolled back, where it is asked to cancel; otherwise it must look.
        lock_lost: the server has let its lock go: another process may take the run up.
        heart: beats while the run goes on.
        pid: the process that opened it. A child that this forks has the run too, and must neither commit nor close.
    """

    id: int = 0
    seal: str = ""
    token: str = ""
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    committed: bool = False
    closed: bool = False
    done: int | None = None
    total: int | None = None
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    ending: str | None = None
    asked: str | None = None
    breaks_off: bool = False
    lock_lost: bool = False
    heart: Heart | None = None
    pid: int = field(default_factory=os.getpid)

    def begin(self, move: Move) -> None:
        """Take note of the move that has begun it."""
        self.id, self.seal = move.run_id, move.hash

    @property
    def folder(self) -> RunFolder:
        """Return the folder of its log and artifacts."""
        return folder_of(self.id, self.token)

    def tell_changing(self, tables: Collection[str]) -> None:
        """Tell that rows of these tables are about to be committed."""
        telling.tell_changing(self.id, tables)

    def tell_changed(self, tables: Collection[str]) -> None:
        """Tell that rows of these tables were committed."""
        telling.tell_changed(self.id, tables)
