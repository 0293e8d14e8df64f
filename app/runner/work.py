"""What a run does to the database: its session, what it changed, and its checkpoint, committed together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from app.errors import Busy, Failed, Refused
from app.interrupts import uninterrupted
from app.models import RunFailure
from app.runner import checkpoints
from app.runner.batch import Batch
from app.runner.checkpoints import Position
from app.runner.cursor import encode
from app.runner.script import Script
from app.runner.sql.counting import UNKNOWN, RowCounter
from app.runner.sql.guarding import Guard
from app.runner.terms import Record, Terms
from app.words import counted

# Tables of the runner's own: no work of the script.
OWN_TABLES = frozenset({"checkpoints", "run_failures"})
MARK = "opsdesk_begin"
SEE_RUNS = "See who has it: flask runs list"


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
        )
        self.position = position
        self._saves = not (terms.dry_run or script.read_only)
        self._pid = os.getpid()
        self.counter = RowCounter(connection, ignored=OWN_TABLES, on_change=self._check_max_rows)
        self.counter.restore(position.rows)
        self.guard = Guard(
            connection, dry_run=terms.dry_run, read_only=script.read_only, on_own_commit=self._note_commit
        )
        if self._saves:
            event.listen(self.session, "after_begin", self._mark)
        self._connection = connection
        self._terms = terms
        self._record = record
        self._batches_saved = position.batches
        self._total_saved = self.counter.total
        self._rows_saved = self.counter.snapshot()
        self._changing: set[str] = set()

    def _mark(self, _session: Session, transaction: SessionTransaction, connection: Connection) -> None:
        """Begin a transaction with a savepoint: where that is gone at the end, so is what was done before."""
        if not transaction.nested:
            with self.guard.runner():
                connection.exec_driver_sql(f"SAVEPOINT {MARK}")

    @property
    def total(self) -> int:
        """Return how many rows were written by now."""
        self.session.flush()
        return self.counter.total

    @property
    def pending(self) -> bool:
        """Tell whether rows were changed since the last commit."""
        self.session.flush()
        return self.changed

    @property
    def changed(self) -> bool:
        """Tell the same of what was sent to the database by now."""
        return self.counter.total != self._total_saved

    def commit(self, batch: Batch | None = None) -> None:
        """Commit what was done, and the checkpoint with it; in a dry run only send it to the database.

        Raises:
            Busy: another process took the run up.
            Failed: what was done is gone, or half of it. Refused: the script did what it may not.
        """
        self._check(batch)
        self.session.flush()
        self._check_max_rows(self.counter.total)  # also where the script caught it
        if self._terms.dry_run:
            self._total_saved = self.counter.total
        else:
            with uninterrupted(), self.guard.runner():
                self.session.connection()  # what did not use its session has a checkpoint all the same
                self._check_mark()
                self._save(batch)
                self._tell_changing(self._tables_written)
                self.session.commit()
                self._record.rows = self._rows_saved = self.counter.snapshot()
                self._record.committed = self.position.ended
                self._tell_changed()
            self._batches_saved, self._total_saved = self.position.batches, self.counter.total
        self.session.expire_all()

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

    def _check(self, batch: Batch | None) -> None:
        """Raise what stands in the way of a commit, also where the script caught it."""
        if self._pid != os.getpid():
            raise Failed("A process that the script forked came back from it.", "End it with os._exit().")
        if self.guard.refused is not None:
            raise self.guard.refused
        if self._record.lock_lost:
            raise Busy(f"Run {self._record.id} has lost its lock; its last batch was rolled back.", SEE_RUNS)
        if self.guard.broken and (batch is not None or self._is_dry_after_batches):
            raise Failed(
                "The script rolled its batch back, and the items before with it.",
                "Do what may fail inside: with batch.isolated(item): …",
            )

    @property
    def _is_dry_after_batches(self) -> bool:
        """Tell whether a rollback took back what a real run would have committed before."""
        return self._terms.dry_run and (self.position.batches > 0 or self._total_saved > 0)

    def _check_mark(self) -> None:
        """Raise Failed if the transaction is not the one that began; then nobody knows what of it was committed."""
        if not self._saves or self.position.committed_by_script:
            return
        try:
            self._connection.exec_driver_sql(f"RELEASE SAVEPOINT {MARK}")
        except DBAPIError as error:
            self.session.rollback()
            self.session.connection()
            self.position.committed_by_script = True
            self._save(None)
            self.session.commit()
            self._record.tell_changed({UNKNOWN})
            raise Failed(
                "The database or the script ended the transaction of this batch behind the runner's back.",
                "See what of it is in the tables; then start a run anew.",
            ) from error

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
        self._tell_changing({UNKNOWN})  # such as TRUNCATE, which does not count; when it is over is not seen

    @property
    def _tables_written(self) -> set[str]:
        """Return the tables with rows that were written since the last commit."""
        saved = self._rows_saved
        names = (name for name, rows in self.counter.rows.items() if rows != saved.get(name))
        return {table for several in names for table in several.split(", ")}

    def _tell_changing(self, tables: set[str]) -> None:
        self._changing |= tables
        self._record.tell_changing(tables)

    def _tell_changed(self) -> None:
        """Tell of all that was committed since this was last told."""
        tables, self._changing = self._changing, set()
        self._record.tell_changed(tables)

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
