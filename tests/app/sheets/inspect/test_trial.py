"""What an import would do with each cell: keep it as it stands, change its form, reject it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.cells import Cell, Chunk, Imprecise, Padded, Row, Unusable
from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.columns import MAKERS, ColumnConverter
from app.sheets.convert.rules import STRICT, Rules
from app.sheets.frames import COLUMNS, ConvertJob
from app.sheets.inspect.forms import CHANGES, FORMS
from app.sheets.inspect.trial import MOST_CAUSES, OTHER_CAUSES, Cause, Change, ColumnTrial, Trial, TrialResult
from app.sheets.plan import MappedColumn, Plan
from app.sheets.table import Column, Table

TYPES = {
    "text": {"length": 10},
    "integer": {"minimum": -1000, "maximum": 10**6},
    "decimal": {"precision": 8, "scale": 2},
    "float": {},
    "boolean": {},
    "date": {},
    "datetime": {"fraction_digits": 0},
    "time": {"fraction_digits": 0},
    "enum": {"members": ("a", "1")},
    "json": {},
    "binary": {"max_bytes": 4},
}
CELLS = st.one_of(
    st.none(),
    st.integers(-2000, 2000),
    st.floats(-1e16, 1e16).filter(lambda number: not number.is_integer()),
    st.sampled_from(
        ["a", "1", "1.50", "１２", "1,234", "是", "2024-06-10", "07/08/2024", "08:30", "-", "YWJj", "null"]
    ),
    st.dates(),
    st.datetimes() | st.dates().map(lambda day: datetime.combine(day, time())),
    st.times(),
    st.timedeltas(),
    st.booleans(),
    st.sampled_from([Unusable("shows #N/A"), Padded(7, "007"), Imprecise(1e16)]),
)


def tried(column: Column, cells: Sequence[Cell], rules: Rules = STRICT) -> tuple[TrialResult, ColumnTrial]:
    """Return what an import of these cells into one column would do; they stand in row 2 and below.

    Beside the column is one whose cells are all stored as they stand, so that no row is blank.
    """
    columns = (column, Column("beside", "text", "text"))
    plan = Plan("Sheet1", 1, Table("t", columns), tuple(MappedColumn(n, "", c, "") for n, c in enumerate(columns)))
    trial = Trial(ConvertJob(plan, COLUMNS, rules))
    rows: list[Row] = [(number, {0: cell, 1: "x"}) for number, cell in enumerate(cells, 2)]
    half = len(rows) // 2
    trial.run([Chunk.of(rows[:half]), Chunk.of(rows[half:])], set())
    result = trial.result()
    assert result.columns[1] == ColumnTrial(exact=len(cells))
    return result, result.columns[0]


@pytest.mark.parametrize(
    ("kind", "cell", "change"),
    [
        ("text", 71053, Change(1, 2, "71053", '"71053"')),
        ("text", Padded(123, "00123"), Change(1, 2, "00123", '"00123"')),
        ("text", date(2024, 6, 10), Change(1, 2, "2024-06-10", '"2024-06-10"')),
        ("text", timedelta(hours=36), Change(1, 2, "36:00:00", '"36:00:00"')),
        ("text", True, Change(1, 2, "TRUE", '"TRUE"')),
        ("integer", "１２", Change(1, 2, '"１２"', "12")),
        ("integer", "1,234", Change(1, 2, '"1,234"', "1234")),
        ("integer", Padded(7, "007"), Change(1, 2, "007", "7")),
        ("decimal", "1.5", Change(1, 2, '"1.5"', "1.50")),
        ("decimal", 0.125, Change(1, 2, "0.125", "0.12", "0.005")),
        ("decimal", "0.126", Change(1, 2, '"0.126"', "0.13", "0.004")),
        ("float", Imprecise(1e16), Change(1, 2, "10000000000000000", "10000000000000000")),
        ("boolean", "是", Change(1, 2, '"是"', "1")),
        ("date", datetime(2024, 6, 10), Change(1, 2, "2024-06-10 00:00:00", "2024-06-10")),
        ("date", "2024年6月10日", Change(1, 2, '"2024年6月10日"', "2024-06-10")),
        ("datetime", date(2024, 6, 10), Change(1, 2, "2024-06-10", "2024-06-10 00:00:00")),
        ("time", timedelta(hours=8), Change(1, 2, "08:00:00", "08:00:00")),
        ("enum", 1, Change(1, 2, "1", '"1"')),
        ("binary", "YWJj", Change(1, 2, '"YWJj"', "3 bytes")),
    ],
)
def test_a_change_of_form_is_told_with_its_first_cell(kind: str, cell: Cell, change: Change) -> None:
    _, found = tried(Column("c", kind, kind, **TYPES[kind]), [cell], Rules(thousands=",", rounds=True, base64=True))
    assert (found.exact, found.rejected) == (0, 0)
    assert list(found.changes.values()) == [change]


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("text", " 00123 "),
        ("integer", 5),
        ("decimal", 1.5),
        ("decimal", 5),
        ("float", 0.125),
        ("boolean", True),
        ("boolean", 1),
        ("date", date(2024, 6, 10)),
        ("datetime", datetime(2024, 6, 10, 8, 30)),
        ("time", time(8, 30)),
        ("enum", "a"),
        ("json", '{"a": 1}'),
    ],
)
def test_what_is_stored_as_it_stands_is_no_change(kind: str, cell: Cell) -> None:
    _, found = tried(Column("c", kind, kind, **TYPES[kind]), [cell], Rules(rounds=True))
    assert found == ColumnTrial(exact=1)


def test_the_largest_change_by_rounding_is_kept() -> None:
    column = Column("c", "decimal", "decimal(8,2)", precision=8, scale=2)
    _, found = tried(column, [0.101, 0.104, 1.5, "0.102"], Rules(rounds=True))
    assert found.exact == 1
    assert found.changes == {"rounded": Change(3, 2, "0.101", "0.10", "0.004")}


NOT_WHOLE = {"takes whole numbers": Cause(1, [(5, '"x"')])}


def test_blank_cells_and_texts_that_count_as_blank_are_told_apart() -> None:
    rules = Rules(nulls=frozenset({"-"}))
    _, found = tried(Column("c", "integer", "int"), [None, "-", 5, "x"], rules)
    assert found == ColumnTrial(
        exact=1, blanks=1, rejected=1, changes={"null_text": Change(1, 3, '"-"', "")}, causes=NOT_WHOLE
    )
    _, found = tried(Column("c", "integer", "int", nullable=False), [None, "-", 5, "x"], rules)
    required = {"is required": Cause(2, [(2, ""), (3, '"-"')])}
    assert found == ColumnTrial(exact=1, rejected=3, causes=required | NOT_WHOLE)


def test_the_causes_of_rejects_are_counted_with_the_first_cells() -> None:
    cells: list[Cell] = ["x" * 11, Unusable("shows #N/A"), *["y" * 12] * 5]
    result, found = tried(Column("c", "text", "varchar(10)", length=10), cells)
    first = [(2, '"xxxxxxxxxxx" (11 characters)'), (4, '"yyyyyyyyyyyy" (12 characters)')]
    assert found.causes == {
        "is longer than 10 characters": Cause(6, [*first, (5, first[1][1])]),
        "shows #N/A": Cause(1, [(3, "")]),
    }
    assert [(reject.row, reject.value) for reject in result.rejects][:3] == [first[0], (3, ""), first[1]]


def test_not_every_cause_of_a_hostile_sheet_is_kept() -> None:
    _, found = tried(Column("c", "text", "text"), [Unusable(f"holds {n}") for n in range(MOST_CAUSES + 20)])
    assert len(found.causes) == MOST_CAUSES + 1
    assert found.causes[OTHER_CAUSES].cells == 20


def test_every_change_has_words_and_every_kind_of_column_forms() -> None:
    assert FORMS.keys() == MAKERS.keys()
    named = {form(_cell(type_), Rules(thousands=",")) for forms in FORMS.values() for type_, form in forms.items()}
    assert named <= CHANGES.keys()


def _cell(type_: type) -> Any:
    return "1" if type_ is str else None


@given(
    st.sampled_from(sorted(TYPES)),
    st.lists(CELLS, min_size=1, max_size=20),
    st.booleans(),
    st.builds(
        Rules,
        nulls=st.sampled_from([frozenset(), frozenset({"-"})]),
        thousands=st.sampled_from(["", ","]),
        rounds=st.booleans(),
        date_order=st.sampled_from(["", "DMY"]),
        base64=st.booleans(),
    ),
)
def test_each_cell_is_counted_once_and_as_the_conversion_has_it(
    kind: str, cells: list[Cell], nullable: bool, rules: Rules
) -> None:
    column = Column("c", kind, kind, nullable, **TYPES[kind])
    result, found = tried(column, cells, rules)
    convert = ColumnConverter(column, rules)
    rejected, exact = 0, 0
    for cell in cells:
        try:
            stored = convert(cell)
        except BadCell:
            rejected += 1
        else:
            exact += stored is not None and is_the_same(kind, cell, stored)
    assert result.rows == len(cells)
    assert result.rejected == found.rejected == len(result.rejects) == rejected
    assert found.exact == exact
    assert found.exact + found.blanks + found.rejected + sum(c.cells for c in found.changes.values()) == result.rows


def is_the_same(kind: str, cell: Cell, stored: Any) -> bool:
    """Tell whether a stored value is the cell's own, not another spelling of it or another type."""
    if kind in ("text", "enum", "json"):
        return type(cell) is str and cell == stored
    if kind in ("integer", "float", "decimal", "boolean"):
        if isinstance(cell, Padded | Imprecise) or not isinstance(cell, int | float):
            return False
        return Decimal(repr(cell) if type(cell) is float else int(cell)) == Decimal(
            repr(stored) if type(stored) is float else stored
        )
    if kind == "date":
        return type(cell) is date and cell.isoformat() == stored
    if kind == "datetime":
        return type(cell) is datetime and cell.isoformat(" ", "seconds") == stored
    return kind == "time" and type(cell) is time and cell.isoformat("seconds") == stored
