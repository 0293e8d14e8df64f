"""One batch of items, and what is done with one of them on its own."""

from __future__ import annotations

from collections.abc import Iterator
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
# Errors after which MySQL has rolled the whole transaction back, savepoints included (MySQL manual, "InnoDB Error
# Handling"): a deadlock, and a lock table that is full.
WHOLE_TRANSACTION = (1213, 1206)


class Batch(list[Any]):
    """The items of one batch, a list.

    `failures` are the items left out by `isolated`: their keys, and what happened.
    """

    def __init__(self, page: Page, session: Session, on_error: str) -> None:
        """Hold the items of a page."""
        super().__init__(page.items)
        self.failures: list[tuple[Key, str]] = []
        self._keys = {id(item): key for item, key in zip(page.items, page.keys, strict=True)}
        self._session = session
        self._on_error = on_error

    @contextmanager
    def isolated(self, item: Any) -> Iterator[None]:
        """Do what stands inside for one item, within a savepoint: `with batch.isolated(order): ...`.

        With on_error="skip" an error rolls back this item alone, and its key is kept for --retry-failed; otherwise the
        error says which item it was.
        """
        try:
            with self._session.begin_nested():
                yield
        except Exception as error:
            key = self._keys[id(item)]
            if self._on_error != SKIP or _spoils_all(error):
                error.add_note(f"at the item with the key {shown(key)}")
                raise
            self.failures.append((key, described(error)))


def check_on_error(on_error: str) -> None:
    """Raise Failed for what `batches` does not know."""
    if on_error not in (ABORT, SKIP):
        raise Failed(f'on_error is "{on_error}".', f'It takes "{ABORT}" or "{SKIP}".')


def described(error: BaseException) -> str:
    """Return what happened for the record: the error's kind and words, without the values that a database quotes."""
    said = str(error.orig) if isinstance(error, DBAPIError) and error.orig is not None else str(error)
    return f"{type(error).__name__}: {without_values(said)}"


def _spoils_all(error: Exception) -> bool:
    """Tell whether the batch is lost, not the item alone: a guard's refusal, a lost connection, a deadlock."""
    if isinstance(error, DBAPIError):
        number = error.orig.args[0] if error.orig is not None and error.orig.args else None
        return error.connection_invalidated or number in WHOLE_TRANSACTION
    return isinstance(error, Refused)
