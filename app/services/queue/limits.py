"""How many queued runs of a kind go on at once."""

from __future__ import annotations

from flask import current_app

from app.errors import ConfigError
from app.services.imports.undoable import IMPORT, UNDO
from app.services.queue.act import RESUME
from app.services.scripts.running import SCRIPT

# Every act of the queue, and the kind of run that it is.
KINDS = {IMPORT: "import", UNDO: "undo", SCRIPT: "script", RESUME: "script"}
EXAMPLE = "It looks like import=2,undo=2,script=4."


def limits() -> dict[str, int]:
    """Return the most runs of each kind that QUEUE_LIMITS names.

    Raises:
        ConfigError: it is not of its form.
    """
    parts = [part.strip() for part in current_app.config["QUEUE_LIMITS"].split(",")]
    return dict(_limit(part) for part in parts if part)


def _limit(part: str) -> tuple[str, int]:
    kind, _, number = (word.strip() for word in part.partition("="))
    if kind not in KINDS.values() or not number.isascii() or not number.isdigit() or int(number) < 1:
        raise ConfigError(f'QUEUE_LIMITS has "{part}".', EXAMPLE)
    return kind, int(number)
