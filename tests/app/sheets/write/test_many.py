"""Many values at once become the cells that they become one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.read.numbers import to_15_digits
from app.sheets.read.xlsx.serials import split
from app.sheets.table import Column
from app.sheets.write.column import ColumnWriter
from app.sheets.write.many import many_of
from app.sheets.write.spelled import Spelled
from app.sheets.write.styles import Styles

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["&", "=a", " a", "a ", "_x0041_", "\r", "a\n b"]
)
MOMENTS = st.datetimes(datetime(1800, 1, 1)).map(lambda value: value.replace(microsecond=0))
ALMOST = st.sampled_from(
    ["", "-", "1-2", "1_0", "١", "nan", "inf", " 1", "+1", "01", "1e5", "24:00:00", "2024-02-30", "0000-00-00"]
)
NUMBERS = st.integers().map(str) | st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str)
# What a column of each kind may hand over, each of these alone or all mixed.
STORED: dict[str, list[st.SearchStrategy[Any]]] = {
    "text": [TEXTS, st.integers()],
    "json": [TEXTS, st.integers()],
    "integer": [st.integers(), st.integers(0, 99), NUMBERS, ALMOST],
    "decimal": [st.integers(), st.floats(), NUMBERS, ALMOST],
    "float": [st.floats(), st.floats().map(repr), NUMBERS, ALMOST],
    "boolean": [st.sampled_from([0, 1, "0", "1"]), st.sampled_from([2, "x", True])],
    "date": [st.dates().map(str), ALMOST],
    "datetime": [MOMENTS.map(str), MOMENTS.map(lambda value: f"{value}.000000"), st.datetimes().map(str), ALMOST],
    "time": [st.times().map(str), ALMOST, st.sampled_from(["838:59:59", "-01:00:00", "00:00:00", "23:59:59.000"])],
    "binary": [st.binary(), TEXTS],
}
KINDS = pytest.mark.parametrize("kind", STORED)


class OneByOne(ColumnWriter):
    """Spells without the quick way."""

    def __init__(self, column: Column | None, styles: Styles) -> None:
        super().__init__(column, styles)
        self._many = lambda _values: None


def column(kind: str) -> Column:
    return Column("c", kind, kind, scale=2 if kind == "decimal" else None)


def cells(spelled: Spelled) -> list[str | None]:
    """Return whole cells, with numbers by their value: serials differ in their last digits."""
    found = []
    for text in spelled.texts:
        cell = None if text is None else f"{spelled.before}{text}{spelled.after}"
        before, _, rest = (cell or "").partition("<v>")
        value = rest.partition("<")[0]
        found.append(f"{before} {worth(float(value), value)}" if value else cell)
    return found


def worth(number: float, text: str) -> object:
    return split(number, text) if 61 <= number < 3e6 or 0 <= number < 1 else to_15_digits(number, text)


@KINDS
@given(data=st.data())
def test_many_are_as_one_by_one(kind: str, data: st.DataObject) -> None:
    every = data.draw(st.sampled_from([st.one_of(STORED[kind]), *STORED[kind]]))
    values = data.draw(st.lists(every | st.none(), max_size=5))
    quick, slow = ColumnWriter(column(kind), Styles()), OneByOne(column(kind), Styles())
    assert cells(quick.spelled(values)) == cells(slow.spelled(values))
    assert (quick.empty, quick.as_text) == (slow.empty, slow.as_text)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", ["订单", "a\nb", "😀"]),
        ("integer", [1, -5]),
        ("integer", ["1", "-5", "0"]),
        ("decimal", ["10.50", "-0.01"]),
        ("decimal", [10.5, 7]),
        ("float", [0.5, 1e300]),
        ("float", ["0.1", "1e22"]),
        ("boolean", ["0", "1"]),
        ("date", ["2024-06-10"]),
        ("datetime", ["2024-06-10 08:00:00", "9999-12-31 23:59:59.000000"]),
        ("time", ["00:00:00", "23:59:59"]),
    ],
)
def test_what_is_usual_goes_the_quick_way(kind: str, values: Sequence[Any]) -> None:
    assert many_of(column(kind))(values) is not None


@pytest.mark.parametrize("kind", ["integer", "decimal", "float", "date", "datetime", "time"])
@pytest.mark.parametrize("values", [[""], ["1", ""], ["", "1"]])
def test_what_is_not_goes_the_other(kind: str, values: Sequence[Any]) -> None:
    assert many_of(column(kind))(values) is None


@pytest.mark.parametrize("values", [["a"], [1], [0.5], [date(2024, 6, 10)], [datetime(2024, 6, 10, 8)]])
def test_so_does_what_is_of_no_column(values: Sequence[Any]) -> None:
    quick, slow = ColumnWriter(None, Styles()), OneByOne(None, Styles())
    assert many_of(None)(values) is not None
    assert cells(quick.spelled(values)) == cells(slow.spelled(values))


def test_numbers_that_excel_would_change_are_counted() -> None:
    writer = ColumnWriter(column("float"), Styles())
    spelled = writer.spelled([0.1 + 0.2, 0.5, None])
    assert writer.as_text == 1
    assert spelled.texts[1:] == ["><v>0.5</v></c>", None]
    writer.spelled(["0.1", Decimal("1." + "0" * 20)])
    assert writer.as_text == 2


def test_texts_of_no_characters_are_counted() -> None:
    writer = ColumnWriter(column("text"), Styles())
    assert writer.spelled(["", None, "a"]).texts[:2] == [None, None]
    assert writer.empty == 1
