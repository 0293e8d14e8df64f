"""An undo that is queued."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.runner import locks
from app.services.imports.undoable import UNDO, undoable
from app.services.imports.undoing import undo
from app.services.queue.enqueuing import enqueue
from app.services.queue.priorities import NORMAL


def queue_undo(
    run_id: int, *, keep_changed: bool = False, password: str = "", wait_s: float = 0, priority: int = NORMAL
) -> int:
    """Queue the undo of an import; return the id of the run that does it. See `app.services.imports.undoing.undo`.

    Raises:
        NotFound: there is no such run, or no longer the table. Conflict, Refused: it cannot be undone.
    """
    what = undoable(run_id)
    body = {"run": run_id, "keep_changed": keep_changed, "password": password, "wait_s": wait_s}
    return enqueue(
        UNDO,
        UNDO,
        what.undo_name,
        body,
        arguments=what.arguments,
        lock_name=locks.name_of_table(what.table.name),
        details=what.details,
        priority=priority,
    )


class UndoAct:
    """An undo that its process has taken up; it wrote nothing if one died over it before."""

    goes_on = False

    def __init__(self, _run_id: int, body: dict[str, Any], _begun: bool = False) -> None:
        """Do what `body` asks."""
        self._body = body
        self.said: dict[str, Any] = {"notes": []}

    def carry_out(self) -> dict[str, Any]:
        """Undo; return the outcome as JSON."""
        what = undoable(self._body["run"])
        return asdict(undo(what, self._body["password"], self._body["wait_s"], self._body["keep_changed"]))

    def explain(self, error: BaseException) -> None:
        """Add nothing: the message says all."""
