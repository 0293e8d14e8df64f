"""Exports by the API: workbooks as the command line writes them, without secrets."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import openpyxl
import pytest
from werkzeug.test import TestResponse

from app.services.exports import sent
from tests.app.api.conftest import ApiClient
from tests.importing import sql

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def _wares(operator: ApiClient) -> None:
    """Make a table with a Chinese name."""
    sql(
        "CREATE TABLE 面料 (id INTEGER PRIMARY KEY, 名称 VARCHAR(40), price DECIMAL(8, 2), api_key VARCHAR(20))",
        "INSERT INTO 面料 VALUES (1, '丝', 10.5, 'hunter2'), (2, 'Knopf', NULL, NULL)",
    )


def rows(content: bytes) -> list[tuple[object, ...]]:
    """Return the rows of a workbook's first sheet."""
    return list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))


def get(client: ApiClient, path: str) -> TestResponse:
    """Ask for something, and take in all of it."""
    return client.get(path, buffered=True)


def test_a_table_is_sent_as_a_workbook(operator: ApiClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(tmp_path.iterdir())
    answer = get(operator, "exports/面料.xlsx")
    assert (answer.status_code, answer.content_type) == (200, XLSX)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "%E9%9D%A2%E6%96%99.xlsx" in answer.headers["Content-Disposition"]
    assert answer.content_length == len(answer.data)
    assert rows(answer.data) == [("id", "名称", "price"), (1, "丝", 10.5), (2, "Knopf", None)]
    assert set(tmp_path.iterdir()) == before


def test_columns_are_chosen_in_order_but_no_secrets(operator: ApiClient) -> None:
    assert rows(get(operator, "exports/面料.xlsx?columns=price&columns=id").data)[1] == (10.5, 1)
    refused = get(operator, "exports/面料.xlsx?columns=id&columns=api_key")
    assert (refused.status_code, "secrets: api_key" in refused.json["detail"]) == (403, True)
    assert get(operator, "exports/面料.xlsx?columns=nosuch").status_code == 404
    assert get(operator, "exports/面料.xlsx?columns=").json["errors"][0]["field"].startswith("columns")
    assert get(operator, "exports/面料.xlsx?where=1").status_code == 422


def test_a_template_is_sent(operator: ApiClient) -> None:
    answer = get(operator, "exports/orders/template.xlsx")
    assert (answer.status_code, answer.content_type) == (200, XLSX)
    assert rows(answer.data)


def test_what_is_not_sent(operator: ApiClient, viewer: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("nosuch", "runs", "a%00b", "x" * 1000, "a%2Fb"):
        for path in (f"exports/{name}.xlsx", f"exports/{name}/template.xlsx"):
            assert get(operator, path).status_code == 404, path
    assert get(operator, "exports/users.xlsx").status_code == 404
    assert get(operator, "exports/users/template.xlsx").status_code == 404
    assert get(viewer, "exports/面料.xlsx").status_code == 403
    sql("CREATE VIEW v AS SELECT id FROM 面料")
    assert get(operator, "exports/v/template.xlsx").status_code == 403
    assert rows(get(operator, "exports/v.xlsx").data)[0] == ("id",)
    monkeypatch.setattr(sent, "MOST_ROWS", 1)
    answer = get(operator, "exports/面料.xlsx")
    assert (answer.status_code, "more than 1 rows" in answer.json["detail"]) == (403, True)
