"""Lists, a page at a time."""

from __future__ import annotations

import pytest

from tests.app.api.conftest import ApiClient


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_pages_lead_to_their_neighbours(admin: ApiClient, viewer: ApiClient, operator: ApiClient) -> None:
    first = admin.get("users?per_page=2")
    assert first.json is not None
    assert [user["name"] for user in first.json["items"]] == ["admin", "operator"]
    assert {name: first.json[name] for name in ("page", "per_page", "total", "total_is_exact")} == {
        "page": 1,
        "per_page": 2,
        "total": 3,
        "total_is_exact": True,
    }
    assert first.headers["Link"] == (
        '</api/v1/users?per_page=2&page=1>; rel="first", </api/v1/users?per_page=2&page=2>; rel="next"'
    )
    last = admin.get("users?per_page=2&page=2")
    assert 'rel="prev"' in last.headers["Link"]
    assert 'rel="next"' not in last.headers["Link"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "query", ["page=0", "page=a", "page=1.5", "per_page=201", "per_page=-1", "page=99999999999999"]
)
def test_a_page_that_is_none(admin: ApiClient, query: str) -> None:
    answer = admin.get(f"users?{query}")
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_pages_end_somewhere(admin: ApiClient) -> None:
    answer = admin.get("users?page=2147483647")
    assert answer.status_code == 422
    assert "too deep" in answer.text
