"""A sheet from its first row to its last: how far it goes, what is hidden and merged, and what its columns hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any, Self

from app.sheets.cells import Cell, Chunk
from app.sheets.data_rows import DataRows, Selection
from app.sheets.frames import ProfileJob
from app.sheets.inspect.profile import ColumnProfile, Sighting
from app.sheets.inspect.trial import Trial, TrialResult
from app.sheets.read.findings import Findings
from app.sheets.read.workbook import Workbook

Range = tuple[int, int]  # the first and the last of some rows or columns that follow each other


@dataclass
class Survey:
    """What a sheet holds; all of it is JSON.

    Attributes:
        rows: below the header that are not blank; blank_rows: that are, before the last one that is not.
        used: the first row and column, and the last ones, that have a value; rows from 1, columns from 0.
        declared_end: the last cell by the sheet's own word, which may be wrong; "" where it says none.
        hidden_rows, hidden_columns: ranges of them.
        merged: how many merged areas there are; first_merged: the addresses of the first ones.
        strays: columns without a header that have cells below it, and how many.
        columns: one for each of the job's positions.
        trial: what an import would do, where the job asks for it.
    """

    rows: int = 0
    blank_rows: int = 0
    used: tuple[int, int, int, int] | None = None
    declared_end: str = ""
    hidden_rows: list[Range] = field(default_factory=list)
    hidden_columns: list[Range] = field(default_factory=list)
    merged: int = 0
    first_merged: list[str] = field(default_factory=list)
    strays: list[tuple[int, int]] = field(default_factory=list)
    columns: list[ColumnProfile] = field(default_factory=list)
    trial: TrialResult | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Self:
        """Return what `as_dict` gave and JSON has carried.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        survey = cls(**answer)
        survey.used = None if answer["used"] is None else tuple(answer["used"])
        for name in ("hidden_rows", "hidden_columns", "strays"):
            setattr(survey, name, [(first, last) for first, last in answer[name]])
        survey.columns = [_profile(column) for column in answer["columns"]]
        survey.trial = None if answer["trial"] is None else TrialResult.of(answer["trial"])
        return survey


def survey(workbook: Workbook, job: ProfileJob, progress: Callable[[int, float], None]) -> Survey:
    """Return what a sheet holds.

    Args:
        progress: is told how many rows have been read, and what share of the sheet, now and then.
    """
    chunks = workbook.rows(job.sheet)
    first = next(chunks, Chunk([], {}))
    findings = workbook.findings()
    surveyor = _Surveyor(job, findings)
    watched = surveyor.watched(chain([first], chunks), progress)
    if job.trial is None:
        for _ in watched:
            pass
    else:
        trial = Trial(job.trial, bool(workbook.encoding))
        trial.run(watched, findings.hidden_rows)
        surveyor.found.trial = trial.result()
    return surveyor.finished()


class _Surveyor:
    def __init__(self, job: ProfileJob, findings: Findings) -> None:
        self.found = Survey(columns=[ColumnProfile() for _ in job.positions])
        self._job = job
        self._findings = findings
        left_out = frozenset(findings.hidden_columns if job.skip_hidden else ())
        self._data = DataRows(
            Selection(job.header_row, frozenset(job.positions), left_out, skip_hidden=job.skip_hidden, limit=job.limit)
        )

    def watched(self, chunks: Iterable[Chunk], progress: Callable[[int, float], None]) -> Iterator[Chunk]:
        """Yield the chunks, and take each into account, until there are as many rows as the job wants."""
        for chunk in chunks:
            self._measure(chunk)
            for rows in self._data.of([chunk], self._findings.hidden_rows):
                self._profile(rows)
            yield chunk
            progress(self._data.count, self._findings.share)
            if self._data.count == self._job.limit and self._job.trial is None:  # which has a count of its own
                return

    def finished(self) -> Survey:
        """Return what was found, when all has been read."""
        found, findings = self.found, self._findings
        found.rows = self._data.count
        found.blank_rows = self._data.blank_rows
        found.declared_end = findings.declared_end
        found.hidden_rows = ranges(findings.hidden_rows)
        found.hidden_columns = ranges(findings.hidden_columns)
        found.merged = len(findings.merged)
        found.first_merged = findings.first_merged
        found.strays = sorted(self._data.strays.items())
        return found

    def _measure(self, chunk: Chunk) -> None:
        """Widen the range that is used."""
        order = sorted(range(len(chunk.numbers)), key=chunk.numbers.__getitem__)  # rows may stand in any
        for column, cells in chunk.columns.items():
            first = next((place for place in order if cells[place] is not None), None)
            if first is None:
                continue
            last = next(place for place in reversed(order) if cells[place] is not None)
            top, bottom = chunk.numbers[first], chunk.numbers[last]
            used = self.found.used or (top, column, bottom, column)
            self.found.used = (
                min(used[0], top),
                min(used[1], column),
                max(used[2], bottom),
                max(used[3], column),
            )

    def _profile(self, rows: Chunk) -> None:
        blank: list[Cell] = [None] * len(rows.numbers)
        for profile, position in zip(self.found.columns, self._job.positions, strict=True):
            profile.add(rows.numbers, rows.columns.get(position, blank))


def ranges(numbers: Iterable[int]) -> list[Range]:
    """Return numbers as ranges: 1, 2, 3 and 7 are (1, 3) and (7, 7)."""
    found: list[Range] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def _profile(answer: dict[str, Any]) -> ColumnProfile:
    groups = {
        name: {key: Sighting(**sighting) for key, sighting in answer[name].items()}
        for name in ("types", "unusable", "looks")
    }
    ranges = {name: (least, greatest) for name, (least, greatest) in answer["ranges"].items()}
    return ColumnProfile(**{**answer, **groups, "ranges": ranges})
