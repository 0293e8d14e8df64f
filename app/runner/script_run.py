"""What a script is given: its run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Select

from app.errors import Failed
from app.runner.artifacts import Artifacts
from app.runner.batch import ABORT, Batch, check_on_error
from app.runner.loops import Loops
from app.runner.pace import Pace
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
        calls: what was called outside the database, or would have been.
        finish: what the runner calls at the end: see `Loops.finish`.
    """

    def __init__(
        self, work: Work, terms: Terms, record: Record, stopper: Stopper, artifacts: Artifacts, engine: Engine
    ) -> None:
        """Put the parts together; the runner does this."""
        self.id = record.id
        self.session = work.session
        self.log = logging.getLogger(f"opsdesk.run.{record.id}")
        self.dry_run = terms.dry_run
        self.calls: list[str] = []
        self._record = record
        self._stopper = stopper
        self._artifacts = artifacts
        self._loops = Loops(work, terms, record, stopper, Pace(terms, stopper, engine, self), self.log)
        self.finish = self._loops.finish

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
            self._record.total, self._loops.counts = total, False
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
        return self._loops.loop(source, key, size, on_error)

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
