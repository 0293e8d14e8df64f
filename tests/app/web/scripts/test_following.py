"""After a run: a dry run is done for real, and what was left out is taken up."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.services import database, runs
from tests.app.services.queue.queues import output_of
from tests.app.web.conftest import SignedIn
from tests.app.web.scripts.test_starting import MEND, run_of, started, total
from tests.commands.script.mend import HEAD, SKIP
from tests.script_files import put

SKIPPING = HEAD + SKIP.replace("{declared}", "")


@pytest.fixture
def mend(scripts: Path) -> Path:
    """Write a script that mends the things, and return its file."""
    return put(scripts, "recycle/mend.py", MEND)


@pytest.mark.usefixtures("mend")
def test_a_dry_run_is_done_for_real_as_it_was(signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    dry = run_of(started(operator, "/scripts/mend", "dry-run", **{"p-by": "2", "max_rows": "40"}))
    assert f'href="/scripts/runs/{dry.id}/apply"' in operator.get(f"/runs/{dry.id}").text
    page = operator.get(f"/scripts/runs/{dry.id}/apply").text
    assert "Would change 25 rows." in page
    real = run_of(operator.post(f"/scripts/runs/{dry.id}/apply", {"reason": "as seen"}))
    assert (real.state, real.arguments, total()) == ("succeeded", {"by": "2"}, 50), output_of(real.id)
    assert real.options == {"apply": dry.id, "max_rows": 40}
    assert real.reason == "as seen"
    assert f'href="/scripts/runs/{real.id}/apply"' not in operator.get(f"/runs/{real.id}").text
    assert operator.get(f"/scripts/runs/{real.id}/apply").status_code == 403


def test_a_script_that_changed_since_is_not_applied(mend: Path, signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    dry = run_of(started(operator, "/scripts/mend", "dry-run", **{"p-by": "2"}))
    mend.write_text(MEND + "\n")
    answer = operator.get(f"/scripts/runs/{dry.id}/apply")
    assert answer.status_code == 403
    assert f"mend has changed since its dry run {dry.id}." in answer.text
    mend.unlink()
    assert operator.get(f"/scripts/runs/{dry.id}/apply").status_code == 404
    assert "Run again" not in operator.get(f"/runs/{dry.id}").text


@pytest.mark.usefixtures("mend")
def test_a_viewer_follows_nothing(signed_in: SignedIn) -> None:
    dry = run_of(started(signed_in("operator"), "/scripts/mend", "dry-run", **{"p-by": "2"}))
    viewer = signed_in("viewer")
    page = viewer.get(f"/runs/{dry.id}").text
    assert "Do this for real" not in page
    assert viewer.post(f"/scripts/runs/{dry.id}/apply").status_code == 403
    assert viewer.post(f"/scripts/runs/{dry.id}/retry").status_code == 403


@pytest.mark.usefixtures("mend")
def test_production_is_changed_by_an_admin_who_says_why(
    app: Flask, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, admin = signed_in("operator"), signed_in("admin")
    dry = run_of(started(operator, "/scripts/mend", "dry-run", **{"p-by": "2"}))
    address = f"/scripts/runs/{dry.id}/apply"
    monkeypatch.setitem(app.config, "PRODUCTION", True)
    assert operator.get(address).status_code == 403
    admin.get(address)
    for given in ({"reason": "x", "database": "another"}, {"database": database.name()}):
        assert "this changes production" in (answer := admin.post(address, given)).text.lower()
        assert answer.status_code == 422
    monkeypatch.setitem(app.config, "PRODUCTION", False)
    assert total() == 0


def test_what_was_left_out_is_taken_up(scripts: Path, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    put(scripts, "recycle/mend.py", SKIPPING)
    operator = signed_in("operator")
    monkeypatch.setenv("BAD", "3,7")
    first = run_of(started(operator, "/scripts/mend", "run", **{"p-by": "1"}))
    assert (first.state, total()) == ("succeeded", 23), output_of(first.id)
    assert "Take up 2 failed items" in operator.get("/scripts/mend").text
    assert "Take up 2 failed items" in operator.get(f"/runs/{first.id}").text
    monkeypatch.delenv("BAD")
    dry = run_of(operator.post(f"/scripts/runs/{first.id}/retry"))
    assert (dry.state, dry.dry_run, total()) == ("succeeded", True, 23), output_of(dry.id)
    done = run_of(operator.post(f"/scripts/runs/{dry.id}/apply"))
    assert (done.state, total()) == ("succeeded", 25), output_of(done.id)
    again = operator.post(f"/scripts/runs/{first.id}/retry")
    assert again.status_code == 403
    assert f"The failed items of run {first.id} were taken up" in again.text


@pytest.mark.usefixtures("scripts")
def test_other_runs_have_nothing_that_follows(signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    (run,) = runs.newest(1)
    assert run.kind != "script"
    assert operator.get(f"/scripts/runs/{run.id}/apply").status_code == 404
    assert operator.post(f"/scripts/runs/{run.id}/retry").status_code == 404
    assert operator.get("/scripts/runs/99999999999/apply").status_code == 404
