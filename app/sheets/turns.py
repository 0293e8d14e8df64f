"""Rows converted by other processes, and taken when it is their turn."""

from __future__ import annotations

import marshal
from array import array

from app.sheets.batches import Batches
from app.sheets.cells import Chunk
from app.sheets.encode import encoded
from app.sheets.frames import ConvertJob
from app.sheets.read.ahead import Prepared


class Turns:
    """The conversion of a job's rows, as `app.sheets.read.ahead.Ahead` wants it.

    Attributes:
        batches: the conversion in which the rows have their turn; until it is known, none are worked on before.
    """

    def __init__(self, job: ConvertJob) -> None:
        """Convert by the job's plan and rules, for its sink."""
        self.batches: Batches | None = None
        self._job = job

    @property
    def is_wanted(self) -> bool:
        """Tell whether rows may be worked on out of turn."""
        return self.batches is not None and self._job.limit is None and not self._job.skip_hidden

    def prepare(self, rows: Chunk) -> bytes | None:
        """Return the converted rows; None where some cannot be loaded, or are blank or above the header."""
        assert self.batches is not None  # noqa: S101 - is_wanted
        batch = self.batches.alone(rows)
        if batch is None:
            return None
        return marshal.dumps((self.batches.totals(batch), self.batches.keys(batch), encoded(batch, self._job)))

    def accept(self, prepared: Prepared) -> bool:
        """Count prepared rows, and leave of them what the sink takes, unless one has a key that was met before."""
        assert self.batches is not None  # noqa: S101 - is_wanted
        totals, keys, rows = marshal.loads(prepared.content)  # noqa: S302 - by a process forked from this one
        prepared.content = rows
        return self.batches.accept(array("I", prepared.numbers), keys, totals)
