"""The rows of an import that cannot be loaded: by their cells, and by what the table forbids; all in one list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import Invalid
from app.services.imports.sources import Source
from app.services.imports.staging import STAGE_STEP
from app.services.masking import masked
from app.sheets.diagnose import Violation, Violations
from app.sheets.modes import INSERT, Mode
from app.sheets.rejects import RejectedCell, group_lines, grouped
from app.words import counted


@dataclass(frozen=True)
class Rejections:
    """Rejected cells, as many as were kept, in the order of files, sheets and rows; `rejected` rows of `rows` read."""

    cells: tuple[RejectedCell, ...] = ()
    rejected: int = 0
    rows: int = 0


SKIP = "with --on-error skip"
NONE_LEFT_OUT = ".\n--mode replace leaves none of them out: what the table has of them would be deleted."


class RowsRejected(Invalid):
    """Rows that cannot be loaded; nothing was written.

    The values of cells are for the person who imports; the record has their addresses alone.
    """

    label = "Nothing was written"

    def __init__(self, rejections: Rejections, files: int, mode: Mode = INSERT) -> None:
        """Describe the rejects, grouped by cause.

        Args:
            files: how many files were read; addresses name theirs if there are several.
            mode: of the import; where rows are deleted that it does not have, none of its own can be left out.
        """
        self.rejections = rejections
        self._others = "" if mode.deletes else _others(rejections)
        self._end = NONE_LEFT_OUT if mode.deletes else "."
        groups = grouped(rejections.cells)
        summary = f"{rejections.rejected:,} of {counted(rejections.rows, 'row')} cannot be loaded.{_listed(rejections)}"
        super().__init__(
            "\n".join([summary, *group_lines(groups, files > 1)]),
            f"Write them to a workbook, to be mended there, with --rejects FILE.xlsx{self._or(SKIP)}{self._end}",
            for_record="\n".join([summary, *group_lines(groups, files > 1, with_values=False)]),
        )

    def written_to(self, path: Path, missing: str) -> None:
        """Say where the rows are; `missing` is a sentence about those that are not there, if there are any."""
        said = f"The rows are in {path}: mend them there and import that file{self._or(SKIP, ',')}{self._end}"
        self.hint = "\n".join(filter(None, [said, missing]))

    def kept_as(self, name: str) -> None:
        """Say which artifact of the run has the rows, to whoever types no options."""
        said = f"The rows are in the run's {name}: mend them there and import that file"
        self.hint = f"{said}{self._or('without them', ',')}{self._end}"

    def _or(self, how: str, comma: str = "") -> str:
        return f"{comma}\nor {self._others} {how}" if self._others else ""


def _listed(rejections: Rejections) -> str:
    """Return how many rows are listed, where not all are."""
    listed = len({(cell.file, cell.sheet, cell.row) for cell in rejections.cells})
    return f" The first {listed:,} are listed; --max-errors lists more." if listed < rejections.rejected else ""


def _others(rejections: Rejections) -> str:
    """Return what else can be done, where there are good rows."""
    good = rejections.rows - rejections.rejected
    return f"load the other {counted(good, 'row')} now" if good else ""


def rejections(sources: Sequence[Source], violations: Violations, most: int) -> Rejections:
    """Return the rejects of what was read: cells that do not convert, and staged rows that do not fit the table.

    Args:
        most: how many cells to keep.
    """
    cells = sorted(_cells(sources, violations), key=lambda found: (found[0], found[1].row, found[1].position))
    kept = dict.fromkeys(cell for _, cell in cells)
    return Rejections(
        tuple(kept)[:most],
        sum(source.summary.rejected for source in sources) + len(violations.rows),
        sum(source.summary.rows for source in sources),
    )


def _cells(sources: Sequence[Source], violations: Violations) -> Iterator[tuple[int, RejectedCell]]:
    """Yield each reject with the place of its sheet among the sources."""
    for number, source in enumerate(sources):
        for reject in source.summary.rejects:
            yield number, _cell(source, reject.row, reject.column, reject.cause, reject.value)
    for violation in violations.found:
        yield violation.stage_row // STAGE_STEP, _violating_cell(sources, violation)


def _violating_cell(sources: Sequence[Source], violation: Violation) -> RejectedCell:
    number, row = divmod(violation.stage_row, STAGE_STEP)
    source = sources[number]
    names = [mapped.column.name for mapped in source.planned.columns]
    index = names.index(violation.column) if violation.column in names else 0
    return _cell(source, row, index, violation.cause, violation.value)


def _cell(source: Source, row: int, index: int, cause: str, value: str) -> RejectedCell:
    mapped = source.planned.columns[index]
    name = mapped.column.name
    return RejectedCell(source.name, source.head.sheet, row, mapped.position, name, cause, masked(value, name))
