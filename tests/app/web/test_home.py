"""The first page: what runs now, what ran last, what is in the database; what is wrong, for admins."""

from __future__ import annotations

import pytest
from flask import Flask

from app.services import alerts
from tests.app.services.test_statistics import put
from tests.app.web.conftest import SignedIn


def test_before_anything_has_run_it_says_what_to_do(signed_in: SignedIn) -> None:
    text = signed_in("operator").get("/").text
    assert "Nothing runs at the moment." in text
    assert "No imports yet." in text
    assert 'href="/tables/orders"' in text


def test_it_shows_what_runs_what_ran_and_charts_of_it(signed_in: SignedIn) -> None:
    visitor = signed_in("viewer")
    going = put(state="paused", name="<b>going</b>")
    queued = put(state="queued")
    done = put(kind="import", name="june.xlsx", rows={"orders": {"inserted": 48210}})
    text = visitor.get("/").text
    for run in (going, queued, done):
        assert f'href="/runs/{run}"' in text
    assert "48,210 inserted" in text
    assert "<b>" not in text
    assert 'aria-label="Runs of the last 30 days"' in text
    part = visitor.get("/now", headers={"HX-Request": "true"}).text
    assert part.startswith('<section id="now"')
    assert f'href="/runs/{going}"' in part
    assert f'href="/runs/{queued}"' in part
    assert "june.xlsx" not in part


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_wrong_is_for_admins(app: Flask, signed_in: SignedIn) -> None:
    visitors = {role: signed_in(role) for role in ("admin", "operator", "viewer")}
    app.config["SECRET_KEY"] = "short"
    app.extensions.pop(alerts.NAME, None)
    shown = {role: "Needs attention" in visitor.get("/").text for role, visitor in visitors.items()}
    assert shown == {"admin": True, "operator": False, "viewer": False}
