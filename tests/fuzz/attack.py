"""A hostile file and how reading it must end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.fuzz.samples import PARTS, ROWS, Rows, packed

# The end of a file that is too large for the memory which the test allows.
NO_MEMORY = r"needs more than 256 MiB of memory"


@dataclass(frozen=True)
class Attack:
    """A hostile file. Reading it ends in `rows` or in an error whose message `error` is found in, where it has both.

    Attributes:
        make: gives the same bytes every time.
        rows: see `tests.fuzz.reading.all_rows`; None where there must be an error.
        error: a regular expression; "" where there must be rows.
    """

    make: Callable[[], bytes]
    rows: Rows | None = None
    error: str = ""
    suffix: str = ".xlsx"


def changed(part: str, content: str | bytes) -> Callable[[], bytes]:
    """Return what makes the small xlsx with another content of a part, or with one more part."""
    return lambda: packed(PARTS | {part: content})


def legal(make: Callable[[], bytes], rows: Rows = ROWS) -> Attack:
    """Return an attack on readers that is a legal file all the same."""
    return Attack(make, rows)
