"""What the process of a queued run prints: kept in the run's folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STANDARD = (1, 2)


@contextmanager
def printed_to(path: Path) -> Iterator[None]:
    """Append to a file, for this user only, what this process and those that it starts print inside."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    before = [(number, os.dup(number)) for number in STANDARD]
    try:
        _turn(dict.fromkeys(STANDARD, descriptor))
        yield
    finally:
        _turn(dict(before))
        for kept in (descriptor, *(kept for _, kept in before)):
            os.close(kept)


def _turn(to: dict[int, int]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    for number, descriptor in to.items():
        os.dup2(descriptor, number)
