"""What a sheet holds, in words and addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.extensions import db
from app.services.inspections.columns import InspectedColumn, inspected
from app.services.inspections.trials import ImportTrial
from app.sheets.cells import column_letters
from app.sheets.convert.texts import shown
from app.sheets.frames import Head
from app.sheets.headers import normalised
from app.sheets.infer import infer_table
from app.sheets.inspect.survey import Range, Survey
from app.words import counted

MOST_RANGES = 8  # of hidden rows or columns that are named in a sentence


@dataclass(frozen=True)
class Stray:
    """A column without a header that has cells below it."""

    letters: str
    cells: int


@dataclass(frozen=True)
class InspectedSheet:
    """A sheet; one that was not looked at has neither header row nor problem.

    Attributes:
        problem: why there is nothing to be said of it.
        used: the range from the first to the last cell with a value, `A1:H541910`.
        declared_end: the last cell by the sheet's own word; "" where it says none.
        rows: below the header that are not blank; blank_rows: that are, before the last one that is not.
        hidden_rows, hidden_columns: ranges, `5:9` and `F:H`.
        merged_areas: how many; first_merged: the first of them.
        warnings: sentences about what is likely to be wrong.
        trial: what an import would do, where a table was named.
    """

    sheet: str
    hidden: bool
    problem: str | None = None
    header_row: int | None = None
    used: str | None = None
    declared_end: str = ""
    rows: int = 0
    blank_rows: int = 0
    hidden_rows: tuple[str, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    merged_areas: int = 0
    first_merged: tuple[str, ...] = ()
    without_header: tuple[Stray, ...] = ()
    columns: tuple[InspectedColumn, ...] = ()
    warnings: tuple[str, ...] = ()
    trial: ImportTrial | None = None

    @property
    def is_inspected(self) -> bool:
        """Tell whether it was looked at."""
        return self.header_row is not None or self.problem is not None


def surveyed(name: str, is_hidden: bool, head: Head, found: Survey, skip_hidden: bool) -> InspectedSheet:
    """Return what a sheet holds."""
    types = _types_of_create(head, found)
    return InspectedSheet(
        sheet=name,
        hidden=is_hidden,
        header_row=head.header_row,
        used=_used(found),
        declared_end=found.declared_end,
        rows=found.rows,
        blank_rows=found.blank_rows,
        hidden_rows=tuple(map(_rows, found.hidden_rows)),
        hidden_columns=tuple(map(_columns, found.hidden_columns)),
        merged_areas=found.merged,
        first_merged=tuple(found.first_merged),
        without_header=tuple(Stray(column_letters(position), cells) for position, cells in found.strays),
        columns=tuple(
            inspected(header, profile, *type_, is_text_file=bool(head.encoding))
            for header, profile, type_ in zip(head.headers, found.columns, types, strict=True)
        ),
        warnings=tuple(_warnings(head, found, skip_hidden)),
    )


def _types_of_create(head: Head, found: Survey) -> list[tuple[str, str]]:
    """Return name and type of the column that `--create` would make for each header."""
    table = infer_table("inspected", head.headers, found.columns)
    columns = list(table.columns)[-len(head.headers) :]
    return [(column.name, column.type.compile(db.engine.dialect).lower()) for column in columns]


def _used(found: Survey) -> str | None:
    if found.used is None:
        return None
    top, left, bottom, right = found.used
    return f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"


def _rows(rows: Range) -> str:
    first, last = rows
    return str(first) if first == last else f"{first}:{last}"


def _columns(columns: Range) -> str:
    first, last = map(column_letters, columns)
    return first if first == last else f"{first}:{last}"


def _warnings(head: Head, found: Survey, skip_hidden: bool) -> list[str]:
    sentences = []
    end = (_used(found) or ":").partition(":")[2]
    if found.declared_end not in ("", end):
        sentences.append(f"The sheet says that it ends in {found.declared_end}; its values end in {end or 'no cell'}.")
    if found.hidden_rows or found.hidden_columns:
        done = "left out" if skip_hidden else "an import reads them like any other; --skip-hidden leaves them out"
        sentences.append(f"{_hidden(found)}: {done}.")
    if found.merged:
        areas = _some(found.first_merged, found.merged)
        sentences.append(f"{counted(found.merged, 'merged area')} ({areas}): the value is in the first cell only.")
    if found.strays:
        letters = _some([column_letters(position) for position, _ in found.strays])
        cells = counted(sum(cells for _, cells in found.strays), "cell")
        sentences.append(
            f"Columns without a header are not read: {letters} ({cells}). "
            f"Is row {head.header_row} the row of the headers? Name it with --header-row."
        )
    return sentences + _double_headers(head)


def _hidden(found: Survey) -> str:
    parts = []
    for what, hidden, spell in (("row", found.hidden_rows, _rows), ("column", found.hidden_columns, _columns)):
        if hidden:
            count = sum(last - first + 1 for first, last in hidden)
            parts.append(f"{counted(count, f'hidden {what}')} ({_some(list(map(spell, hidden)))})")
    return " and ".join(parts)


def _some(names: Sequence[str], count: int | None = None) -> str:
    """Return the first of some names; there are `count` of them, or as many as are given."""
    shown_names = names[:MOST_RANGES]
    more = (len(names) if count is None else count) - len(shown_names)
    return ", ".join(shown_names) + (f" and {more:,} more" if more > 0 else "")


def _double_headers(head: Head) -> list[str]:
    counts = Counter(normalised(text) for _, text in head.headers)
    sentences = []
    for name, count in counts.items():
        if count > 1:
            same = [(position, text) for position, text in head.headers if normalised(text) == name]
            letters = _some([column_letters(position) for position, _ in same])
            sentences.append(f"{count} columns are called {shown(same[0][1])}: {letters}.")
    return sentences
