"""What a notice says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Message:
    """What a notice says: a line, more for people, and the same for programs, as JSON has it."""

    subject: str
    text: str
    facts: dict[str, Any]


def about_run(facts: dict[str, Any], database: str) -> Message:
    """Return what there is to say of a run that ended badly; `facts` are those of `run_finished`."""
    line = one_line(f"[opsdesk] {database}: {facts['kind']} {facts['name']} {facts['state']} (run {facts['run']})")
    lines = [
        f"Run {facts['run']} ({facts['kind']} {facts['name']}) is {facts['state']}.",
        f"Started by: {facts['started_by']}",
        f"Error: {facts['error'] or 'none on record'}",
        f"See: flask runs show {facts['run']}",
    ]
    return Message(line, "\n".join(lines) + "\n", {"event": "run_finished", "database": database, **facts})


def one_line(text: str) -> str:
    """Return a text fit for a header: whatever breaks a line is a space."""
    return " ".join(text.split())
