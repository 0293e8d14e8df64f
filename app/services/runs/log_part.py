"""A part of a run's log, by its place in bytes, so that who follows it asks for what is new alone."""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass

from app.models import Run
from app.services.runs.files import log_of
from app.services.runs.log_tail import TAIL_BYTES

MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Part:
    """Whole characters of a log, in UTF-8; `next` is where what follows begins."""

    content: bytes
    next: int


def part(run: Run, after: int) -> Part | None:
    """Return what a run's log has after so many bytes, up to `MOST_BYTES` of it; None if it has no log here."""
    try:
        with log_of(run).open("rb") as file:
            file.seek(after)
            content = _whole(file.read(MOST_BYTES))
    except (FileNotFoundError, PermissionError):  # none yet, or the folder is another user's
        return None
    return Part(content, after + len(content))


def start_of_tail(run: Run, lines: int) -> int:
    """Return where the last lines of a run's log begin, if that is no further back than `TAIL_BYTES`."""
    try:
        with log_of(run).open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES)
            file.seek(start)
            content = file.read()
    except (FileNotFoundError, PermissionError):
        return 0
    found = content.splitlines(keepends=True)
    last = found[-lines:] if not start else found[1:][-lines:]
    return start + len(content) - sum(map(len, last))


def _whole(content: bytes) -> bytes:
    """Return bytes without a character at their end that is not there as a whole yet."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(content)
    begun, _ = decoder.getstate()
    return content[: len(content) - len(begun)]
