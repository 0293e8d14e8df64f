"""Converted rows as LOAD DATA reads them (MySQL manual, "LOAD DATA Statement": field and line handling)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from app.sheets.batches import Batch

NULL = "\\N"
_SPECIAL = re.compile(r"[\\\t\n\r\0]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})


def load_data_text(columns: list[list[Any]]) -> bytes:
    """Return rows as lines of tab-separated fields in UTF-8; bytes go as hexadecimal digits."""
    fields = [_fields(column) for column in columns]
    return ("\n".join(map("\t".join, zip(*fields, strict=True))) + "\n").encode()


def with_row_numbers(batch: Batch, stage: int) -> list[list[Any]]:
    """Return a batch's columns behind one that numbers the rows for a staging table: `stage` plus the row in Excel."""
    return [[stage + number for number in batch.numbers], *batch.columns]


def _fields(values: list[Any]) -> list[str]:
    spell = next((_SPELLINGS[type(value)] for value in values if value is not None), str)
    if spell is not _escaped:
        return [NULL if value is None else spell(value) for value in values]
    if _SPECIAL.search("".join(filter(None, values))):
        return [NULL if value is None else _escaped(value) for value in values]
    return [NULL if value is None else value for value in values] if None in values else values


def _escaped(value: str) -> str:
    return value.translate(_ESCAPES)


# A column's stored values are all of one type, but for None.
_SPELLINGS: dict[type, Callable[[Any], str]] = {str: _escaped, int: str, float: repr, bytes: bytes.hex}
