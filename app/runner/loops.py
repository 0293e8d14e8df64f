"""The `batches` loops of a run: page by page, each committed with its checkpoint before the next is given."""

from __future__ import annotations

import gc
import logging
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from app.errors import Failed, Refused
from app.runner.batch import Batch
from app.runner.checkpoints import Position
from app.runner.cursor import encode, shown
from app.runner.pace import Pace
from app.runner.pages import FOREIGN, Page, Pages, pages_of
from app.runner.stopping import Stopped, Stopper
from app.runner.terms import Record, Terms
from app.runner.work import Work


@dataclass
class _Left:
    """The batch that is being gone through; if its loop was left: the rows written by then, and whether halfway."""

    page: Page
    batch: Batch
    total: int = 0
    halfway: bool = False


class Loops:
    """The loops of one attempt at a run: they take turns, and a resumed run passes over those that are done.

    Attributes:
        counts: set the run's total at the beginning of each loop; not where the script says it itself.
    """

    def __init__(
        self, work: Work, terms: Terms, record: Record, stopper: Stopper, pace: Pace, log: logging.Logger
    ) -> None:
        self.counts = True
        self._work = work
        self._terms = terms
        self._record = record
        self._stopper = stopper
        self._pace = pace
        self._log = log
        self._next_step = 0
        self._left: _Left | None = None
        self._seen: list[weakref.ref[Batch]] = []

    def loop(self, source: Any, key: Any, size: int, on_error: str) -> Iterator[Batch]:
        """Yield the batches of one loop: see `ScriptRun.batches`."""
        step = self._begin_step()
        if step < self._work.position.step:
            return  # done before the run was resumed
        pages = self._pages(source, key, step)
        self._stopper.in_batches = True
        try:
            yield from self._each(pages, size, on_error)
        finally:
            self._stopper.in_batches = False

    def finish(self) -> None:
        """Commit what was done after the last batch, and that the script has ended.

        Raises:
            Stopped: the script had been told to stop, and did.
            Failed: its last loop was left in the middle of a batch.
        """
        if self._stopper.noticed is not None:
            raise Stopped(self._stopper.noticed)
        if self._stopper.in_batches:
            self._leave()
        batch = self._advance()
        self._work.position.ended = True
        self._commit(batch)

    def _begin_step(self) -> int:
        if self._stopper.in_batches:
            raise Failed("A batches loop stands inside another.", "Let one end before the next begins.")
        if self._work.pending if self._left is None else self._work.total != self._left.total:
            raise Failed(
                "The script changed rows between its batches; a resumed run would do that twice.",
                "Do it in a batch of its own: for _ in run.batches([1]): …",
            )
        if self._left is not None:
            batch = self._advance()
            _begin(self._work.position, self._next_step)
            self._commit(batch)
        self._next_step += 1
        self._seen = []
        return self._next_step - 1

    def _pages(self, source: Any, key: Any, step: int) -> Pages:
        position = self._work.position
        if position.step < step:
            _begin(position, step)
        failed = None if self._terms.failed is None else self._terms.failed.get(step, ())
        pages = pages_of(source, key, failed)
        if position.source is not None and position.source != pages.fingerprint:
            raise Refused("The checkpoint is of another query than the script's.", FOREIGN)
        if position.last_key is not None:
            pages.go_to(position.last_key, position.position)
        position.source = pages.fingerprint
        return pages

    def _each(self, pages: Pages, size: int, on_error: str) -> Iterator[Batch]:
        last, counted = False, not self.counts
        while not last:
            self._stopper.check()
            started = time.monotonic()
            if not counted:
                self._count(pages)
                counted = True
            page = pages.next(self._work.session, size)
            last = page.last
            if page.after is None:
                return
            encode(page.after)  # a key that cannot be kept is an error before anything is done
            self._refuse_collecting()
            batch = Batch(page, self._work.session, on_error, self._terms.hide)
            self._seen.append(weakref.ref(batch))
            yield from self._one(page, batch)
            size_done = len(batch)
            del batch
            if not last:
                self._pace.after(size_done, started)

    def _one(self, page: Page, batch: Batch) -> Iterator[Batch]:
        """Yield a batch; commit it once the loop asks for the next one, or note that the loop was left in it."""
        self._left = _Left(page, batch)
        try:
            with self._work.batch():
                yield batch
        except GeneratorExit:
            self._leave()
            raise
        self._commit(self._advance())

    def _leave(self) -> None:
        """Note where the loop was left: by break, return or an error, which nobody can tell apart."""
        assert self._left is not None  # noqa: S101 - a batch is being gone through
        with suppress(Exception):  # of an error that is on its way already
            self._work.session.flush()
        self._left.total = self._work.counter.total
        self._left.halfway = self._work.changed and not self._left.batch.gone_through

    def _refuse_collecting(self) -> None:
        """Raise Failed if batches are kept: whoever asks for all before doing anything has them committed undone."""
        if self._holds_earlier():
            gc.collect()  # an error that was caught and logged may hold it by a cycle through its frames
            if self._holds_earlier():
                raise Failed("The batches are collected; each is committed before the next is given.", ONE_BY_ONE)
        self._seen = self._seen[-1:]

    def _holds_earlier(self) -> bool:
        """Tell whether somebody has a batch before the last one."""
        return any(reference() is not None for reference in self._seen[:-1])

    def _count(self, pages: Pages) -> None:
        left = pages.left(self._work.session)
        self._record.total = None if left is None else self._work.position.done + left

    def _advance(self) -> Batch | None:
        """Move the position behind the batch that was gone through, and return it; None if there is none."""
        if self._left is None:
            return None
        left, self._left = self._left, None
        if left.halfway:
            raise Failed("The loop was left in the middle of a batch; what that did is rolled back.", BETWEEN)
        _advance(self._work.position, left)
        return left.batch

    def _commit(self, batch: Batch | None) -> None:
        self._work.commit(batch)
        if batch is not None:
            self._record.done = self._work.position.done
            for key, error in batch.failures:
                self._log.warning("Left out %s: %s", shown(key), error)


def _begin(position: Position, step: int) -> None:
    """Bring a position to the beginning of a step."""
    position.step, position.source, position.last_key, position.position = step, None, None, 0


def _advance(position: Position, left: _Left) -> None:
    """Bring a position behind a batch."""
    assert left.page.after is not None  # noqa: S101 - only such pages are gone through
    position.last_key = encode(left.page.after)
    position.position += len(left.page.items)
    position.done += len(left.page.items)
    position.failed += len(left.batch.failures)
    position.batches += 1


ONE_BY_ONE = "Go through them one by one: for batch in run.batches(…): …"
BETWEEN = "Go through all items of the batch, then break; or break before anything is changed."
