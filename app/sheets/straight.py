"""Rows from a worksheet's XML into stored values at once, where that is compiled and the plan allows it.

What `app.sheets.compiled.straight` does not take goes through cells, as everything does where nothing is compiled.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

from app.sheets.batches import Batches
from app.sheets.compiled import compiled
from app.sheets.convert.many import EXACT_DIGITS, decimal_limit
from app.sheets.frames import COLUMNS, TEXT, ConvertJob
from app.sheets.plan import MappedColumn
from app.sheets.read.straight import Stored
from app.sheets.read.xlsx.serials import DateShape
from app.sheets.read.xlsx.styles import NumberReader
from app.sheets.read.xlsx.values import CellValues
from app.sheets.sums import CRC, EXACT, measure_of
from app.sheets.table import DOUBLE_DIGITS, Column

if TYPE_CHECKING:
    from app.sheets.compiled.straight import Rows

_compiled = compiled("straight")
NO_LIMIT = -1
MOST_FRACTION_DIGITS = 6
LEFT_TO_CELLS = ""
IS_COMPILED = _compiled is not None and sys.byteorder == "little"


class Spec(NamedTuple):
    """What the compiled part is told of a column of the plan.

    Attributes:
        position: in the sheet, from 0.
        kind: that of the column; `LEFT_TO_CELLS` of one whose rows it takes only where the cell is blank.
        measure: what proves it, see `app.sheets.sums`.
        is_key: its values are compared within the sheet.
        stays_float: decimals go as doubles, which is what SQLite makes of their texts.
        low, high: of an integer; of a decimal, `high` in units of its last decimal, with or without a sign.
        length, max_bytes: of a text, or `NO_LIMIT`.
    """

    position: int
    kind: str
    measure: str
    is_required: bool
    is_key: bool
    stays_float: bool
    drops_spaces: bool
    zero_is_next: bool
    scale: int
    fraction_digits: int
    low: int
    high: int
    length: int
    max_bytes: int
    members: frozenset[str]


class StraightRows:
    """The straight way of one job's rows.

    Attributes:
        batches: the conversion that counts the rows; before it is known, none are taken.
    """

    def __init__(self, job: ConvertJob, ignored: frozenset[int] = frozenset()) -> None:
        """Convert by the job's plan and rules, for its sink.

        Args:
            ignored: columns whose cells are left out on purpose.
        """
        self.batches: Batches | None = None
        self.ignored = ignored
        self._job = job
        self._is_open = IS_COMPILED and job.limit is None and not job.skip_hidden and not job.rules.nulls
        self._rows: Rows | None = None

    def take(self, xml: bytes, values: CellValues) -> Stored | None:
        """Return rows as the sink takes them, once they are counted; None of those that are to be read cell by cell."""
        if not self._is_open or self.batches is None:
            return None
        if self._rows is None:
            self._rows = self._rows_of(values)
        taken = self._rows.take(xml)
        if taken is None:
            return None
        above, numbers, widest, totals, keys, rows = taken
        if not self.batches.accept(array("I", numbers), keys, totals):
            return None
        return Stored(numbers, {widest: []}, rows, above)

    def _rows_of(self, values: CellValues) -> Any:
        job = self._job
        compared = {index for _, indexes in job.plan.filled_keys() for index in indexes}
        return _compiled.Rows(
            [_spec(mapped, index in compared, job.sink) for index, mapped in enumerate(job.plan.columns)],
            list(map(_style, values.readers)),
            values.strings,
            self.ignored,
            job.plan.header_row,
            job.stage,
            job.sink == TEXT,
        )


def _spec(mapped: MappedColumn, is_key: bool, sink: str) -> Spec:
    column = mapped.column
    stays_float = not is_key and sink == COLUMNS and column.exact_digits == DOUBLE_DIGITS
    low, high = column.minimum, column.maximum
    if column.kind == "decimal":
        high = 10 ** min(column.precision or 0, EXACT_DIGITS) - 1
    if column.kind == "boolean":
        low, high = 0, 1
    is_straight = _is_straight(column)
    return Spec(
        position=mapped.position,
        kind=column.kind if is_straight else LEFT_TO_CELLS,
        measure=measure_of(column),
        is_required=column.is_required,
        is_key=is_key,
        stays_float=stays_float,
        drops_spaces=column.drops_spaces,
        zero_is_next=column.zero_is_next,
        scale=(column.scale or 0) if is_straight else 0,
        fraction_digits=column.fraction_digits if is_straight else 0,
        low=-(10**EXACT_DIGITS) if low is None else max(low, -(10**EXACT_DIGITS)),
        high=10**EXACT_DIGITS if high is None else min(high, 10**EXACT_DIGITS),
        length=_limit(column.length),
        max_bytes=_limit(column.max_bytes),
        members=frozenset(column.members),
    )


def _limit(limit: int | None) -> int:
    return NO_LIMIT if limit is None or limit > sys.maxsize else limit


def _is_straight(column: Column) -> bool:
    """Tell whether the compiled part knows what cells become in such a column."""
    if column.zero_is_next:
        return column.kind == "integer"
    if column.kind == "decimal":
        measure = measure_of(column)
        is_proved = measure == EXACT or (measure == CRC and column.exact_digits is None)
        return is_proved and decimal_limit(column) is not None and 0 <= (column.scale or 0) <= EXACT_DIGITS
    if column.kind == "datetime":
        return 0 <= column.fraction_digits <= MOST_FRACTION_DIGITS
    if column.kind == "float":
        return column.exact_digits is None
    return column.kind in _compiled.KINDS


def _style(reader: NumberReader) -> tuple[int, int, int, int]:
    """Return what a style makes of numbers: one of the compiled part's kinds; of days, what serials count from, and
    the first serial that has one, and the one behind the last."""
    shape = reader.shape
    if shape is None:
        return _compiled.STYLES["plain"], 0, 0, 0
    if not isinstance(shape, DateShape):
        return _compiled.STYLES["odd"], 0, 0, 0
    days = shape.days
    return _compiled.STYLES["moment" if shape.has_time else "day"], days.epoch.toordinal(), days.first, days.last
