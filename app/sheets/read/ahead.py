"""What other processes may do with rows before their turn comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.sheets.cells import Chunk


@dataclass(slots=True)
class Prepared(Chunk):
    """Rows that have been worked on: their numbers, and what has become of them; of their columns only the last one."""

    content: bytes


class Ahead(Protocol):
    """Works on rows as far as that depends on nothing but these rows."""

    @property
    def is_wanted(self) -> bool:
        """Tell whether rows may be worked on out of turn."""

    def prepare(self, rows: Chunk) -> bytes | None:
        """Return what becomes of rows, in whichever process; None where it depends on others, or they are unusual."""

    def accept(self, prepared: Prepared) -> bool:
        """Take prepared rows when it is their turn; not where they do not go with those before them."""
