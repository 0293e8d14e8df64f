"""Converted rows as LOAD DATA reads them (MySQL manual, "LOAD DATA Statement": field and line handling)."""

from __future__ import annotations

from typing import Any

from app.sheets.batches import Batch

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})


def load_data_text(columns: list[list[Any]]) -> bytes:
    """Return rows as lines of tab-separated fields in UTF-8; bytes go as hexadecimal digits."""
    fields = [_fields(column) for column in columns]
    return ("\n".join(map("\t".join, zip(*fields, strict=True))) + "\n").encode()


def with_row_numbers(batch: Batch, stage: int) -> list[list[Any]]:
    """Return a batch's columns behind one that numbers the rows for a staging table: `stage` plus the row in Excel."""
    return [[stage + number for number in batch.numbers], *batch.columns]


def _fields(values: list[Any]) -> list[str]:
    return [NULL if value is None else _FIELDS[type(value)](value) for value in values]


def _text(value: str) -> str:
    return value.translate(_ESCAPES) if not value.isalnum() else value


_FIELDS: dict[type, Any] = {str: _text, int: str, float: repr, bytes: bytes.hex}
