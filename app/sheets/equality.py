"""Whether a table's value is the staged one: as the column stores it, NULL equal to NULL, texts byte by byte."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa

from app.sheets.load.statements import default_of, quoted, stage_columns
from app.sheets.table import Column

BYTEWISE = frozenset({"text", "enum"})  # what MySQL compares by a collation
# Grouped by their hash: MySQL compares the first max_sort_length bytes of a long value alone (MySQL manual, "Server
# System Variables").
HASHED = frozenset({"text", "enum", "json", "binary"})
_CONSTANT = re.compile(r"'(?:[^']|'')*'|[-+]?\d+(?:\.\d+)?|TRUE|FALSE", re.IGNORECASE)


def staged_columns(columns: Sequence[Column]) -> list[Column]:
    """Return the columns as `stage_columns`, but that a default that is a constant takes the place of blanks."""
    number, *nullable = stage_columns(columns)
    return [number, *(own if _has_constant(own) else plain for own, plain in zip(columns, nullable, strict=True))]


def same(dialect: sa.Dialect, column: Column) -> str:
    """Return the SQL that tells whether the table's value `t` is the staged one `s`; never NULL."""
    name = quoted(dialect, column.name)
    if dialect.name == "sqlite":
        equal = f"t.{name} COLLATE BINARY IS s.{name}"
    elif column.kind in BYTEWISE:
        equal = f"CAST(t.{name} AS BINARY) <=> CAST(s.{name} AS BINARY)"
    else:
        equal = f"t.{name} <=> s.{name}"
    return f"(s.{name} IS NULL OR {equal})" if is_chosen(column) else f"({equal})"


def is_chosen(column: Column) -> bool:
    """Tell whether the database puts a value of its own, a number or the time, in the place of a staged NULL."""
    return column.is_automatic or (column.replaces_blanks and not _has_constant(column))


def grouped(dialect: sa.Dialect, column: Column) -> str:
    """Return the SQL of the table's value, or one that stands for it, by which equal ones can be grouped."""
    name = quoted(dialect, column.name)
    return f"SHA2({name}, 256)" if dialect.name != "sqlite" and column.kind in HASHED else name


def constant_default(dialect: sa.Dialect, column: Column) -> str:
    """Return the SQL of a column's default if that is a constant, else ""."""
    if _CONSTANT.fullmatch(str(column.default)) is None:
        return ""
    return default_of(dialect, column)


def _has_constant(column: Column) -> bool:
    return column.replaces_blanks and _CONSTANT.fullmatch(str(column.default)) is not None
