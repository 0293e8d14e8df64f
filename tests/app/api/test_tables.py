"""Tables by the API: the same to see as in the console, and values as they are."""

from __future__ import annotations

import pytest

from tests.app.api.conftest import ApiClient
from tests.importing import sql

ODD_NAMES = ("a%2Fb", "%00", "'", "%60", "x" * 1000, "..", "%F0%9F%98%80", "%", "订单", "-1", "orders%20")
SECRET = "hunter2"


@pytest.fixture(autouse=True)
def _wares(viewer: ApiClient) -> None:
    """Make a table."""
    sql(
        "CREATE TABLE wares (id INTEGER PRIMARY KEY, 名称 VARCHAR(40), price DECIMAL(8, 2), weight DOUBLE,"
        " sold DATETIME, photo BLOB, api_key VARCHAR(20))",
        "INSERT INTO wares VALUES (1, '面料', 10, 0.5, '2026-11-01 14:00:00', NULL, 'hunter2')",
        "INSERT INTO wares VALUES (2, 'Knopf', 2.5, NULL, NULL, 'ab', NULL), (3, NULL, NULL, NULL, NULL, NULL, NULL)",
    )


def test_tables_are_listed_a_page_at_a_time_without_records_of_opsdesk(viewer: ApiClient) -> None:
    whole = viewer.get("tables?per_page=200").json
    names = [one["name"] for one in whole["items"]]
    assert {"wares", "orders"} <= set(names)
    assert not {"runs", "api_tokens", "sessions", "users"} & set(names)
    assert viewer.get("tables/users").status_code == viewer.get("tables/users/rows").status_code == 404
    assert next(one for one in whole["items"] if one["name"] == "wares") == {
        "name": "wares",
        "kind": "table",
        "rows": 3,
        "precision": "exactly",
        "comment": "",
    }
    assert (whole["page"], whole["per_page"], whole["total"], whole["total_is_exact"]) == (1, 200, len(names), True)
    answer = viewer.get("tables?per_page=1&page=2")
    assert [one["name"] for one in answer.json["items"]] == names[1:2]
    assert '</api/v1/tables?per_page=1&page=3>; rel="next"' in answer.headers["Link"]
    assert viewer.get("tables?page=200000").status_code == 422


def test_columns_of_a_table(viewer: ApiClient) -> None:
    found = viewer.get("tables/wares").json
    assert (found["name"], found["kind"]) == ("wares", "table")
    assert found["columns"][0]["keys"] == ["PRIMARY"]
    assert set(found["columns"][2]) == {"name", "type", "nullable", "default", "automatic", "keys", "comment"}
    assert found["columns"][2]["type"].lower().startswith("decimal(8")
    assert [column["name"] for column in found["columns"]][1] == "名称"


def test_rows_are_exact_and_without_secrets(viewer: ApiClient) -> None:
    answer = viewer.get("tables/wares/rows")
    assert answer.json["items"] == [
        {"id": 1, "名称": "面料", "price": "10.00", "weight": 0.5, "sold": "2026-11-01T14:00:00", "photo": None},
        {"id": 2, "名称": "Knopf", "price": "2.50", "weight": None, "sold": None}
        | {"photo": answer.json["items"][1]["photo"]},
        dict.fromkeys(("名称", "price", "weight", "sold", "photo")) | {"id": 3},
    ]
    assert (answer.json["left_out"], answer.json["cut"], answer.json["sort"]) == (["api_key"], [], "id")
    assert (answer.json["total"], answer.json["total_is_exact"]) == (3, True)
    for hidden in ("?sort=api_key", f"?search={SECRET}", ""):
        assert SECRET not in viewer.get(f"tables/wares/rows{hidden}").text.replace("search=hunter2", "")
    assert viewer.get(f"tables/wares/rows?search={SECRET}").json["items"] == []


def test_rows_are_sorted_searched_and_paged(viewer: ApiClient) -> None:
    def ids(query: str) -> list[int]:
        return [row["id"] for row in viewer.get(f"tables/wares/rows?{query}").json["items"]]

    assert ids("sort=-id") == [3, 2, 1]
    assert ids("sort=-price&per_page=2") == [1, 2]
    assert ids("sort=-price&per_page=2&page=2") == [3]
    assert ids("search=面料") == [1]
    assert ids("search=2.50") == [2]
    assert ids("sort=名称&search=2026-11-01") == [1]


WRONG: tuple[tuple[str, str], ...] = (
    ("page=0", "page"),
    ("per_page=201", "per_page"),
    ("page=x", "page"),
    ("sort=nosuch", "sort"),
    ("sort=-api_key", "sort"),
    ("sort=", "sort"),
    (f"search={'x' * 201}", "search"),
    ("where=1%3D1", "where"),
)


def test_what_is_wrong_is_told_by_its_parameter(viewer: ApiClient) -> None:
    for query, field in WRONG:
        answer = viewer.get(f"tables/wares/rows?{query}")
        assert answer.status_code == 422, query
        assert [(error["field"], error["in"]) for error in answer.json["errors"]] == [(field, "query")]


def test_tables_that_are_none_are_not_found_whatever_they_are_called(viewer: ApiClient) -> None:
    for name in (*ODD_NAMES, "runs", "API_TOKENS", "nosuch"):
        for path in (f"tables/{name}", f"tables/{name}/rows"):
            answer = viewer.get(path)
            assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), path
            assert not any(place in answer.text for place in ("instance/", "127.0.0.1"))


def test_a_view_of_nothing_is_told(viewer: ApiClient) -> None:
    sql("CREATE TABLE gone (id INTEGER)", "CREATE VIEW broken AS SELECT id FROM gone", "DROP TABLE gone")
    for path in ("tables/broken", "tables/broken/rows"):
        assert viewer.get(path).status_code == 409


def test_tables_need_a_token(anonymous: ApiClient) -> None:
    for path in ("tables", "tables/wares", "tables/wares/rows"):
        assert anonymous.get(path).status_code == 401


def test_a_query_that_takes_too_long_is_told(viewer: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.browsing.rows.LOOKING_S", 0.2)
    sql(
        "CREATE VIEW slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
        " SELECT a.i FROM n a, n b, n c WHERE a.i + b.i + c.i < 0"
    )
    answer = viewer.get("tables/slow/rows")
    assert answer.status_code == 422
    assert "did not answer within" in answer.json["detail"]


def test_pages_of_a_table_of_any_name_lead_to_others(viewer: ApiClient) -> None:
    sql("CREATE TABLE `订单 >` (id INTEGER PRIMARY KEY)")
    address = "/api/v1/tables/%E8%AE%A2%E5%8D%95%20%3E/rows"
    assert viewer.get(address).headers["Link"] == f'<{address}?page=1>; rel="first"'
