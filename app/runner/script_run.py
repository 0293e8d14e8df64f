"""What a script is given: its run."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Select

from app.errors import Failed, Refused
from app.runner.artifacts import Artifacts
from app.runner.batch import ABORT, Batch, check_on_error
from app.runner.cursor import encode, shown
from app.runner.pace import Pace
from app.runner.pages import FOREIGN, Page, Pages, pages_of
from app.runner.stopping import Stopper
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
        self._left: tuple[Page, Batch] | None = None
        self._total_given = False

    @property
    def should_stop(self) -> bool:
        """Tell whether somebody asked the run to stop; `batches` asks this by itself."""
        return self._stopper.requested is not None

    def progress(self, total: int | None = None, done: int | None = None) -> None:
        """Say how many items there are, and how many are done; `batches` counts by itself."""
        if total is not None:
            self._record.total, self._total_given = total, True
        self._record.done = self._record.done if done is None else done

    def batches(
        self, source: Select[Any] | Iterable[Any], key: Any = None, size: int = 500, on_error: str = ABORT
    ) -> Iterator[Batch]:
        """Yield batches of `size` items; what is done with one is committed, with the checkpoint, before the next.

        A run that is resumed goes on after the last batch that was committed: each item is done exactly once.

        Args:
            source: a Select without ORDER BY and LIMIT, or what gives the same items in the same order each time.
            key: the query's unique key, a column or a tuple of columns; the primary key by default. For an iterable a
                function that returns an item's key; its place by default.
            on_error: "skip" keeps the keys of items that fail inside `batch.isolated(item)`, and goes on; "abort" not.

        Raises:
            Failed: the source has no unique key; rows were changed outside a batch before.
            Refused: the checkpoint is of something else.
        """
        check_on_error(on_error)
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
        """Commit what was done after the last batch, and that the script has ended; the runner calls this."""
        self._commit_what_was_left()
        self._work.position.ended = True
        self._work.commit()

    def _begin_step(self) -> int:
        if self._stopper.in_batches:
            raise Failed("A batches loop stands inside another.", "Let one end before the next begins.")
        self._commit_what_was_left()
        if self._work.pending:
            raise Failed(
                "The script changed rows before its batches; a resumed run would do that twice.",
                "Do it in a batch of its own: for _ in run.batches([1]): …",
            )
        self._next_step += 1
        return self._next_step - 1

    def _pages(self, source: Any, key: Any, step: int) -> Pages:
        position = self._work.position
        if position.step < step:
            position.step, position.source, position.last_key, position.position = step, None, None, 0
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
            batch = Batch(page, self.session, on_error)
            encode(page.after)  # a key that cannot be kept is an error before anything is done
            self._left = (page, batch)
            with self._work.batch():
                yield batch
            self._commit_what_was_left()
            if not last:
                self.pace.after(len(batch), started)

    def _count(self, pages: Pages) -> None:
        left = pages.left(self.session)
        self._record.total = None if left is None else self._work.position.done + left

    def _commit_what_was_left(self) -> None:
        """Commit the batch that was gone through: also one in which the script left its loop."""
        if self._left is None:
            return
        page, batch = self._left
        self._left = None
        position = self._work.position
        assert page.after is not None  # noqa: S101 - only such pages are gone through
        position.last_key = encode(page.after)
        position.position += len(page.items)
        position.done += len(page.items)
        position.failed += len(batch.failures)
        position.batches += 1
        self._work.commit(batch)
        self._record.done = position.done
        for key, error in batch.failures:
            self.log.warning("Left out %s: %s", shown(key), error)
