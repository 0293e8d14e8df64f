"""What a run does to the database: its session, what it changed, and its checkpoint, committed together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from app.errors import Failed, Refused
from app.interrupts import uninterrupted
from app.models import RunFailure
from app.runner import checkpoints
from app.runner.batch import Batch
from app.runner.checkpoints import Position
from app.runner.cursor import encode
from app.runner.script import Script
from app.runner.sql.counting import RowCounter
from app.runner.sql.guarding import Guard
from app.runner.terms import Record, Terms
from app.words import counted

# Tables of the runner's own: no work of the script.
OWN_TABLES = frozenset({"checkpoints", "run_failures"})


class Work:
    """The database side of one attempt at a run.

    Attributes:
        session: the script's; the runner commits it.
        position: as the next checkpoint will say it.
    """

    def __init__(
        self, connection: Connection, script: Script, terms: Terms, record: Record, position: Position
    ) -> None:
        """Work through `connection`, from `position` on."""
        self.session = Session(
            connection,
            join_transaction_mode="control_fully",  # its commit is one, whoever began the transaction
            expire_on_commit=False,
        )
        self.position = position
        self.counter = RowCounter(connection, ignored=OWN_TABLES, on_change=self._check_max_rows)
        self.counter.restore(position.rows)
        self.guard = Guard(
            connection, dry_run=terms.dry_run, read_only=script.read_only, on_own_commit=self._note_commit
        )
        self._connection = connection
        self._terms = terms
        self._record = record
        self._saves = not (terms.dry_run or script.read_only)
        self._batches_saved = position.batches
        self._total_saved = self.counter.total

    @property
    def pending(self) -> bool:
        """Tell whether rows were changed since the last commit."""
        self.session.flush()
        return self.counter.total != self._total_saved

    def commit(self, batch: Batch | None = None) -> None:
        """Commit what was done, and the checkpoint with it; in a dry run only send it to the database.

        Raises:
            Busy: another process took the run up.
            Failed: the script rolled the batch back. Refused: it did what it may not.
        """
        if self.guard.refused is not None:
            raise self.guard.refused  # also where the script caught it
        if batch is not None and self.guard.broken:
            raise Failed(
                "The script rolled its batch back, and the items before with it.",
                "Do what may fail inside: with batch.isolated(item): …",
            )
        self.session.flush()
        if self._terms.dry_run:
            self._total_saved = self.counter.total
        else:
            with uninterrupted(), self.guard.runner():
                self.session.connection()  # what did not use its session has a checkpoint all the same
                self._save(batch)
                self.session.commit()
                self._record.rows = self.counter.snapshot()
                self._record.committed = self.position.ended
            self._batches_saved, self._total_saved = self.position.batches, self.counter.total
        self.session.expunge_all()

    def close(self) -> None:
        """Roll back what is not committed, and take the listeners away."""
        with self.guard.runner():
            try:
                self.session.close()
            finally:
                self.counter.remove()
                self.guard.remove()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Do a batch inside: nothing may end its transaction but the runner."""
        with self.guard.batch():
            yield

    def _save(self, batch: Batch | None) -> None:
        if not self._saves:
            return
        self.position.rows = self.counter.snapshot()
        if batch is not None and batch.failures:
            rows = [
                {"run_id": self._record.id, "step": self.position.step, "key": encode(key), "error": error}
                for key, error in batch.failures
            ]
            self._connection.execute(insert(RunFailure), rows)
        checkpoints.save(self._connection, self._record.id, self.position, self._batches_saved)

    def _note_commit(self) -> None:
        """Note that the script commits by itself, in the transaction that it commits."""
        self.position.committed_by_script = True
        with self.guard.runner():
            self._save(None)

    def _check_max_rows(self, total: int) -> None:
        if self._terms.max_rows is None or total <= self._terms.max_rows:
            return
        message = f"More than {counted(self._terms.max_rows, 'row')} would change;"
        if not self._batches_saved:
            hint = "See what it does with --dry-run, or allow more with --max-rows."
            raise Refused(f"{message} all is rolled back.", hint)
        raise Refused(
            f"{message} {counted(self._total_saved, 'changed row')} of earlier batches stay, the rest is rolled back.",
            f"To go on with more: flask runs resume {self._record.id} --max-rows N",
        )
