"""Pages: each row on one of them, counted as far as it is cheap."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.errors import Invalid, NotFound
from app.extensions import db
from app.services import paging
from app.services.paging import Page, paged

THINGS = sa.table("things", sa.column("n", sa.Integer))
QUERY = sa.select(THINGS.c.n).order_by(THINGS.c.n)


@pytest.fixture
def things(empty_app: Flask) -> None:
    """Make a table of the numbers 0 to 24."""
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE things (n INTEGER PRIMARY KEY)"))
        connection.execute(THINGS.insert(), [{"n": number} for number in range(25)])


def of(query: sa.Select, number: int, per_page: int = 10) -> Page[int]:
    """Return a page of numbers."""
    with db.engine.connect() as connection:
        return paged(connection, query, number, per_page).mapped(lambda row: row[0])


def test_pages_end_where_the_list_does(things: None) -> None:
    pages = [of(QUERY, number) for number in (1, 2, 3)]
    assert [list(page.items) for page in pages] == [list(range(10)), list(range(10, 20)), list(range(20, 25))]
    assert [(page.has_previous, page.has_next) for page in pages] == [(False, True), (True, True), (True, False)]
    assert [(page.first, page.last) for page in pages] == [(1, 10), (11, 20), (21, 25)]
    assert {(page.total, page.total_is_exact) for page in pages} == {(25, True)}


def test_a_list_that_fills_its_page_has_no_next_one(things: None) -> None:
    assert of(QUERY, 1, 25) == Page(tuple(range(25)), 1, 25, False, 25, True)
    assert of(QUERY, 5, 5).has_next is False


def test_a_page_behind_the_last_one_is_empty(things: None) -> None:
    page = of(QUERY, 9)
    assert page == Page((), 9, 10, False, 25, True)
    assert (page.first, page.last) == (0, 0)


def test_an_empty_list_has_one_empty_page(things: None) -> None:
    assert of(QUERY.where(THINGS.c.n < 0), 1) == Page((), 1, 10, False, 0, True)


def test_what_a_condition_leaves_is_counted(things: None) -> None:
    assert of(QUERY.where(THINGS.c.n % 2 == 0), 1).total == 13


def test_more_rows_than_are_counted_are_said_to_be_more(things: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "COUNTED", 20)
    assert (of(QUERY, 1).total, of(QUERY, 1).total_is_exact) == (20, False)
    assert (of(QUERY, 3).total, of(QUERY, 3).total_is_exact) == (25, True)  # the end is in sight


@pytest.mark.parametrize(
    ("number", "per_page", "error"),
    [
        (0, 10, NotFound),
        (-3, 10, NotFound),
        (1, 0, Invalid),
        (1, 201, Invalid),
        (2002, 50, Invalid),
        (10**30, 1, Invalid),
    ],
)
def test_a_page_that_cannot_be_is_refused(number: int, per_page: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        paging.rows_before(number, per_page)


def test_the_deepest_page_is_still_read(things: None) -> None:
    assert of(QUERY, 2001, 50).items == ()
