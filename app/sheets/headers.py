"""Match the headers of a sheet to the columns of a table: by name, by COMMENT, then by what the operator says."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from app.errors import Invalid
from app.sheets.cells import column_letters
from app.sheets.convert.texts import shown
from app.sheets.plan import MappedColumn, Plan
from app.sheets.table import UNSUPPORTED, Column, Table

HINT = 'Match a header by hand with --map "Header=column", leave one out with --map "Header=".'
# The columns that a rejects workbook has beside the sheet's own; a mended one is imported as it is.
REJECT_HEADERS = ("_row", "_error")
LONGEST_MISSPELLED = 100  # characters of a name for which others are suggested
_IGNORED = re.compile(r"[\s_\-]+")

Header = tuple[int, str]  # the sheet's column from 0, and the text in the header row
Found = tuple[Column, str]  # a column, and by what it was found: name or comment
# Asked for the headers that fit no column; tells whether to leave them out.
LeaveOut = Callable[[list[str]], bool]


def normalised(name: str) -> str:
    """Return a header or column name as it is compared: NFKC, without case, spaces, `_` and `-`."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name)).casefold()


def make_plan(
    sheet: str,
    header_row: int,
    headers: Sequence[Header],
    table: Table,
    mapping: Mapping[str, str],
    leave_out: LeaveOut,
) -> Plan:
    """Return the plan of an import.

    Args:
        headers: of the sheet, in order.
        mapping: header to column name, or to "" for a header to leave out; what it names is not matched otherwise.
        leave_out: asked whether unknown headers may be left out.

    Raises:
        Invalid: headers are unknown, double, or missing; the message lists all of them.
    """
    problems: list[str] = []
    matched, left_out, unknown = _matched(headers, table, _chosen(headers, table, mapping, problems))
    problems += misfits(matched, table)
    if unknown and not problems and leave_out([header for _, header in unknown]):
        left_out += unknown
    else:
        problems += [_unknown(header, table) for _, header in unknown]
    if not matched and not problems:
        problems.append("no header fits a column of the table")
    if problems:
        raise Invalid(
            f'The headers of sheet "{sheet}" (row {header_row}) do not fit the table {table.name}:\n  '
            + "\n  ".join(problems),
            HINT if matched else f"Is row {header_row} the row of the headers? Name it with --header-row. {HINT}",
        )
    return Plan(sheet, header_row, table, tuple(matched), tuple(left_out))


def own_headers(headers: Iterable[Header], columns: Iterable[str]) -> list[Header]:
    """Return the headers without those that a file of rejects has beside a sheet's own.

    Args:
        columns: those of the table; what is called like one of them is the sheet's own.
    """
    added = set(REJECT_HEADERS) - set(columns)
    return [(position, header) for position, header in headers if header not in added]


def misfits(matched: Sequence[MappedColumn], table: Table) -> list[str]:
    """Return what is wrong with columns that a sheet is to fill, for an error: filled twice, unwritable, missing."""
    return _double_targets(matched) + _unwritable(matched) + _missing(matched, table)


def _matched(
    headers: Sequence[Header], table: Table, chosen: Mapping[str, Column | None]
) -> tuple[list[MappedColumn], list[Header], list[Header]]:
    """Return the headers that fill a column, those that are left out on purpose, and those that nobody knows."""
    matched: list[MappedColumn] = []
    left_out: list[Header] = []
    unknown: list[Header] = []
    find = finder(table)
    own = set(own_headers(headers, [column.name for column in table.columns]))
    for position, header in headers:
        found: tuple[Column | None, str] | None
        if (position, header) not in own:
            found = None, ""
        elif normalised(header) in chosen:
            found = chosen[normalised(header)], "--map"
        else:
            found = find(header)
        if found is None:
            unknown.append((position, header))
        elif found[0] is None:
            left_out.append((position, header))
        else:
            matched.append(MappedColumn(position, header, found[0], found[1]))
    return matched, left_out, unknown


def finder(table: Table) -> Callable[[str], Found | None]:
    """Return the function that finds the column of a header.

    A header that is a column's name to the letter finds it; then one that is alike, then one that is alike to a
    comment. What two columns share finds neither.
    """
    exact = {column.name: column for column in table.columns}
    names = _unique((normalised(column.name), column) for column in table.columns)
    comments = _unique((normalised(column.comment), column) for column in table.columns if column.comment)

    def find(header: str) -> Found | None:
        if header in exact:
            return exact[header], "name"
        alike = normalised(header)
        for how, columns in (("name", names), ("comment", comments)):
            if alike in columns:
                column = columns[alike]
                return None if column is None else (column, how)
        return None

    return find


def _unique(pairs: Iterable[tuple[str, Column]]) -> dict[str, Column | None]:
    """Return the columns by text; None where two share it."""
    found: dict[str, Column | None] = {}
    for text, column in pairs:
        found[text] = None if text in found else column
    return found


def unmet(headers: Sequence[Header], table: Table, mapping: Mapping[str, str], said: str) -> list[str]:
    """Return what a mapping names that there is not, for an error which calls the mapping as `said`."""
    problems: list[str] = []
    _chosen(headers, table, mapping, problems, said)
    return problems


def _chosen(
    headers: Sequence[Header], table: Table, mapping: Mapping[str, str], problems: list[str], said: str = "--map"
) -> dict[str, Column | None]:
    present = {normalised(header) for _, header in headers}
    columns = {column.name: column for column in table.columns}
    chosen: dict[str, Column | None] = {}
    named: dict[str, str] = {}
    for header, name in mapping.items():
        first = named.setdefault(normalised(header), header)
        if first != header:
            problems.append(f'{said} names one header twice, as "{first}" and as "{header}"')
        elif normalised(header) not in present:
            problems.append(f'{said} names the header "{header}", which the sheet does not have')
        elif name and name not in columns:
            problems.append(
                f'{said} names the column "{name}", which the table does not have{did_you_mean(name, columns)}'
            )
        else:
            chosen[normalised(header)] = columns[name] if name else None
    return chosen


def _double_targets(matched: Sequence[MappedColumn]) -> list[str]:
    problems = []
    for name, count in Counter(mapped.column.name for mapped in matched).items():
        if count > 1:
            places = ", ".join(
                f"{shown(mapped.header)} ({column_letters(mapped.position)})"
                for mapped in matched
                if mapped.column.name == name
            )
            problems.append(f"{name} would be filled by {count} columns: {places}")
    return problems


def _unwritable(matched: Sequence[MappedColumn]) -> list[str]:
    problems = []
    for mapped in matched:
        if mapped.column.is_generated:
            problems.append(f"{shown(mapped.header)}: the database computes {mapped.column.name}; leave it out")
        elif mapped.column.kind == UNSUPPORTED:
            problems.append(
                f"{shown(mapped.header)}: no cell can fill {mapped.column.name}, a {mapped.column.sql_type}"
            )
    return problems


def _missing(matched: Sequence[MappedColumn], table: Table) -> list[str]:
    filled = {mapped.column.name for mapped in matched}
    return [
        f"{column.name} is required, and the sheet has no column for it"
        for column in table.columns
        if column.is_required and column.name not in filled
    ]


def _unknown(header: str, table: Table) -> str:
    return f"{shown(header)} is not in the table{_meant(suggested(header, table))}"


def suggested(header: str, table: Table) -> str:
    """Return the name of the column that a header which fits none is close to, by name or comment; "" without one."""
    names = {normalised(column.name): column.name for column in table.columns}
    names |= {normalised(column.comment): column.name for column in table.columns if column.comment}
    return _closest(normalised(header), names)


def did_you_mean(name: str, names: Mapping[str, object]) -> str:
    """Return the end of a sentence about a name that is none of these: the one that it is close to, if any."""
    return _meant(_closest(name, names))


def _closest(name: str, names: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1) if len(name) <= LONGEST_MISSPELLED else []
    if not close:
        return ""
    found = names[close[0]]
    return str(found.name if isinstance(found, Column) else found)


def _meant(name: str) -> str:
    return f"; did you mean {name}?" if name else ""
