"""A table's rows in the browser: each on one page whatever the order, found by what they hold, without secrets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import Failed, Invalid, NotFound, Refused
from app.extensions import db
from app.own_tables import PROTECTED
from app.services import browsing
from tests.app.services.test_tables import AWKWARD, execute

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)
THINGS = "CREATE TABLE things (id INTEGER PRIMARY KEY, name VARCHAR(40), kind VARCHAR(10), size INTEGER)"
# One row for each sign that LIKE, SQL or Python could take for something else.
SIGNS = ("%", "_", "\\", "'", '"', "/", "`", ":a", "%(a)s", "?", "名", "a")


def put(table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows."""
    clause = sa.table(table, *(sa.column(name) for name in rows[0]))
    with db.engine.begin() as connection:
        connection.execute(clause.insert(), rows)


def things(count: int = 23) -> None:
    """Make a table of which many rows are the same in a column."""
    execute(THINGS)
    names = ("a", "A", "á", None, "b")
    rows = [{"id": n, "name": names[n % 5], "kind": "xyz"[n % 3], "size": n * 7 % 4} for n in range(1, count + 1)]
    put("things", rows)


def all_pages(table: str, **how: Any) -> Iterator[browsing.RowPage]:
    """Yield all pages."""
    number = 1
    while True:
        page = browsing.page(table, number=number, **how)
        yield page
        if not page.has_next:
            return
        number += 1


def walked(table: str, **how: Any) -> list[tuple[Any, ...]]:
    """Return the rows of all pages."""
    return [row for page in all_pages(table, **how) for row in page.rows]


def found(table: str, search: str) -> list[Any]:
    """Return the first values of the rows that a search finds."""
    return [row[0] for row in walked(table, search=search)]


@pytest.mark.parametrize("sort", ["id", "name", "kind", "size", None])
@pytest.mark.parametrize("descending", [False, True])
def test_every_row_is_on_one_page_in_any_order(empty_app: Flask, sort: str | None, descending: bool) -> None:
    things()
    for per_page in (1, 4, 23):
        rows = walked("things", sort=sort, descending=descending, per_page=per_page)
        assert sorted(row[0] for row in rows) == list(range(1, 24))
    if sort in ("id", "size", None):
        place = 3 if sort == "size" else 0
        values = [row[place] for row in rows]
        assert values == sorted(values, reverse=descending)


@pytest.mark.parametrize("descending", [False, True])
def test_a_table_without_a_key_has_every_row_on_one_page(empty_app: Flask, descending: bool) -> None:
    execute("CREATE TABLE loose (name VARCHAR(40), size INTEGER, note TEXT, UNIQUE (size))")
    rows = [{"name": "aAáB"[n % 4], "size": None, "note": "xX"[n // 2 % 2]} for n in range(30)]
    put("loose", rows)
    for sort in ("name", "size", "note"):
        pages = walked("loose", sort=sort, descending=descending, per_page=4)
        assert Counter(pages) == Counter(tuple(row.values()) for row in rows)


def test_a_page_says_what_it_is(empty_app: Flask) -> None:
    things()
    page = browsing.page("things", sort="size", descending=True, search=" 1 ", number=1, per_page=3)
    assert (page.table, page.kind, page.sort, page.descending, page.search) == ("things", "table", "size", True, "1")
    assert [column.name for column in page.columns] == ["id", "name", "kind", "size"]
    assert (page.number, page.per_page, page.has_next, page.total, page.total_is_exact) == (1, 3, True, 7, True)
    assert browsing.page("things").sort == "id"


def test_views_are_sorted_by_their_first_column(empty_app: Flask) -> None:
    things()
    execute("CREATE VIEW small AS SELECT size, id FROM things")
    page = browsing.page("small", per_page=200)
    assert (page.kind, page.sort) == ("view", "size")
    assert list(page.rows) == sorted((n * 7 % 4, n) for n in range(1, 24))
    assert Counter(walked("small", per_page=2)) == Counter(page.rows)


def test_a_view_of_nothing_says_what_is_wrong(empty_app: Flask) -> None:
    execute("CREATE TABLE gone (n INTEGER)", "CREATE VIEW empty AS SELECT n FROM gone", "DROP TABLE gone")
    with pytest.raises(Failed, match="cannot be read"):
        browsing.page("empty")


def test_an_empty_table_is_an_empty_page(empty_app: Flask) -> None:
    execute(THINGS)
    page = browsing.page("things")
    assert (page.rows, page.total, page.has_next, page.sort) == ((), 0, False, "id")


def test_tables_and_columns_may_be_called_anything(empty_app: Flask) -> None:
    quote = db.engine.dialect.identifier_preparer.quote_identifier
    columns = ("50% (a)", "order", "名 称", "substr_1", "a:b", "length_1")
    for name in AWKWARD:
        with db.engine.begin() as connection:
            texts = ", ".join(f"{quote(column)} TEXT" for column in columns)
            connection.exec_driver_sql(f"CREATE TABLE {quote(name)} (id INTEGER PRIMARY KEY, {texts})")
            for row in ("1, 'p', 'o', 'n', 'b', 'm', 'l'", "2, 'o', 'o', 'n', 'a', 'm', 'l'"):
                connection.exec_driver_sql(f"INSERT INTO {quote(name)} VALUES ({row})")
        assert [column.name for column in browsing.page(name).columns] == ["id", *columns]
        assert walked(name, sort="50% (a)", search="p") == [(1, "p", "o", "n", "b", "m", "l")]
        assert [row[0] for row in walked(name, sort="substr_1")] == [2, 1]


def test_the_projects_own_records_are_not_shown(app: Flask) -> None:
    for name in (*PROTECTED, "RUNS", "Sessions", "Users"):
        with pytest.raises(NotFound):
            browsing.page(name)
        assert not browsing.is_browsable(name)


def test_secrets_are_neither_shown_nor_searched_nor_sorted_by(empty_app: Flask) -> None:
    execute("CREATE TABLE people (name VARCHAR(20) PRIMARY KEY, password_hash VARCHAR(20))")
    put("people", [{"name": "li", "password_hash": "argon2"}])
    page = browsing.page("people")
    names = [column.name for column in page.columns]
    assert names == ["name"]
    assert page.left_out == ("password_hash",)
    assert page.rows == (("li",),)
    assert browsing.page("people", search="argon2").rows == ()
    with pytest.raises(NotFound, match="no column"):
        browsing.page("people", sort="password_hash")


def test_a_table_of_secrets_alone_is_refused(empty_app: Flask) -> None:
    execute("CREATE TABLE vault (api_key VARCHAR(20) PRIMARY KEY, secret TEXT)")
    with pytest.raises(Refused, match="secrets"):
        browsing.page("vault")


def test_a_secret_key_still_orders_the_rows(empty_app: Flask) -> None:
    execute("CREATE TABLE doors (token VARCHAR(20) PRIMARY KEY, name VARCHAR(20))")
    put("doors", [{"token": f"t{n}", "name": "same"} for n in range(9)])
    page = browsing.page("doors", per_page=2)
    assert (page.sort, page.left_out, page.total) == ("name", ("token",), 9)
    assert len(walked("doors", per_page=2)) == 9


def test_what_is_not_there_is_said(empty_app: Flask) -> None:
    things(1)
    with pytest.raises(NotFound, match='Did you mean "things"'):
        browsing.page("thing")
    with pytest.raises(NotFound, match=r'no column "nam" to sort by; did you mean name\?'):
        browsing.page("things", sort="nam")
    with pytest.raises(NotFound, match="no column"):
        browsing.page("things", sort="id; DROP TABLE things")


def test_deep_pages_are_refused(empty_app: Flask) -> None:
    things(1)
    assert browsing.page("things", number=2001).rows == ()
    with pytest.raises(Invalid, match="too deep"):
        browsing.page("things", number=2002)


def test_a_search_stands_anywhere_in_the_texts(empty_app: Flask) -> None:
    execute(THINGS)
    put(
        "things",
        [
            {"id": 1, "name": "Blue kettle", "kind": "pot", "size": 7},
            {"id": 2, "name": "茶壶 大", "kind": "壶", "size": 70},
        ],
    )
    assert found("things", "kettle") == [1]
    assert found("things", "KETTLE") == [1]
    assert found("things", "壶") == [2]
    assert found("things", "po") == [1]
    assert found("things", "7") == [1]
    assert found("things", "70") == [2]
    assert found("things", "nothing") == []
    assert found("things", "  ") == [1, 2]


def test_signs_of_like_and_sql_are_texts_like_any_other(empty_app: Flask) -> None:
    execute(THINGS)
    put("things", [{"id": n, "name": f"<{sign}>", "kind": "-", "size": 0} for n, sign in enumerate(SIGNS, 1)])
    for number, sign in enumerate(SIGNS, 1):
        expected = [n for n, other in enumerate(SIGNS, 1) if sign in other]
        assert number in expected
        assert found("things", sign) == expected, sign


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    search=st.text(
        st.sampled_from("%_\\'\"/`:?()-+.,eE0179 \0\t年月a名😀") | st.characters(exclude_categories=["Cs"]), max_size=12
    )
)
def test_no_search_fails_or_finds_what_does_not_have_it(odd_table: None, search: str) -> None:
    rows = walked("odd", search=search)
    assert len(rows) == 3 if not search.replace("\0", "").strip() else len(rows) <= 1 or "😀" in search


@pytest.fixture
def odd_table(empty_app: Flask) -> None:
    """Make a table of three rows with columns of all kinds, none of which has a text in common with another."""
    execute(
        "CREATE TABLE odd (id INTEGER PRIMARY KEY, name VARCHAR(40), note TEXT, size BIGINT, price DECIMAL(12,2),"
        " ratio DOUBLE, day DATE, moment DATETIME, clock TIME)",
        "INSERT INTO odd VALUES (101, 'XYZ', 'XYZ', 201, 301.25, 401.5, '2001-02-03',"
        " '2002-03-04 05:06:07', '08:09:10')",
        "INSERT INTO odd (id) VALUES (102), (103)",
    )


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("101", [101]),
        ("２０１", [101]),
        ("301.25", [101]),
        ("301.250", [101]),
        ("401.5", [101]),
        ("4.015e2", [101]),
        ("2001-02-03", [101]),
        ("2001年2月3日", [101]),
        ("20010203", [101]),
        ("2002-03-04", [101]),
        ("2002/3/4 05:06", [101]),
        ("2002-03-04 05:06:07", [101]),
        ("2002-03-04 05:06:08", []),
        ("2002-03-04 05:07", []),
        ("08:09:10", [101]),
        ("301.2", []),
        ("1e400", []),
        ("9" * 100, []),
        ("9999-12-31", []),
        ("0001-01-01", []),
        ("nan", []),
        ("Infinity", []),
    ],
)
def test_numbers_and_moments_are_found_by_what_they_are(odd_table: None, search: str, ids: list[int]) -> None:
    assert found("odd", search) == ids


@on_mysql
def test_a_float_is_found_by_its_digits(empty_app: Flask) -> None:
    execute("CREATE TABLE measures (id INT PRIMARY KEY, value FLOAT, cents FLOAT(7,2), total DECIMAL(30,10))")
    execute("INSERT INTO measures VALUES (1, 1.1, 2.1, 12345678901234567890.1234567891), (2, 0, 0, 0)")
    for search in ("1.1", "2.1", "12345678901234567890.1234567891", "12,345,678,901,234,567,890.1234567891"):
        assert found("measures", search) == [1], search
    assert found("measures", "12345678901234567890.1234567892") == []


@on_mysql
def test_texts_of_other_character_sets_are_searched(empty_app: Flask) -> None:
    execute(
        "CREATE TABLE mixed (id INT PRIMARY KEY, old VARCHAR(20) CHARACTER SET latin1, mid VARCHAR(20)"
        " CHARACTER SET utf8mb3,"
        " plain VARCHAR(20) CHARACTER SET ascii, kind ENUM('new','old'), doc JSON)",
        "INSERT INTO mixed VALUES (1, 'café', '名', 'abc', 'new', '{\"a\": \"深\"}')",
    )
    for search in ("café", "名", "abc", "new", "深"):
        assert found("mixed", search) == [1], search
    assert found("mixed", "😀x") == []


def test_more_rows_than_are_counted_are_more(empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    things()
    monkeypatch.setattr("app.services.paging.COUNTED", 10)
    page = browsing.page("things", per_page=5)
    assert (page.total, page.total_is_exact) == (10, False)


def test_a_query_that_takes_too_long_is_ended(empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(THINGS)
    put("things", [{"id": n, "name": "x" * 40, "kind": "k", "size": n} for n in range(2000)])
    execute("CREATE VIEW huge AS SELECT a.id + b.id + c.id AS n FROM things a, things b, things c")
    with monkeypatch.context() as patch, pytest.raises(Invalid, match="too large"):
        patch.setattr("app.services.browsing.rows.LOOKING_S", 0.2)
        browsing.page("huge")
    assert browsing.page("things").rows[0][0] == 0


def test_a_count_that_takes_too_long_is_left_out(empty_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(THINGS)
    put("things", [{"id": n, "name": "x" * 40, "kind": "k", "size": n} for n in range(2000)])
    execute(
        "CREATE VIEW slow AS SELECT (SELECT COUNT(*) FROM things b WHERE b.size + a.size < a.id) AS n FROM things a"
    )
    execute("CREATE VIEW some AS SELECT id FROM things WHERE id < 60 OR (SELECT MAX(n) FROM slow) = id")
    monkeypatch.setattr("app.services.browsing.rows.LOOKING_S", 60)
    monkeypatch.setattr("app.services.browsing.rows.COUNTING_S", 0.01)
    page = browsing.page("some", per_page=5)
    assert (len(page.rows), page.has_next, page.total, page.total_is_exact) == (5, True, None, False)
