"""LOAD DATA's text: an independent reader gives every value back."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.batches import Batch
from app.sheets.cells import Chunk
from app.sheets.encode import load_data_text, with_row_numbers

ESCAPES = {"N": None, "0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\\\t\n\r\0N0bZ'\","), max_size=20)


def fields_of(data: bytes) -> list[list[str | None]]:
    """Read rows as MySQL does with its defaults: fields end with TAB, lines with LF, the backslash escapes."""
    rows: list[list[str | None]] = []
    row: list[str | None] = []
    field: list[str] = []
    is_null = False
    letters = iter(data.decode())
    for letter in letters:
        if letter == "\\":
            escaped = next(letters)
            is_null = escaped == "N" and not field
            field.append("" if is_null else ESCAPES.get(escaped, escaped) or "")
        elif letter in "\t\n":
            row.append(None if is_null else "".join(field))
            field, is_null = [], False
            if letter == "\n":
                rows.append(row)
                row = []
        else:
            field.append(letter)
    assert not row
    assert not field
    return rows


def column_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Return columns of four of these values or None."""
    return st.lists(st.none() | values, min_size=4, max_size=4)


@given(st.lists(column_of(TEXTS), min_size=1, max_size=4))
def test_any_texts_come_back(columns: list[list[str | None]]) -> None:
    assert fields_of(load_data_text(columns)) == [list(row) for row in zip(*columns, strict=True)]


@given(column_of(st.integers()), column_of(st.floats(allow_nan=False, allow_infinity=False)), column_of(st.binary()))
def test_numbers_and_bytes_come_back(integers: list[Any], floats: list[Any], data: list[Any]) -> None:
    rows = fields_of(load_data_text([integers, floats, data]))
    assert [None if row[0] is None else int(row[0]) for row in rows] == integers
    assert [None if row[1] is None else float(row[1]) for row in rows] == floats
    assert [None if row[2] is None else bytes.fromhex(row[2]) for row in rows] == data


@pytest.mark.parametrize(
    "text", ["\\N", "N", "NULL", "\\", "\\\\N", "", "a\\", "\t", "\n", "\r\n", "\0", "😀", "\u2028"]
)
def test_a_text_is_never_taken_for_null_or_for_two(text: str) -> None:
    assert fields_of(load_data_text([[text, None], ["x", text]])) == [[text, "x"], [None, text]]


def test_row_numbers_stand_before_the_columns() -> None:
    batch = Batch(array("I", [2, 5]), [["a", "b"]], Chunk([], {}))
    assert with_row_numbers(batch, 1_000_000) == [[1_000_002, 1_000_005], ["a", "b"]]
    assert fields_of(load_data_text(with_row_numbers(batch, 0))) == [["2", "a"], ["5", "b"]]
