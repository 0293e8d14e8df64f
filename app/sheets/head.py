"""The header of a sheet, and what is to be said about the sheet as a whole."""

from __future__ import annotations

from app.sheets.cells import Cell, Row, Unusable
from app.sheets.convert.texts import shown
from app.sheets.frames import ConvertJob, Head, HeadJob
from app.sheets.problems import BlankSheet, EmptySheet
from app.sheets.read.findings import Findings
from app.sheets.read.options import ReadOptions
from app.sheets.read.workbook import Workbook, choose_sheet
from app.words import counted


def find_head(workbook: Workbook, job: HeadJob) -> Head:
    """Return the header row's texts.

    Raises:
        NoSuchSheet, EmptySheet: there is no such sheet, or no header in it.
    """
    sheet = choose_sheet(workbook, job.sheet)
    row = _header_row(workbook, sheet, job)
    findings = workbook.findings()
    hidden = findings.hidden_columns if job.skip_hidden else set()
    headers = [(position, _text(cell)) for position, cell in sorted(row[1].items()) if position not in hidden]
    headers = [(position, text) for position, text in headers if text.strip()]
    if not headers:
        raise EmptySheet(f'Row {row[0]} of sheet "{sheet}" has no headers.', "Name their row with --header-row.")
    return Head(
        sheet,
        row[0],
        headers,
        _file_warnings(workbook, job.options),
        workbook.encoding,
        workbook.delimiter,
    )


def left_out_positions(job: ConvertJob, findings: Findings) -> frozenset[int]:
    """Return the columns whose cells are passed over on purpose: left out by the plan, or hidden."""
    hidden = findings.hidden_columns if job.skip_hidden else set()
    return frozenset(job.plan.left_out_positions) | frozenset(hidden)


def sheet_warnings(job: ConvertJob, findings: Findings) -> list[str]:
    """Return what an operator should know of a sheet that was read: hidden rows and columns, merged cells."""
    warnings = []
    rows = sum(1 for row in findings.hidden_rows if row > job.plan.header_row)
    columns = sum(1 for mapped in job.plan.columns if mapped.position in findings.hidden_columns)
    if job.skip_hidden:
        columns = len(findings.hidden_columns)
    if rows or columns:
        done = "left out" if job.skip_hidden else "read like any other; --skip-hidden leaves them out"
        warnings.append(f"{counted(rows, 'hidden row')} and {counted(columns, 'hidden column')}: {done}.")
    if findings.short_records:
        warnings.append(
            f"{counted(findings.short_records, 'record')} with fewer fields than the first one: the rest is blank."
            " Is there a line break in a field without quotes?"
        )
    merged = [first for first, last in findings.merged if last > job.plan.header_row]
    if merged:
        warnings.append(
            f"{counted(len(merged), 'merged area')}, the first in row {merged[0]}: the value is in the first cell only."
        )
    return warnings


def _header_row(workbook: Workbook, sheet: str, job: HeadJob) -> Row:
    blank = True
    for chunk in workbook.rows(sheet):
        for row in chunk.rows():
            blank = blank and not row[1]
            if row[0] == job.header_row or (job.header_row is None and row[1]):
                return row
    where = "" if job.header_row is None else f" in row {job.header_row}"
    problem = BlankSheet if blank else EmptySheet
    raise problem(f'The sheet "{sheet}" has nothing{where}.', "Choose another one with --sheet or --header-row.")


def _file_warnings(workbook: Workbook, options: ReadOptions) -> list[str]:
    """Return what cannot be told of a file, and what was said of it in vain."""
    warnings = [workbook.blind_spots] if workbook.blind_spots else []
    if not workbook.encoding and (options.encoding or options.delimiter):
        warnings.append(f"--encoding and --delimiter are for text files; this one is {workbook.kind}.")
    return warnings


def _text(cell: Cell) -> str:
    if cell is None or isinstance(cell, Unusable):
        return ""
    return cell if isinstance(cell, str) else shown(cell)
