"""What is added up row by row in SQLite is the same, whether it is compiled or not."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.aggregate import MOST_COLUMNS, ColumnTotals, CompiledTotals, teach
from app.sheets.sums import APPROXIMATE, CRC, EXACT
from tests.compiled import needs_compiler

pytestmark = needs_compiler

NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.integers(-100, 100), st.integers(-(10**9), 10**9).map(lambda n: n / 100)
)
ANY = st.one_of(st.none(), NUMBERS, st.floats(), st.text(), st.binary())
VALUES: list[tuple[tuple[str, int | None], st.SearchStrategy[Any]]] = [
    ((EXACT, None), ANY),
    ((EXACT, 0), ANY),
    ((EXACT, 2), ANY),
    ((CRC, None), st.one_of(st.none(), st.binary())),
    ((APPROXIMATE, None), st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))),
]


@given(st.lists(st.tuples(*(values for _, values in VALUES))))
def test_the_compiled_one_adds_up_as_the_other(rows: list[tuple[Any, ...]]) -> None:
    columns = [column for column, _ in VALUES]
    compiled, plain = CompiledTotals(columns), ColumnTotals(columns)
    for row in rows:
        compiled.step(*row)
        plain.step(*row)
    assert json.loads(compiled.finalize()) == json.loads(plain.finalize())


@pytest.mark.parametrize("is_compiled", [True, False])
def test_a_database_calls_it(is_compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_compiled:
        monkeypatch.setattr("app.sheets.aggregate.CompiledTotals", None)
    with sqlite3.connect(":memory:") as driver:
        teach(driver, "totals", [(EXACT, None), (EXACT, 2)])
        found = driver.execute("SELECT totals(a, b) FROM (SELECT 1 a, 0.07 b UNION ALL SELECT 2, NULL)").fetchone()
    driver.close()
    assert json.loads(found[0]) == [[2, 3, 0.0], [1, 7, 0.0]]


def test_more_columns_than_one_call_takes_are_no_surprise() -> None:
    with pytest.raises(ValueError, match="exact"):
        CompiledTotals([(EXACT, None)] * (MOST_COLUMNS + 1))
