"""The one way in which a conversion says no."""

from __future__ import annotations


class BadCell(Exception):
    """A cell that cannot be stored in its column.

    `cause` continues the sentence "amount ..." and is the same for all cells with this mistake, so that they can be
    counted together; `note` is what is to be said of this one cell beside its value.
    """

    def __init__(self, cause: str, note: str = "") -> None:
        super().__init__(cause, note)
        self.cause = cause
        self.note = note

    def beside(self, value: str) -> str:
        """Return the cell's value, as messages show it, with the note."""
        return f"{value} ({self.note})" if self.note else value
