"""What a script is given: its run."""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Select

from app.errors import Failed, Refused
from app.runner.artifacts import Artifacts
from app.runner.batch import ABORT, Batch, check_on_error
from app.runner.checkpoints import Position
from app.runner.cursor import encode, shown
from app.runner.pace import Pace
from app.runner.pages import FOREIGN, Page, Pages, pages_of
from app.runner.stopping import Stopped, Stopper
from app.runner.terms import Record, Terms
from app.runner.work import Work


class ScriptRun:
    """The run of a script, its first argument.

    Attributes:
        id: the run's id in the ledger.
        session: a SQLAlchemy session. The runner commits: with each batch, and at the end.
        log: a logger whose lines go to the run's log and to stderr.
        dry_run: everything will be rolled back.
    """

    pace: Pace

    def __init__(self, work: Work, terms: Terms, record: Record, stopper: Stopper, artifacts: Artifacts) -> None:
        """Put the parts together; the runner does this."""
        self.id = record.id
        self.session = work.session
        self.log = logging.getLogger(f"opsdesk.run.{record.id}")
        self.dry_run = terms.dry_run
        self.calls: list[str] = []
        self._work = work
        self._terms = terms
        self._record = record
        self._stopper = stopper
        self._artifacts = artifacts
        self._next_step = 0
        self._left: _Left | None = None
        self._seen: list[weakref.ref[Batch]] = []
        self._total_given = False

    @property
    def should_stop(self) -> bool:
        """Tell whether somebody asked the run to stop; `batches` asks this by itself.

        A script that was told so and returns has stopped: what is not committed is rolled back.
        """
        self._stopper.noticed = self._stopper.requested
        return self._stopper.noticed is not None

    def progress(self, total: int | None = None, done: int | None = None) -> None:
        """Say how many items there are, and how many are done; `batches` counts by itself."""
        if total is not None:
            self._record.total, self._total_given = total, True
        self._record.done = self._record.done if done is None else done

    def batches(
        self, source: Select[Any] | Iterable[Any], key: Any = None, size: int = 500, on_error: str = ABORT
    ) -> Iterator[Batch]:
        """Yield batches of `size` items; what is done with one is committed, with the checkpoint, before the next.

        A run that is resumed goes on after the last batch that was committed: what is done with an item in the database
        is there exactly once. The loop may be left between two batches, or once all items of one were gone through.

        Args:
            source: a Select without ORDER BY and LIMIT, or what gives the same items in the same order each time.
            key: the query's unique key, a column or a tuple of columns; the primary key by default. For an iterable a
                function that returns an item's key; its place by default.
            size: items of a batch, at least 1.
            on_error: "skip" keeps the keys of items that fail inside `batch.isolated(item)`, and goes on; "abort" not.

        Raises:
            Failed: the source has no unique key; rows were changed outside a batch before; the loop was left in the
                middle of a batch; the batches are collected instead of gone through.
            Refused: the checkpoint is of something else.
        """
        check_on_error(on_error)
        if size < 1:
            raise Failed(f"size is {size}; a batch has at least 1 item.")
        step = self._begin_step()
        if step < self._work.position.step:
            return  # done before the run was resumed
        pages = self._pages(source, key, step)
        self._stopper.in_batches = True
        try:
            yield from self._each(pages, size, on_error)
        finally:
            self._stopper.in_batches = False

    def external(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call what reaches outside the database; in a dry run list the call instead, and return None.

        Such a call happens at least once: a run that dies after it and before its batch is committed calls it again.
        """
        given = ", ".join([*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())])
        self.calls.append(f"{getattr(function, '__qualname__', function)}({given})")
        return None if self.dry_run else function(*args, **kwargs)

    def artifact(self, name: str) -> Path:
        """Return where to write a file that the run leaves; the ledger keeps its name, size and hash.

        Raises:
            Refused: the name has a folder in it.
        """
        return self._artifacts.path(name)

    def finish(self) -> None:
        """Commit what was done after the last batch, and that the script has ended; the runner calls this.

        Raises:
            Stopped: the script had been told to stop, and did.
        """
        if self._stopper.noticed is not None:
            raise Stopped(self._stopper.noticed)
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
        last, counted = False, self._total_given
        while not last:
            self._stopper.check()
            started = time.monotonic()
            if not counted:
                self._count(pages)
                counted = True
            page = pages.next(self.session, size)
            last = page.last
            if page.after is None:
                return
            encode(page.after)  # a key that cannot be kept is an error before anything is done
            self._refuse_collecting()
            batch = Batch(page, self.session, on_error)
            self._seen.append(weakref.ref(batch))
            yield from self._one(page, batch)
            size_done = len(batch)
            del batch
            if not last:
                self.pace.after(size_done, started)

    def _one(self, page: Page, batch: Batch) -> Iterator[Batch]:
        """Yield a batch; commit it once the loop asks for the next one, or note that the loop was left in it."""
        self._left = _Left(page, batch)
        try:
            with self._work.batch():
                yield batch
        except GeneratorExit:
            self._left.total = self._work.total
            self._left.halfway = self._work.pending and not batch.gone_through
            raise
        self._commit(self._advance())

    def _refuse_collecting(self) -> None:
        """Raise Failed if batches are kept: whoever asks for all before doing anything has them committed undone."""
        *earlier, _last = (reference() for reference in self._seen) if self._seen else (None,)
        if any(batch is not None for batch in earlier):
            raise Failed("The batches are collected; each is committed before the next is given.", ONE_BY_ONE)
        self._seen = self._seen[-1:]

    def _count(self, pages: Pages) -> None:
        left = pages.left(self.session)
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
                self.log.warning("Left out %s: %s", shown(key), error)


@dataclass
class _Left:
    """The batch that is being gone through; if its loop was left: the rows written by then, and whether halfway."""

    page: Page
    batch: Batch
    total: int = 0
    halfway: bool = False


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
