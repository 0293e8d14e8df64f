"""Converted rows as LOAD DATA reads them (MySQL manual, "LOAD DATA Statement": field and line handling)."""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable
from typing import Any

from app.sheets.batches import Batch
from app.sheets.frames import COLUMNS, ConvertJob

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})
_SPECIAL = "\\\t\n\r\0"
_SIGNS = {escape: chr(sign) for sign, escape in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\[\\tnr0]")


def encoded(batch: Batch, job: ConvertJob) -> bytes:
    """Return rows as the job's sink has them: as LOAD DATA's text, or as columns by marshal."""
    columns = batch.columns if job.stage is None else with_row_numbers(batch, job.stage)
    return marshal.dumps(list(map(list, columns))) if job.sink == COLUMNS else load_data_text(columns)


def load_data_text(columns: list[list[Any]]) -> bytes:
    """Return rows as lines of tab-separated fields in UTF-8; bytes go as hexadecimal digits."""
    width = 2 * len(columns)
    fields = ["\t"] * (width * len(columns[0]))  # and what stands behind each
    for place, column in enumerate(columns):
        fields[2 * place :: width] = _fields(column)
    fields[width - 1 :: width] = ["\n"] * len(columns[0])
    return "".join(fields).encode()


def first_rows(text: bytes, most: int) -> list[list[str | None]]:
    """Return the fields of the first rows of such a text."""
    lines = text.split(b"\n", most)[:most]
    return [[_plain(field) for field in line.decode().split("\t")] for line in lines if line]


def with_row_numbers(batch: Batch, stage: int) -> list[list[Any]]:
    """Return a batch's columns behind one that numbers the rows for a staging table: `stage` plus the row in Excel."""
    return [[stage + number for number in batch.numbers], *batch.columns]


def _fields(values: list[Any]) -> list[str]:
    types = set(map(type, values)) - {type(None)}
    if types == {str}:
        joined = "".join(filter(None, values))
        if any(sign in joined for sign in _SPECIAL):
            known = {value: NULL if value is None else value.translate(_ESCAPES) for value in set(values)}
            return [known[value] for value in values]
        return [NULL if value is None else value for value in values] if None in values else values
    spell = _SPELLINGS[types.pop()] if types else str
    return [NULL if value is None else spell(value) for value in values] if None in values else list(map(spell, values))


def _plain(field: str) -> str | None:
    return None if field == NULL else _ESCAPED.sub(lambda found: _SIGNS[found[0]], field)


# A column's stored values are all of one type, but for None.
_SPELLINGS: dict[type, Callable[[Any], str]] = {int: str, float: repr, bytes: bytes.hex}
