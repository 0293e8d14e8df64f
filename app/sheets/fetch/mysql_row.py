"""A row as MySQL's protocol has it (MySQL internals manual, "Text Resultset Row")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# What a value is: ASCII, text in UTF-8, bytes.
ASCII, UTF8, BYTES = range(3)
NULL = 0xFB
# How many bytes have the length of a value, by the byte before them.
WIDE = {0xFC: 2, 0xFD: 3, 0xFE: 8}


def row_of(data: bytes, kinds: Sequence[int]) -> list[Any]:
    """Return the values of a row: text, bytes or None. `kinds`: what each is."""
    text = data.decode("latin-1")  # one character a byte: ASCII is cut out of it as it is
    row: list[Any] = []
    at = 0
    for kind in kinds:
        length = data[at]
        at += 1
        if length >= NULL:
            if length == NULL:
                row.append(None)
                continue
            width = WIDE[length]
            length = int.from_bytes(data[at : at + width], "little")
            at += width
        end = at + length
        if kind == ASCII:
            row.append(text[at:end])
        else:
            row.append(data[at:end].decode() if kind == UTF8 else data[at:end])
        at = end
    return row
