"""The pages of tables: rows and columns to look at, workbooks to download."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.services.exports import sent as exports_sent
from tests.app.web.conftest import SignedIn, Visitor
from tests.importing import sql

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def odd(app: Flask) -> str:
    """Make a table with what is shown in different ways, and return its name."""
    sql(
        "CREATE TABLE odd (id INTEGER PRIMARY KEY, name VARCHAR(500), n DECIMAL(20, 10), api_key VARCHAR(20))",
        f"INSERT INTO odd VALUES (1, '{HOSTILE.replace(chr(39), chr(39) * 2)}', 0, 'hunter2')",
        "INSERT INTO odd VALUES (2, NULL, NULL, NULL), (3, '', 1.5, NULL), (4, '北京 订单', -2, NULL)",
    )
    return "odd"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder that temporary files are made in."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def workbook(visitor: Visitor, path: str) -> openpyxl.Workbook:
    """Download a workbook."""
    answer = visitor.client.get(path, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content_length == len(answer.data)
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def test_tables_are_listed_without_records_of_opsdesk(signed_in: SignedIn, odd: str) -> None:
    page = signed_in("viewer").get("/tables/").text
    assert f'href="/tables/{odd}"' in page
    assert 'href="/tables/users"' not in page
    assert "run_moves" not in page
    assert "sessions" not in page


def test_rows_show_null_text_and_numbers_each_in_their_way(signed_in: SignedIn, odd: str) -> None:
    page = signed_in("viewer").get(f"/tables/{odd}").text
    assert "&lt;script&gt;alert" in page
    assert HOSTILE not in page
    assert page.count('<span class="null">NULL</span>') == 2
    assert "0E-10" not in page
    assert "北京 订单" in page
    assert '<td class="number">1' in page


def test_secrets_are_left_out_and_named(signed_in: SignedIn, odd: str) -> None:
    viewer = signed_in("viewer")
    page = viewer.get(f"/tables/{odd}").text
    assert "hunter2" not in page
    assert "api_key" in page
    assert viewer.client.get("/tables/users").status_code == 404


def test_rows_are_sorted_by_a_click_on_a_header_and_back(signed_in: SignedIn, odd: str) -> None:
    viewer = signed_in("viewer")
    up = viewer.get(f"/tables/{odd}?sort=id").text
    assert 'aria-sort="ascending"' in up
    assert 'href="/tables/odd?sort=id&amp;order=down"' in up
    down = viewer.get(f"/tables/{odd}?sort=id&order=down").text
    assert 'aria-sort="descending"' in down
    assert down.index("北京 订单") < down.index("&lt;script&gt;")


def test_a_search_keeps_the_order_and_finds(signed_in: SignedIn, odd: str) -> None:
    viewer = signed_in("viewer")
    found = viewer.get(f"/tables/{odd}?sort=name&search=北京").text
    assert '<input type="hidden" name="sort" value="name">' in found
    assert "&lt;script&gt;" not in found
    nothing = viewer.get(f"/tables/{odd}", query_string={"search": '"><b>x'}).text
    assert "No row has that." in nothing
    assert '"><b>x' not in nothing


@pytest.mark.parametrize("arguments", ["endpoint=x", "_external=1&_scheme=javascript", "name=users"])
def test_arguments_of_others_change_no_address(signed_in: SignedIn, odd: str, arguments: str) -> None:
    answer = signed_in("viewer").get(f"/tables/{odd}?{arguments}")
    assert answer.status_code == 200
    assert 'href="/tables/odd?' in answer.text
    assert 'href="javascript' not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tables/nothing", 404),
        ("/tables/runs", 404),
        ("/tables/Sessions", 404),
        ("/tables/runs/columns", 404),
        ("/tables/odd?sort=nothing", 404),
        ("/tables/odd?sort=api_key", 404),
        ("/tables/odd?page=0", 404),
        ("/tables/odd?page=100000", 422),
        ("/tables/odd?page=soon", 200),
        (f"/tables/odd?search={'x' * 201}", 422),
        ("/tables/odd?page=7", 200),
    ],
)
def test_what_is_not_there_is_said(signed_in: SignedIn, odd: str, path: str, status: int) -> None:
    assert signed_in("viewer").get(path).status_code == status


def test_a_search_that_is_refused_is_said_on_the_page(signed_in: SignedIn, odd: str) -> None:
    page = signed_in("viewer").get(f"/tables/{odd}?search={'x' * 201}").text
    assert "200" in page
    assert f'href="/tables/{odd}/columns"' in page


def test_columns_are_described(signed_in: SignedIn, app: Flask) -> None:
    page = signed_in("viewer").get("/tables/orders/columns").text
    assert '<th scope="row">order_no</th>' in page
    assert "订单号" in page


def test_an_operator_downloads_a_table_and_nothing_of_it_stays(signed_in: SignedIn, odd: str, temporary: Path) -> None:
    operator = signed_in("operator")
    assert "Download" in operator.get(f"/tables/{odd}").text
    sheet = workbook(operator, f"/tables/{odd}/rows.xlsx").active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("id", "name", "n")
    assert [row[0] for row in rows[1:]] == [1, 2, 3, 4]
    assert rows[1][1] == HOSTILE
    assert list(temporary.iterdir()) == []


def test_any_name_of_a_table_is_one_of_a_file(signed_in: SignedIn) -> None:
    sa.Table("cr\r\nX-Bad: 1", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True)).create(db.engine)
    answer = signed_in("operator").client.get("/tables/cr%0D%0AX-Bad:%201/rows.xlsx", buffered=True)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="crX-Bad_ 1.xlsx"'
    assert "X-Bad" not in answer.headers


def test_a_table_of_secrets_alone_is_not_sent(signed_in: SignedIn) -> None:
    sql("CREATE TABLE keyring (api_key VARCHAR(20))")
    operator = signed_in("operator")
    assert operator.get("/tables/keyring/rows.xlsx").status_code == 302
    assert "by their names, secrets" in operator.get("/tables/").text


def test_nothing_stays_of_what_nobody_reads_to_its_end(signed_in: SignedIn, odd: str, temporary: Path) -> None:
    answer = signed_in("operator").client.get(f"/tables/{odd}/rows.xlsx")
    assert answer.status_code == 200
    answer.close()
    assert list(temporary.iterdir()) == []


def test_a_template_has_headers_alone(signed_in: SignedIn, app: Flask) -> None:
    book = workbook(signed_in("operator"), "/tables/orders/template.xlsx")
    assert book.worksheets[0]["A1"].value == "订单号"  # the comment of order_no
    assert book.worksheets[0].max_row == 1


def test_a_large_table_is_refused_on_its_page(
    signed_in: SignedIn, odd: str, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    monkeypatch.setattr(exports_sent, "MOST_ROWS", 3)
    operator = signed_in("operator")
    answer = operator.client.get(f"/tables/{odd}/rows.xlsx")
    assert (answer.status_code, answer.location) == (302, f"/tables/{odd}")
    page = operator.get(f"/tables/{odd}").text
    assert "more than 3 rows" in page
    assert "flask export-excel odd FILE.xlsx" in page
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("file", ["rows.xlsx", "template.xlsx"])
def test_workbooks_of_records_and_accounts_are_refused(signed_in: SignedIn, app: Flask, file: str) -> None:
    operator = signed_in("operator")
    assert operator.client.get(f"/tables/runs/{file}").status_code == 404
    assert operator.client.get(f"/tables/users/{file}").status_code == 404


def test_a_viewer_is_offered_no_workbook(signed_in: SignedIn, odd: str) -> None:
    viewer = signed_in("viewer")
    assert ".xlsx" not in viewer.get(f"/tables/{odd}").text
    assert viewer.client.get(f"/tables/{odd}/rows.xlsx").status_code == 403


def test_a_view_is_looked_at_and_takes_no_import(signed_in: SignedIn, odd: str) -> None:
    sql("CREATE VIEW odd_ones AS SELECT id FROM odd")
    operator = signed_in("operator")
    page = operator.get("/tables/odd_ones").text
    assert "rows.xlsx" in page
    assert "template.xlsx" not in page
    assert len(list(workbook(operator, "/tables/odd_ones/rows.xlsx").active.rows)) == 5
    sql("DROP VIEW odd_ones")
