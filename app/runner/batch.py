"""One batch of items, and what is done with one of them on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.errors import Failed, Refused
from app.runner.cursor import Key, shown
from app.runner.pages import Page
from app.words import without_values

ABORT = "abort"
SKIP = "skip"


class Batch(list[Any]):
    """The items of one batch, a list.

    Attributes:
        failures: the items left out by `isolated`: their keys, and what happened.
        gone_through: somebody went through all of its items.
    """

    def __init__(self, page: Page, session: Session, on_error: str, hide: Callable[[str], str] = str) -> None:
        """Hold the items of a page."""
        super().__init__(page.items)
        self.failures: list[tuple[Key, str]] = []
        self.gone_through = False
        self._keys = page.keys
        self._next = 0
        self._session = session
        self._on_error = on_error
        self._hide = hide

    def __iter__(self) -> Iterator[Any]:
        """Go through the items."""
        yield from super().__iter__()
        self.gone_through = True

    @contextmanager
    def isolated(self, item: Any) -> Iterator[None]:
        """Do what stands inside for one item, within a savepoint: `with batch.isolated(order): ...`.

        With on_error="skip" an error rolls back this item alone, and its key is kept for --retry-failed; otherwise the
        error says which item it was.

        Raises:
            Failed: this is no item of the batch.
        """
        key = self._key_of(item)
        try:
            with self._session.begin_nested():
                yield
        except Exception as error:
            if self._on_error != SKIP or _spoils_all(error):
                error.add_note(f"at the item with the key {shown(key)}")
                raise
            self.failures.append((key, self._hide(described(error))))

    def _key_of(self, item: Any) -> Key:
        """Return an item's key; of items that are one object, the next one's."""
        for place in (*range(self._next, len(self)), *range(self._next)):
            if self[place] is item:
                self._next = place + 1
                key: Key = self._keys[place]
                return key
        raise Failed("What isolated() was given is no item of the batch.", "Give it the item itself.")


def check_on_error(on_error: str) -> None:
    """Raise Failed for what `batches` does not know."""
    if on_error not in (ABORT, SKIP):
        raise Failed(f'on_error is "{on_error}".', f'It takes "{ABORT}" or "{SKIP}".')


def described(error: BaseException) -> str:
    """Return what happened for the record: the error's kind and words, without the values that a database quotes."""
    said = str(error.orig) if isinstance(error, DBAPIError) and error.orig is not None else str(error)
    return f"{type(error).__name__}: {without_values(said)}"


def _spoils_all(error: Exception) -> bool:
    """Tell whether the batch is lost, not the item alone: a guard's refusal, a lost connection."""
    return isinstance(error, Refused) or (isinstance(error, DBAPIError) and error.connection_invalidated)
