"""What was found in a workbook, for people and for programs; both on stdout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.cells import cell_len

from app.services.imports.reports import reject_as_dict
from app.services.inspections import ImportTrial, InspectedColumn, InspectedSheet, Inspection, TriedColumn, words
from app.sheets.convert.texts import excerpt
from app.sheets.inspect.forms import CHANGES
from app.sheets.inspect.looks import BLANKS_AROUND, ONLY_BLANKS
from app.sheets.read.delimited.delimiters import ONE_COLUMN
from app.sheets.rejects import group_lines
from app.words import counted, plain, plain_lines
from commands.output import print_table

# What a trial does not tell by its changes and rejects.
REMARKS_BESIDE_A_TRIAL = (BLANKS_AROUND, ONLY_BLANKS)
# What parts the fields of a text file; the last is that of a file with one column.
DELIMITERS = {
    ",": "fields parted by commas",
    ";": "fields parted by semicolons",
    "\t": "fields parted by tabulators",
    ONE_COLUMN: "one column",
}
UNITS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))


def as_dict(found: Inspection) -> dict[str, Any]:
    """Return an inspection for JSON."""
    return {**asdict(found), "sheets": [_sheet_as_dict(sheet) for sheet in found.sheets]}


def _sheet_as_dict(sheet: InspectedSheet) -> dict[str, Any]:
    answer = asdict(sheet)
    answer["import"] = answer.pop("trial")
    if sheet.trial is not None:
        answer["import"]["rejects"] = list(map(reject_as_dict, sheet.trial.rejects))
        for column in answer["import"]["columns"]:
            for cause in column["causes"]:
                cause["first"] = [f"{column['letters']}{cell['row']}" for cell in cause["first"]]
        answer["import"]["fits"] = sheet.trial.fits
    return answer


def print_inspection(found: Inspection) -> None:
    """Print the file, then each sheet."""
    hidden = sum(sheet.hidden for sheet in found.sheets)
    sheets = counted(len(found.sheets), "sheet") + (f" ({hidden} hidden)" if hidden else "")
    text = [f"{found.encoding}, {_parted_by(found.delimiter)}"] if found.encoding else []
    _line(" · ".join([found.file, found.kind, _size(found.bytes), *(text or [sheets])]))
    for note in found.notes:
        _line(f"Note: {note}")
    others = [sheet.sheet + (" (hidden)" if sheet.hidden else "") for sheet in found.sheets if not sheet.is_inspected]
    if others:
        _line(f"Not looked at: {', '.join(others)}. Name a sheet with --sheet.")
    for sheet in found.sheets:
        if sheet.is_inspected:
            _print_sheet(sheet)


def _print_sheet(sheet: InspectedSheet) -> None:
    title = f'Sheet "{sheet.sheet}"' + (" · hidden" if sheet.hidden else "")
    _line("")
    if sheet.problem is not None:
        _line(f"{title} · {sheet.problem}")
        return
    blank = f", {counted(sheet.blank_rows, 'blank row')}" if sheet.blank_rows else ""
    _line(f"{title} · headers in row {sheet.header_row} · {counted(sheet.rows, 'row')}{blank} · cells {sheet.used}")
    if sheet.trial is None or sheet.trial.problem is not None:
        _print_columns(sheet.columns)
        _print_remarks(sheet, None)
    else:
        _print_tried(sheet, sheet.trial)
        _print_remarks(sheet, REMARKS_BESIDE_A_TRIAL)
    if sheet.trial is not None:
        _print_trial(sheet.trial)


def _print_columns(columns: Sequence[InspectedColumn]) -> None:
    print_table(
        ("", "header", "cells", "blank", "range", "with --create"),
        [
            (column.letters, column.header, _cells(column), _number(column.blank), _range(column), column.create_type)
            for column in columns
        ],
        empty="",
        numeric=frozenset({"blank"}),
    )


def _print_tried(sheet: InspectedSheet, trial: ImportTrial) -> None:
    tried = {column.letters: column for column in trial.columns}
    print_table(
        ("", "header", "cells", "column", "type", "as is", "changed", "blank", "rejected"),
        [
            (column.letters, column.header, _cells(column), *_tried(tried.get(column.letters)))
            for column in sheet.columns
        ],
        empty="",
        numeric=frozenset({"as is", "changed", "rejected"}),
    )


def _tried(column: TriedColumn | None) -> tuple[str, ...]:
    if column is None:
        return ("-", "", "", "", "", "")
    blank = f"{column.blank:,} → {column.blank_becomes}" if column.blank else ""
    return (
        column.column,
        column.type,
        _number(column.exact),
        _number(column.changed),
        blank,
        _number(column.rejected),
    )


def _print_remarks(sheet: InspectedSheet, about: Iterable[str] | None) -> None:
    """Print what is to be looked at: of the sheet, then of its columns; `about` None: all of it."""
    lines = [("", warning) for warning in sheet.warnings]
    lines += [
        (f"{column.letters}  {excerpt(column.header)}", remark.sentence)
        for column in sheet.columns
        for remark in column.remarks
        if about is None or remark.about in about
    ]
    if lines:
        _line("Look at:")
        _aligned(lines)


def _print_trial(trial: ImportTrial) -> None:
    if trial.problem is not None:
        click.echo(plain_lines(f"An import is refused. {trial.problem}\n{trial.hint}"))
        return
    changes = [
        (f"{change.cells:>6,}  {column.column}", f"{_change(change.change, change.largest)}", _example(change))
        for column in trial.columns
        for change in column.changes
    ]
    if changes:
        _line("Changed in form:")
        _aligned(changes)
    if trial.unfilled:
        gets = ", ".join(f"{column.column} ({column.gets})" for column in trial.unfilled)
        _line(f"Columns of {trial.table} that the sheet does not fill: {gets}")
    if trial.unknown_headers:
        headers = ", ".join(f'"{header}" ({letters})' for letters, header in trial.unknown_headers)
        _line(
            f'Headers that fit no column: {headers}. Match them with --map "Header=column", or "Header=" to leave out.'
        )
    if trial.missing:
        _line(
            f"An import is refused: the sheet has no column for {', '.join(trial.missing)}, which every row must have."
        )
    if trial.rejected:
        _line(f"{trial.rejected:,} of {counted(trial.rows, 'row')} would be rejected:")
        click.echo(plain_lines("\n".join(group_lines(trial.groups, with_file=False))))
    elif trial.fits:
        _line(f"All {counted(trial.rows, 'row')} fit {trial.table}.")


def _change(kind: str, largest: str | None) -> str:
    return CHANGES[kind] + (f" by {largest} at most" if largest else "")


def _example(change: Any) -> str:
    after = change.after or "NULL"
    return f"{change.first} {change.before} → {after}"


def _cells(column: InspectedColumn) -> str:
    return ", ".join(map(words, column.kinds)) or "no cells"


def _range(column: InspectedColumn) -> str:
    if column.minimum is None:
        return f"up to {counted(column.longest, 'character')}" if column.kinds and column.longest else ""
    least, greatest = (_bound(value) for value in (column.minimum, column.maximum))
    return least if least == greatest else f"{least} to {greatest}"


def _bound(value: Any) -> str:
    return (
        value.replace("T", " ") if isinstance(value, str) else f"{value:,}" if isinstance(value, float) else str(value)
    )


def _number(count: int) -> str:
    return f"{count:,}" if count else ""


def _parted_by(delimiter: str) -> str:
    """Return what parts the fields of a text file, in words."""
    return DELIMITERS.get(delimiter, f"fields parted by {delimiter!r}")


def _size(size: int) -> str:
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return counted(size, "byte")


def _aligned(lines: Sequence[tuple[str, ...]]) -> None:
    """Print lines whose parts but for the last are as wide as the widest."""
    lines = [tuple(map(plain, line)) for line in lines]
    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(lines[0]) - 1)]
    for line in lines:
        parts = [part + " " * (width - cell_len(part)) for part, width in zip(line, [*widths, 0], strict=True)]
        _line("  " + "  ".join(parts).rstrip() if parts[0].strip() else "  " + "  ".join(parts).strip())


def _line(text: str) -> None:
    click.echo(plain(text))
