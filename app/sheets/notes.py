"""What a column takes, in words: the note on its header."""

from __future__ import annotations

from collections.abc import Callable

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from app.sheets.table import Column, Table

SHOWN_MEMBERS = 30


def note(column: Column, table: Table, parent: str = "") -> str:
    """Return what a cell of this column takes, line by line: name and type, blanks, limits, keys.

    Args:
        parent: the column that it takes its values from, as `customers.id`.
    """
    title = f"{column.name}: {column.sql_type}" if column.sql_type else column.name
    lines = [title, _blanks(column), *_WORDS[column.kind](column)]
    if parent:
        lines.append(f"A value that {parent} has.")
    for key in table.keys:
        if column.name in key.columns:
            others = [name for name in key.columns if name != column.name]
            lines.append(f"No two rows alike in this and {', '.join(others)}." if others else "No two rows alike.")
    return ILLEGAL_CHARACTERS_RE.sub("", "\n".join(lines))


def outgrows_excel(column: Column) -> bool:
    """Tell whether a column was made for whole numbers of which Excel, with its 15 digits, loses some."""
    return column.kind == "integer" and column.sql_type.startswith("bigint")


def _blanks(column: Column) -> str:
    if column.is_required:
        return "Required."
    if column.replaces_blanks:
        return f"May be blank: then it becomes {column.default}."
    if column.default is not None:
        return f"May be blank. In a sheet without this column it becomes {column.default}."
    return "May be blank."


def _text(column: Column) -> list[str]:
    if column.length is not None:
        return [f"Text of at most {column.length:,} characters."]
    return ["Text."] if column.max_bytes is None else [f"Text of at most {column.max_bytes:,} bytes in UTF-8."]


def _integer(column: Column) -> list[str]:
    if outgrows_excel(column):
        return ["A whole number; the cells are text, so that Excel keeps more than 15 digits."]
    is_any = column.maximum is None or column.maximum >= 2**63 - 1
    return ["A whole number." if is_any else f"A whole number from {column.minimum} to {column.maximum}."]


def _decimal(column: Column) -> list[str]:
    if column.precision is None or column.scale is None:
        return ["A number."]
    return [f"A number with at most {column.precision - column.scale} digits before the point, {column.scale} after."]


def _enum(column: Column) -> list[str]:
    shown = [member for member in column.members if member][:SHOWN_MEMBERS]
    more = len([member for member in column.members if member]) - len(shown)
    return [f"One of: {', '.join(shown)}" + (f" and {more:,} more." if more else ".")]


def _binary(column: Column) -> list[str]:
    most = "" if column.max_bytes is None else f" of at most {column.max_bytes:,} bytes"
    return [f"Binary data{most} in base64; import it with --binary base64."]


_WORDS: dict[str, Callable[[Column], list[str]]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "float": lambda column: [
        f"A number of at most {column.exact_digits} digits." if column.exact_digits else "A number."
    ],
    "boolean": lambda _column: ["TRUE or FALSE."],
    "date": lambda _column: ["A date, as 2024-06-10."],
    "datetime": lambda _column: ["A date with or without a time, as 2024-06-10 14:05:00."],
    "time": lambda _column: ["A time below 24:00, as 14:05:00."],
    "enum": _enum,
    "json": lambda _column: ["JSON."],
    "binary": _binary,
}
